#include "features/homework/homework_api.hpp"

#include "features/between_sessions/between_api.hpp"
#include "features/homework/homework_shapes.hpp"

namespace rapport::homework {
namespace {

using between_sessions::audited_change;
using between_sessions::changes;
using between_sessions::Pair;
using between_sessions::reads;
using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

Result<HomeworkAnswer> describe(const StoredHomework& stored, const StoredPage& page, const access::SealKey& key,
                                bool is_client) {
  TRY_ASSIGN(auto words, between_sessions::open<TaskWords>(key, stored.id, stored.sealed_task));
  HomeworkAnswer answer;
  answer.id = stored.id;
  answer.kind = stored.kind;
  answer.title = std::move(words.title);
  if (!words.text.empty()) answer.text = std::move(words.text);
  answer.given_by = page.pair.side_of(stored.given_by);
  answer.given_at = stored.given_at;
  answer.due_at = stored.due_at;
  answer.state = stored.state;
  answer.state_at = stored.state_at;
  if (is_client) answer.reminds = stored.reminds;
  for (const auto& one : page.entries) {
    if (one.homework != stored.id) continue;
    TRY_ASSIGN(auto content, between_sessions::open<EntryContent>(key, one.id, one.sealed_content));
    answer.entries.push_back(
        {one.id, one.revision, one.begun_at, one.saved_at, one.shared_at.has_value(), std::move(content)});
  }
  return answer;
}

Result<Answer<HomeworkPage>> read_page(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto before, call.query_id<HomeworkId>("before"));
  TRY_ASSIGN(const auto limit, call.query_int("limit", kLargestPage, 1, kLargestPage));
  TRY_ASSIGN(const auto* errors, thinking_errors());
  TRY_ASSIGN(auto page, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return list_homework(tx, viewer, call.path_id<EpisodeId>("episode"), before, limit + 1);
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(page.pair.client, call.deadline));
  Answer<HomeworkPage> answer{200, {page.pair.is_one_of(viewer), {}, std::ssize(page.homework) > limit, *errors}};
  if (answer.value.more) page.homework.pop_back();
  for (const auto& one : page.homework) {
    TRY_ASSIGN(auto homework, describe(one, page, *key, viewer == page.pair.client));
    answer.value.homework.push_back(std::move(homework));
  }
  TRY(audit_read(context, call, page.pair.client, std::nullopt, "homework"));
  return answer;
}

std::string view_of(HomeworkId id) {
  return "homework " + id.text();
}

Result<Answer<Nothing>> give_homework(Context& context, Call& call, const NewHomework& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  const auto now = context.house.clock.now();
  const auto episode = call.path_id<EpisodeId>("episode");
  const auto viewer = context.viewer.account;
  bool is_there = false;
  TRY_ASSIGN(const auto pair, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    is_there = find_homework(tx, viewer, wanted.id).has_value();
    return between_sessions::find_pair(tx, viewer, episode);
  }));
  StoredHomework homework;
  homework.id = wanted.id;
  homework.episode = episode;
  homework.kind = wanted.kind;
  homework.given_at = now;
  if (wanted.due) homework.due_at = wanted.due->at;
  // One that was given before is not looked at again: meanwhile its time may have passed.
  if (!is_there) TRY(check_due(homework.due_at, now));
  homework.reminds = wanted.reminds.value_or(false);
  TRY_ASSIGN(const auto key, context.house.keys.key_for(pair.client, call.deadline));
  homework.sealed_task = between_sessions::seal(
      *key, wanted.id, TaskWords{wanted.title.str(), wanted.text ? wanted.text->str() : std::string()});
  return audited_change(context, call, view_of(wanted.id),
                        [&](store::WriteTx& tx) { return give(tx, viewer, homework); });
}

Result<Answer<Nothing>> take_homework_back(Context& context, Call& call) {
  const auto id = call.path_id<HomeworkId>("homework");
  return audited_change(context, call, view_of(id), [&](store::WriteTx& tx) {
    return take_back(tx, context.viewer.account, id, context.house.clock.now());
  });
}

Result<Answer<Nothing>> set_outcome(Context& context, Call& call, const OutcomeToSay& wanted) {
  const auto id = call.path_id<HomeworkId>("homework");
  return audited_change(context, call, view_of(id), [&](store::WriteTx& tx) {
    return say_outcome(tx, context.viewer.account, id, wanted.outcome, context.house.clock.now());
  });
}

