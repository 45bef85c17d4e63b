#include "features/recap/recap_api.hpp"

#include <algorithm>
#include <utility>

#include "features/recap/recap_events.hpp"
#include "features/recap/recap_rules.hpp"
#include "features/recap/recap_shapes.hpp"
#include "features/recap/recap_sources.hpp"

namespace rapport::recap {
namespace {

using access::SealKey;
using between_sessions::Pair;
using encounters::Encounter;
using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

std::string view_of(EncounterId id) {
  return "recap " + id.text();
}

/// What one page needs, read at one moment.
struct Found {
  Pair pair;
  Encounter encounter;
  RecapWindow window;
  bool is_open = false;  ///< it can be written
  WholeRecap whole;
  RecapContent content;
  std::vector<RecapLine> gathered;
  std::vector<RecapHomework> homework;
  std::optional<RecapNext> next;
};

/// When the last session before this one ended; the beginning of time where there was none.
Time end_of_last(store::ReadTx& tx, AccountId viewer, const Encounter& encounter) {
  const auto last = encounters::find_session_before(tx, viewer, encounter);
  return last && last->ended_at ? *last->ended_at : Time{};
}

/// One that was planned and never held is ahead of nobody.
std::optional<RecapNext> next_of(store::ReadTx& tx, AccountId viewer, const Encounter& encounter, Time now) {
  for (const auto& one : encounters::list_ahead(tx, viewer)) {
    if (one.episode != encounter.episode || one.status != encounters::Status::planned) continue;
    if (one.plan.starts_at <= now) continue;
    return RecapNext{one.id, {one.plan.starts_at}, one.plan.minutes};
  }
  return std::nullopt;
}

Result<Found> find(store::ReadTx& tx, const Context& context, EncounterId id, const SealKey& key) {
  const auto viewer = context.viewer.account;
  Found found;
  TRY_ASSIGN(found.encounter, encounters::find_encounter(tx, viewer, id));
  TRY_ASSIGN(found.pair, between_sessions::find_pair(tx, viewer, found.encounter.episode));
  found.window = window_of(found.encounter, context.house.recap_lasts);
  const auto now = context.house.clock.now();
  found.is_open = check_window(found.window, now).has_value();
  found.whole = whole(tx, id);
  if (const auto& recap = found.whole.recap) {
    TRY_ASSIGN(found.content, between_sessions::open<RecapContent>(key, recap->id, recap->sealed_content));
  }
  found.next = next_of(tx, viewer, found.encounter, now);
  if (!found.is_open) return found;
  const Gathering gathering{tx, key, viewer, found.pair, id, end_of_last(tx, viewer, found.encounter)};
  TRY_ASSIGN(found.gathered, gather(gathering));
  TRY_ASSIGN(found.homework, open_homework(gathering));
  return found;
}

/// The encounter's client's key: not_found unless the encounter is the viewer's.
Result<access::ClientKeys::SharedKey> key_of(Context& context, const Call& call, EncounterId id) {
  TRY_ASSIGN(const auto encounter, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return encounters::find_encounter(tx, context.viewer.account, id);
  }));
  return context.house.keys.key_for(encounter.client, call.deadline);
}

Result<Found> find(Context& context, const Call& call, EncounterId id, const SealKey& key) {
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return find(tx, context, id, key); });
}

/// Without what stands there already, and what was left out.
std::vector<RecapLine> offered(const Found& found) {
  std::vector<RecapLine> lines;
  const auto& content = found.content;
  for (const auto& one : found.gathered) {
    const auto is_it = [&](const RecapLine& line) { return line.key == one.key; };
    if (std::any_of(content.lines.begin(), content.lines.end(), is_it)) continue;
    if (std::find(content.left.begin(), content.left.end(), one.key) != content.left.end()) continue;
    lines.push_back(one);
  }
  return lines;
}

Result<RecapVersionAnswer> describe(const StoredVersion& stored, const SealKey& key) {
  TRY_ASSIGN(auto content, between_sessions::open<RecapContent>(key, stored.id, stored.sealed_content));
  return RecapVersionAnswer{stored.version, stored.confirmed_at, std::move(content)};
}

/// While it is a draft again, and nothing was proposed since.
Result<std::optional<RecapSentBack>> last_sent_back(const Found& found, const SealKey& key) {
  const auto& steps = found.whole.sent_back;
  if (steps.empty() || found.whole.recap->state != RecapState::drafted) return std::nullopt;
  const auto& last = steps.back();
  if (found.whole.recap->state_at > last.at) return std::nullopt;
  RecapSentBack back{found.pair.side_of(last.by), last.at, ""};
  if (last.sealed_words) {
    TRY_ASSIGN(back.words, access::unseal(key, last.id.bytes(), *last.sealed_words));
  }
  return back;
}

