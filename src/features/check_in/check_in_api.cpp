#include "features/check_in/check_in_api.hpp"

#include <algorithm>
#include <vector>

#include "features/check_in/check_in_shapes.hpp"

namespace rapport::check_in {
namespace {

using encounters::Encounter;
using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

std::string view_of(EncounterId id) {
  return "check-in " + id.text();
}

Result<CheckInContent> open_content(const access::SealKey& key, EncounterId id, BytesView sealed) {
  return between_sessions::open<CheckInContent>(key, id, sealed);
}

/// What one page needs, read at one moment.
struct Found {
  FoundCheckIn check_in;
  std::vector<homework::StoredHomework> homework;
};

Result<Found> find_all(store::ReadTx& tx, AccountId viewer, EncounterId id) {
  Found found;
  TRY_ASSIGN(found.check_in, find(tx, viewer, id));
  TRY_ASSIGN(auto page, homework::list_homework(tx, viewer, found.check_in.encounter.episode, {},
                                                static_cast<std::int64_t>(kMostHomework)));
  found.homework = std::move(page.homework);
  return found;
}

bool speaks_of(const CheckInAnswer& answer, homework::HomeworkId id) {
  const auto in = [id](const CheckInContent& content) {
    return std::ranges::any_of(content.homework, [id](const auto& one) { return one.homework == id; });
  };
  return (answer.draft && in(*answer.draft)) ||
         std::ranges::any_of(answer.versions, [&](const auto& one) { return in(one.content); });
}

Result<void> add_homework(CheckInAnswer& answer, const Found& found, const access::SealKey& key) {
  for (const auto& one : found.homework) {
    if (one.state != homework::HomeworkState::open && !speaks_of(answer, one.id)) continue;
    TRY_ASSIGN(auto words, between_sessions::open<homework::TaskWords>(key, one.id, one.sealed_task));
    answer.homework.push_back({one.id, std::move(words.title), one.state});
  }
  return {};
}

Result<Answer<CheckInAnswer>> read_one(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  const auto id = call.path_id<EncounterId>("encounter");
  TRY_ASSIGN(const auto found,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return find_all(tx, viewer, id); }));
  const auto& encounter = found.check_in.encounter;
  const auto& stored = found.check_in.stored;
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(encounter.client, call.deadline));
  Answer<CheckInAnswer> answer;
  auto& it = answer.value;
  it.encounter = id;
  it.episode = encounter.episode;
  it.starts_at = encounter.plan.starts_at;
  it.state = state_of(encounter, stored.version > 0, now);
  for (const auto& one : found.check_in.versions) {
    TRY_ASSIGN(auto content, open_content(*key, id, one.sealed_answers));
    it.versions.push_back({one.version, one.sent_at, std::move(content)});
  }
  if (viewer == encounter.client) {
    it.may_send = check_step(encounter, stored.version > 0, now).has_value();
    it.reminds = stored.reminds;
    it.revision = stored.revision;
    it.draft_at = stored.draft_at;
    if (stored.sealed_draft) {
      TRY_ASSIGN(it.draft, open_content(*key, id, *stored.sealed_draft));
    }
  }
  TRY(add_homework(it, found, *key));
  TRY(audit_read(context, call, encounter.client, std::nullopt, view_of(id)));
  return answer;
}

Result<Answer<CheckInsAnswer>> read_ahead(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  const auto now = context.house.clock.now();
  Answer<CheckInsAnswer> answer;
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<void> {
    answer.value.check_ins.clear();
    for (const auto& one : encounters::list_ahead(tx, viewer)) {
      TRY_ASSIGN(const auto found, find(tx, viewer, one.id));
      answer.value.check_ins.push_back(
          {one.id, one.episode, one.plan.starts_at, one.status, state_of(one, found.stored.version > 0, now)});
    }
    return {};
  }));
  std::vector<AccountId> clients;
  if (!answer.value.check_ins.empty()) clients.push_back(viewer);
  TRY(audit_reads(context, call, clients, std::nullopt, "check-ins"));
  return answer;
}

/// The client's own session, to seal for it.
Result<FoundCheckIn> find_own(Context& context, const Call& call, EncounterId id) {
  const auto viewer = context.viewer.account;
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return find(tx, viewer, id); });
}

IsSame same_as(const access::SealKey& key, EncounterId id, const CheckInContent& wanted) {
  return [&key, id, &wanted](const Bytes& sealed) {
    const auto content = open_content(key, id, sealed);
    return content && *content == wanted;
  };
}