Result<Answer<Nothing>> set_reminder(Context& context, Call& call, const ReminderWanted& wanted) {
  const auto id = call.path_id<HomeworkId>("homework");
  return audited_change(context, call, view_of(id), [&](store::WriteTx& tx) {
    return choose_reminder(tx, context.viewer.account, id, wanted.wanted);
  });
}

Result<Answer<EntrySaved>> save(Context& context, Call& call, const EntryToSave& wanted) {
  const auto id = call.path_id<EntryId>("entry");
  TRY(between_sessions::check_new_id(id.uuid()));
  const auto of = call.path_id<HomeworkId>("homework");
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto found,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return find_homework(tx, viewer, of); }));
  TRY(check_content(found.homework.kind, wanted.content));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(found.pair.client, call.deadline));
  const auto now = context.house.clock.now();
  const StoredEntry entry{id, of, now, now, wanted.based_on, {}, between_sessions::seal(*key, id, wanted.content)};
  const auto is_same = [&](const StoredEntry& stored) {
    const auto content = between_sessions::open<EntryContent>(*key, id, stored.sealed_content);
    return content && *content == wanted.content;
  };
  TRY_ASSIGN(const SavedEntry saved, audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& audit) {
               auto done = save_entry(tx, viewer, entry, is_same);
               audit.client = found.pair.client;
               audit.view = view_of(of);
               // One row for an entry, not one for every pause while writing: the answer shows nothing of it.
               audit.count = done && done->is_new ? 1 : 0;
               audit.shows_stored = false;
               return done;
             }));
  return Answer<EntrySaved>{200, {saved.revision, saved.saved_at}};
}

Result<Answer<Nothing>> share(Context& context, Call& call, const EntryShared& wanted) {
  const auto id = call.path_id<EntryId>("entry");
  return audited_change(context, call, "homework entry " + id.text(), [&](store::WriteTx& tx) {
    return share_entry(tx, context.viewer.account, id, wanted.shared, context.house.clock.now());
  });
}

Result<Answer<Nothing>> remove(Context& context, Call& call) {
  const auto id = call.path_id<EntryId>("entry");
  return audited_change(context, call, "homework entry " + id.text(),
                        [&](store::WriteTx& tx) { return remove_entry(tx, context.viewer.account, id); });
}

void add_entry_routes(Routes& routes) {
  routes.put("/api/homework/{homework}/entries/{entry}")
      .says("Keep what one writes for a homework, bit by bit")
      .explains(
          "The client's alone; the id in the address is one that the sender makes. 409 `homework.entry_moved` when "
          "another device saved something else meanwhile; the same sent again is answered 200.")
      .body<EntryToSave>()
      .answers<EntrySaved>()
      .needs(PermissionName{"write_between"}, "homework")
      .audits("homework.write")
      .limit(http::kReplaces)
      .handle(save);
  changes(routes.put("/api/homework-entries/{entry}/shared")
              .says("Show the therapist what one wrote, or not any more")
              .body<EntryShared>(),
          "entry", "homework.share", share);
  changes(routes.del("/api/homework-entries/{entry}")
              .says("Remove what one wrote for a homework")
              .explains("It is gone for both."),
          "entry", "homework.remove", remove);
}

}  // namespace

void add_homework_routes(Routes& routes) {
  reads(routes.get("/api/episodes/{episode}/homework")
            .says("The homework of an episode, with what was written for it and shown")
            .query("before", "string", "the page after this homework's id")
            .query("limit", "integer", "how many at most (1 to 50)")
            .answers<HomeworkPage>(),
        "homework.read", read_page);
  changes(routes.post("/api/episodes/{episode}/homework")
              .says("Give homework, or, as the client, take some on")
              .explains("The same id again, by the same person, changes nothing.")
              .body<NewHomework>(),
          "episode", "homework.give", give_homework);
  changes(routes.del("/api/homework/{homework}").says("Take homework back that nobody has begun"), "homework",
          "homework.take_back", take_homework_back);
  changes(routes.put("/api/homework/{homework}/outcome")
              .says("Say what became of it")
              .explains("The client's alone. With done or partly the therapist sees what was written for it, but for "
                        "the pages of a "
                        "diary, which are shown one by one.")
              .body<OutcomeToSay>(),
          "homework", "homework.outcome", set_outcome);
  changes(routes.put("/api/homework/{homework}/reminder")
              .says("Be reminded a day before it is due, or not")
              .explains("The client's alone.")
              .body<ReminderWanted>(),
          "homework", "homework.reminder", set_reminder);
  add_entry_routes(routes);
}

}  // namespace rapport::homework