Result<void> describe_state(const Found& found, const SealKey& key, RecapAnswer& answer) {
  const auto& recap = found.whole.recap;
  if (!recap) return {};
  answer.state = recap->state;
  answer.revision = recap->revision;
  answer.changed_at = recap->changed_at;
  answer.changed_by = found.pair.side_of(recap->changed_by);
  if (recap->state == RecapState::proposed) answer.proposed_by = found.pair.side_of(recap->state_by);
  TRY_ASSIGN(answer.sent_back, last_sent_back(found, key));
  for (const auto& one : found.whole.versions) {
    TRY_ASSIGN(auto version, describe(one, key));
    answer.versions.insert(answer.versions.begin(), std::move(version));
  }
  return {};
}

Result<void> describe_feedback(const Found& found, const SealKey& key, AccountId viewer, RecapAnswer& answer) {
  const auto& feedback = found.whole.feedback;
  const bool is_client = viewer == found.pair.client;
  answer.may_give_feedback =
      is_client && !feedback && found.is_open && found.encounter.status == encounters::Status::closed;
  if (!feedback || (!is_client && viewer != feedback->to)) return {};
  TRY_ASSIGN(auto words, access::unseal(key, feedback->id.bytes(), feedback->sealed_words));
  answer.feedback = RecapFeedback{feedback->at, std::move(words)};
  return {};
}

Result<Answer<RecapAnswer>> read_one(Context& context, Call& call) {
  const auto id = call.path_id<EncounterId>("encounter");
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto key, key_of(context, call, id));
  TRY_ASSIGN(const auto found, find(context, call, id, *key));
  Answer<RecapAnswer> answer;
  auto& value = answer.value;
  value.encounter = id;
  value.episode = found.pair.episode;
  value.may_change = found.is_open && found.pair.is_one_of(viewer);
  value.opens_at = found.window.opens_at;
  value.closes_at = found.window.closes_at;
  value.content = found.content;
  value.next = found.next;
  if (value.may_change) {
    value.offered = offered(found);
    value.homework = found.homework;
  }
  TRY(describe_state(found, *key, value));
  value.may_confirm = viewer == found.pair.client && value.state == RecapState::proposed;
  TRY(describe_feedback(found, *key, viewer, value));
  TRY(audit_read(context, call, found.pair.client, std::nullopt, view_of(id)));
  return answer;
}

/// Runs a change (WriteTx&, Time now) -> Result<Moved> with its row in the audit.
template <class Change>
Result<Answer<RecapStands>> audited_change(Context& context, const Call& call, EncounterId id, Change change) {
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const Moved moved,
             audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) -> Result<Moved> {
               TRY_ASSIGN(const Moved done, change(tx, now));
               entry.client = done.pair.client;
               entry.view = view_of(id);
               entry.count = done.is_new ? 1 : 0;
               entry.shows_stored = false;
               return done;
             }));
  return Answer<RecapStands>{200, {moved.state, moved.revision}};
}

ContentToKeep content_to_keep(const RecapToSave& wanted) {
  ContentToKeep content;
  for (const auto& one : wanted.lines) {
    content.lines.push_back({one.key.str(), one.text ? std::optional(one.text->str()) : std::nullopt});
  }
  for (const auto& one : wanted.left) content.left.push_back(one.str());
  if (wanted.with_us) content.with_us = wanted.with_us->str();
  content.homework = wanted.homework;
  return content;
}

/// What is to be stored. What goes on from an older revision is not looked at: it is refused, or was stored before.
Result<NewSave> prepare(Context& context, const Call& call, EncounterId id, const RecapToSave& wanted) {
  TRY_ASSIGN(const auto key, key_of(context, call, id));
  TRY_ASSIGN(const auto found, find(context, call, id, *key));
  const auto& recap = found.whole.recap;
  NewSave save{wanted.id, recap ? recap->id : RecapId::make(context.house.clock.now()), id, wanted.based_on, {}};
  if ((recap ? recap->revision : 0) != wanted.based_on || !found.is_open) return save;
  TRY_ASSIGN(const auto content, content_of(content_to_keep(wanted), found.content, found.gathered, found.homework,
                                            found.pair.side_of(context.viewer.account)));
  save.sealed_content = between_sessions::seal(*key, save.recap, content);
  return save;
}

Result<Answer<RecapStands>> save_one(Context& context, Call& call, const RecapToSave& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  const auto id = call.path_id<EncounterId>("encounter");
  TRY_ASSIGN(const auto prepared, prepare(context, call, id, wanted));
  return audited_change(context, call, id, [&](store::WriteTx& tx, Time now) -> Result<Moved> {
    return save(tx, context.viewer.account, prepared, context.house.recap_lasts, now);
  });
}

RecapStep step_of(RecapStepToTake step) {
  switch (step) {
    case RecapStepToTake::propose:
      return RecapStep::propose;
    case RecapStepToTake::confirm:
      return RecapStep::confirm;
    case RecapStepToTake::send_back:
      return RecapStep::send_back;
  }
  return RecapStep::propose;
}