Result<Answer<CheckInSaved>> save(Context& context, Call& call, const CheckInToSave& wanted) {
  const auto id = call.path_id<EncounterId>("encounter");
  TRY(check_content(wanted.content));
  TRY_ASSIGN(const auto found, find_own(context, call, id));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(found.encounter.client, call.deadline));
  const auto sealed = between_sessions::seal(*key, id, wanted.content);
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const Saved saved, audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& audit) {
               auto done = save_draft(tx, context.viewer.account, id, wanted.based_on, sealed,
                                      same_as(*key, id, wanted.content), now);
               audit.client = found.encounter.client;
               audit.view = view_of(id);
               // One row for what is begun, not one for every pause while writing: the answer shows nothing of it.
               audit.count = done && done->is_new ? 1 : 0;
               audit.shows_stored = false;
               return done;
             }));
  return Answer<CheckInSaved>{200, {saved.revision, saved.at}};
}

Result<Answer<CheckInSent>> send_one(Context& context, Call& call, const CheckInToSave& wanted) {
  const auto id = call.path_id<EncounterId>("encounter");
  TRY(check_content(wanted.content));
  TRY_ASSIGN(const auto found, find_own(context, call, id));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(found.encounter.client, call.deadline));
  ToSend answer{wanted.based_on, wanted.content, {}, 0, between_sessions::seal(*key, id, wanted.content)};
  if (!found.versions.empty()) {
    answer.before_version = found.versions.front().version;
    TRY_ASSIGN(answer.before, open_content(*key, id, found.versions.front().sealed_answers));
  }
  const auto seal_point = [&](const CheckInTopic& topic) { return access::seal(*key, topic.id.bytes(), topic.text); };
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const Saved saved, audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& audit) {
               auto done =
                   send(tx, context.viewer.account, id, answer, same_as(*key, id, wanted.content), seal_point, now);
               audit.client = found.encounter.client;
               audit.view = view_of(id);
               audit.count = done && done->is_new ? 1 : 0;
               audit.shows_stored = false;
               return done;
             }));
  return Answer<CheckInSent>{200, {saved.revision, saved.version, saved.at}};
}

Result<Answer<Nothing>> set_reminder(Context& context, Call& call, const CheckInReminder& wanted) {
  const auto id = call.path_id<EncounterId>("encounter");
  const auto now = context.house.clock.now();
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Saved> {
    TRY_ASSIGN(const Saved done, choose_reminder(tx, context.viewer.account, id, wanted.wanted, now));
    entry.client = done.encounter.client;
    entry.view = view_of(id);
    entry.count = done.is_new ? 1 : 0;
    return done;
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_check_in_routes(Routes& routes) {
  routes.event<OpeningEvent>();
  routes.get("/api/check-ins")
      .says("One's sessions that are planned or open, and what one has said for them")
      .answers<CheckInsAnswer>()
      .needs(PermissionName{"answer_opening"})
      .audits("check_in.read")
      .handle(read_ahead);
  routes.get("/api/encounters/{encounter}/check-in")
      .says("What the client says before a session")
      .explains("The client sees what is not sent, too; the therapist what was sent.")
      .answers<CheckInAnswer>()
      .needs(PermissionName{"read_opening"}, "encounter")
      .audits("check_in.read")
      .handle(read_one);
  routes.put("/api/encounters/{encounter}/check-in/draft")
      .says("Keep what one writes before a session, bit by bit")
      .explains(
          "The client's alone until it is sent. From a day before the session. 409 `check_in.moved` when another "
          "device "
          "saved something else meanwhile; the same sent again is answered 200.")
      .body<CheckInToSave>()
      .answers<CheckInSaved>()
      .needs(PermissionName{"answer_opening"}, "encounter")
      .audits("check_in.write")
      .limit(http::kReplaces)
      .handle(save);
  routes.post("/api/encounters/{encounter}/check-in")
      .says("Send it to the therapist")
      .explains(
          "It may be sent again, changed, until the session begins; every version is kept. Topics with `on_agenda` "
          "come "
          "on the agenda, and what became of homework is said as by its own route. The same again is answered 200.")
      .body<CheckInToSave>()
      .answers<CheckInSent>()
      .needs(PermissionName{"answer_opening"}, "encounter")
      .audits("check_in.send")
      .handle(send_one);
  routes.put("/api/encounters/{encounter}/check-in/reminder")
      .says("Be reminded of it some hours before the session, or not")
      .explains("It holds for the sessions that follow, too.")
      .body<CheckInReminder>()
      .answers<Nothing>(204)
      .needs(PermissionName{"answer_opening"}, "encounter")
      .audits("check_in.reminder")
      .handle(set_reminder);
}

}  // namespace rapport::check_in