Result<Answer<RecapStands>> step_one(Context& context, Call& call, const RecapStepTaken& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  const auto id = call.path_id<EncounterId>("encounter");
  TRY_ASSIGN(const auto key, key_of(context, call, id));
  NewStep step{wanted.id, id, step_of(wanted.step), wanted.revision, {}, {}};
  if (wanted.words && !wanted.words->str().empty() && step.step == RecapStep::send_back) {
    step.sealed_words = access::seal(*key, wanted.id.bytes(), wanted.words->str());
  }
  if (step.step == RecapStep::confirm) {
    TRY_ASSIGN(auto found, find(context, call, id, *key));
    found.content.next = found.next;
    // What is confirmed is what was read: of another revision nothing is stored, and the step is refused.
    if (found.whole.recap && found.whole.recap->revision == wanted.revision) {
      step.sealed_version = between_sessions::seal(*key, wanted.id, found.content);
    }
  }
  return audited_change(context, call, id, [&](store::WriteTx& tx, Time now) -> Result<Moved> {
    return take_step(tx, context.viewer.account, step, context.house.recap_lasts, now);
  });
}

Result<Answer<OwnRecapsAnswer>> read_own(Context& context, Call& call) {
  const auto client = context.viewer.account;
  TRY_ASSIGN(const auto before, call.query_id<RecapId>("before"));
  TRY_ASSIGN(const auto limit, call.query_int("limit", kLargestPage, 1, kLargestPage));
  TRY_ASSIGN(auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<OwnRecap>> {
    return list_own(tx, client, before, limit + 1);
  }));
  Answer<OwnRecapsAnswer> answer;
  answer.value.more = std::ssize(found) > limit;
  if (answer.value.more) found.pop_back();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  for (const auto& one : found) {
    const auto& recap = one.recap;
    OwnRecapAnswer own{recap.id, recap.encounter, recap.episode, recap.number, recap.held_at, recap.state, {}};
    if (one.version) {
      TRY_ASSIGN(own.confirmed, describe(*one.version, *key));
    }
    answer.value.recaps.push_back(std::move(own));
  }
  TRY(audit_read(context, call, client, std::nullopt, "recaps"));
  return answer;
}

Result<Answer<Nothing>> say_feedback(Context& context, Call& call, const FeedbackToGive& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  const auto id = call.path_id<EncounterId>("encounter");
  TRY_ASSIGN(const auto key, key_of(context, call, id));
  const StoredFeedback feedback{wanted.id,
                                id,
                                context.viewer.account,
                                wanted.to,
                                context.house.clock.now(),
                                access::seal(*key, wanted.id.bytes(), wanted.words.str())};
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<FeedbackGiven> {
    TRY_ASSIGN(const auto given, give_feedback(tx, context.viewer.account, feedback, context.house.recap_lasts));
    entry.client = given.pair.client;
    entry.view = "session feedback " + id.text();
    entry.count = given.is_new ? 1 : 0;
    return given;
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_recap_routes(Routes& routes) {
  routes.event<RecapEvent>();
  routes.get("/api/recaps")
      .says("The client's own recaps, of all sessions")
      .query("before", "string", "the page after this one's id")
      .query("limit", "integer", "how many at most (1 to 50)")
      .answers<OwnRecapsAnswer>()
      .needs(PermissionName{"read_record"})
      .audits("recaps.read")
      .handle(read_own);
  routes.get("/api/encounters/{encounter}/recap")
      .says("The recap of a session, with what could stand in it")
      .answers<RecapAnswer>()
      .needs(PermissionName{"read_between"}, "encounter")
      .audits("recap.read")
      .handle(read_one);
  routes.put("/api/encounters/{encounter}/recap")
      .says("Write the recap of a session together")
      .explains(
          "By either, from ten minutes before the session is to end; it is a draft from then on. 409 `recap.moved` "
          "when "
          "it was changed elsewhere meanwhile: nothing of the two is lost. The same id again is answered with how it "
          "stands now.")
      .body<RecapToSave>()
      .answers<RecapStands>()
      .needs(PermissionName{"write_between"}, "encounter")
      .audits("recap.write")
      .limit(http::kReplaces)
      .handle(save_one);
  routes.post("/api/encounters/{encounter}/recap/steps")
      .says("Propose the recap, confirm it as the client, or send it back")
      .explains("Taken before: 200, and nothing changes. 409 `recap.step` where it cannot be taken any more.")
      .body<RecapStepTaken>()
      .answers<RecapStands>()
      .needs(PermissionName{"write_between"}, "encounter")
      .audits("recap.step")
      .handle(step_one);
  routes.post("/api/encounters/{encounter}/feedback")
      .says("Say something of a session to the therapist")
      .explains("The client's alone, once, after the session. The same id again changes nothing.")
      .body<FeedbackToGive>()
      .answers<Nothing>(204)
      .needs(PermissionName{"write_between"}, "encounter")
      .audits("recap.feedback")
      .handle(say_feedback);
}

}  // namespace rapport::recap
