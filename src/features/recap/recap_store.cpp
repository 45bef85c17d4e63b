#include <fmt/format.h>

#include <utility>

#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/recap/recap_events.hpp"
#include "features/recap/recap_rules.hpp"

namespace rapport::recap {
namespace {

using between_sessions::lock_pair;
using between_sessions::Pair;
using between_sessions::stored_as;
using between_sessions::text_of;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define RECAP                                                                                              \
  "r.id, r.encounter_id, r.episode_id, r.client_id, r.number, r.held_at, r.state, r.revision, r.versions," \
  " r.changed_by, r.changed_at, r.state_by, r.state_at, r.sealed_content"
#define VERSION "v.id, v.recap_id, v.version, v.confirmed_at, v.sealed_content"
#define STEP "SELECT id, recap_id, step, revision, by_id, at, sealed_words FROM recap_step"
const Query kFind{"recap.find", "SELECT " RECAP " FROM recap r WHERE r.encounter_id = $1", true};
#define OWN                                                          \
  "SELECT " RECAP ", " VERSION                                       \
  " FROM recap r LEFT JOIN recap_version v ON v.recap_id = r.id AND" \
  " v.version = r.versions WHERE r.client_id = $1"
#define LATEST_FIRST " ORDER BY r.held_at DESC, r.id DESC LIMIT $2"
const Query kOwn{"recap.own", OWN LATEST_FIRST, true};
const Query kOwnBefore{"recap.own_before",
                       OWN
                       " AND (r.held_at, r.id) < (SELECT b.held_at, b.id FROM recap b"
                       " WHERE b.id = $3 AND b.client_id = $1)" LATEST_FIRST,
                       true};
#undef LATEST_FIRST
#undef OWN
const Query kVersions{"recap.versions",
                      "SELECT " VERSION " FROM recap_version v WHERE v.recap_id = $1 ORDER BY v.version", true};
const Query kStep{"recap.step", STEP " WHERE id = $1", true};
const Query kSentBack{"recap.sent_back", STEP " WHERE recap_id = $1 AND step = 'send_back' ORDER BY place", true};
#undef STEP
#undef VERSION
#undef RECAP
const Query kCountSteps{"recap.count_steps", "SELECT COUNT(*) FROM recap_step WHERE recap_id = $1", true};
const Query kBegin{"recap.begin",
                   "INSERT INTO recap (id, encounter_id, episode_id, client_id, number, held_at, state, revision,"
                   " versions, changed_by, changed_at, state_by, state_at, sealed_content)"
                   " VALUES ($1, $2, $3, $4, $5, $6, 'drafted', 1, 0, $7, $8, $7, $8, $9)",
                   true};
const Query kSave{"recap.save",
                  "UPDATE recap SET revision = $2, changed_by = $3, changed_at = $4, sealed_content = $5 WHERE id = $1",
                  true};
const Query kMove{"recap.move", "UPDATE recap SET state = $2, state_by = $3, state_at = $4 WHERE id = $1", true};
const Query kCountVersions{"recap.count_versions", "UPDATE recap SET versions = $2 WHERE id = $1", true};
const Query kAddStep{"recap.add_step",
                     "INSERT INTO recap_step (id, recap_id, place, step, revision, by_id, at, sealed_words)"
                     " SELECT $1, $2, COALESCE(MAX(place), 0) + 1, $3, $4, $5, $6, $7 FROM recap_step"
                     " WHERE recap_id = $2",
                     true};
const Query kAddVersion{"recap.add_version",
                        "INSERT INTO recap_version (id, recap_id, version, confirmed_at, sealed_content)"
                        " VALUES ($1, $2, $3, $4, $5)",
                        true};
#define FEEDBACK "SELECT id, encounter_id, client_id, to_id, at, sealed_words FROM session_feedback"
const Query kFeedback{"recap.feedback", FEEDBACK " WHERE encounter_id = $1", true};
const Query kFeedbackById{"recap.feedback_by_id", FEEDBACK " WHERE id = $1", true};
#undef FEEDBACK
const Query kAddFeedback{"recap.add_feedback",
                         "INSERT INTO session_feedback (id, encounter_id, client_id, to_id, at, sealed_words)"
                         " VALUES ($1, $2, $3, $4, $5, $6)",
                         true};
#define OF_CLIENT "recap_id IN (SELECT id FROM recap WHERE client_id = $1)"
const Query kEraseVersions{"recap.erase_versions", "DELETE FROM recap_version WHERE " OF_CLIENT};
const Query kEraseSteps{"recap.erase_steps", "DELETE FROM recap_step WHERE " OF_CLIENT};
#undef OF_CLIENT
const Query kErase{"recap.erase", "DELETE FROM recap WHERE client_id = $1"};
const Query kEraseFeedback{"recap.erase_feedback", "DELETE FROM session_feedback WHERE client_id = $1"};

StoredRecap to_recap(const Row& row) {
  StoredRecap one;
  one.id = row.id<RecapId>(0);
  one.encounter = row.id<EncounterId>(1);
  one.episode = row.id<EpisodeId>(2);
  one.client = row.id<AccountId>(3);
  one.number = row.int64(4);
  one.held_at = row.time(5);
  one.state = stored_as<RecapState>(row.text(6));
  one.revision = row.int64(7);
  one.versions = row.int64(8);
  one.changed_by = row.id<AccountId>(9);
  one.changed_at = row.time(10);
  one.state_by = row.id<AccountId>(11);
  one.state_at = row.time(12);
  one.sealed_content = copy_of(row.bytes(13));
  return one;
}

/// From this column on.
StoredVersion to_version(const Row& row, int first) {
  return {row.id<RecapStepId>(first), row.id<RecapId>(first + 1), row.int64(first + 2), row.time(first + 3),
          copy_of(row.bytes(first + 4))};
}

StoredStep to_step(const Row& row) {
  StoredStep one{row.id<RecapStepId>(0),
                 row.id<RecapId>(1),
                 stored_as<RecapStep>(row.text(2)),
                 row.int64(3),
                 row.id<AccountId>(4),
                 row.time(5),
                 {}};
  if (!row.is_null(6)) one.sealed_words = copy_of(row.bytes(6));
  return one;
}

StoredFeedback to_feedback(const Row& row) {
  return {row.id<FeedbackId>(0), row.id<EncounterId>(1), row.id<AccountId>(2), row.id<AccountId>(3),
          row.time(4),           copy_of(row.bytes(5))};
}

OwnRecap to_own(const Row& row) {
  OwnRecap one{to_recap(row), {}};
  if (one.recap.versions > 0) one.version = to_version(row, 14);
  return one;
}

std::string notice_prefix(EncounterId encounter) {
  return "recap:" + encounter.text() + ":";
}

Error moved() {
  return {ErrorKind::conflict, "recap.moved",
          "The recap was changed elsewhere meanwhile. Read it again; what you wrote here is still here."};
}
Error elsewhere() {
  return {ErrorKind::conflict, "recap.step",
          "The recap stands elsewhere by now, or this is for the client to do. Look at it again."};
}

/// The encounter, and its episode's two, locked: one of them asks.
struct Locked {
  encounters::Encounter encounter;
  Pair pair;
  std::optional<StoredRecap> recap;
};
Result<Locked> lock(WriteTx& tx, AccountId viewer, EncounterId id) {
  TRY_ASSIGN(const auto before, encounters::find_encounter(tx, viewer, id));
  TRY_ASSIGN(auto pair, lock_pair(tx, viewer, before.episode));
  TRY_ASSIGN(auto encounter, encounters::find_encounter(tx, viewer, id));
  return Locked{std::move(encounter), pair, find_recap(tx, id)};
}

void tell(WriteTx& tx, const Pair& pair, EncounterId encounter, std::vector<AccountId> whom) {
  tx.emit({pair.chat, 0, http::passing_frame(pair.chat, RecapEvent{pair.episode, encounter}), std::move(whom)});
}

Moved told(WriteTx& tx, const Locked& locked, RecapState state, std::int64_t revision, bool is_new) {
  const auto& pair = locked.pair;
  tell(tx, pair, locked.encounter.id, people::who_hears(tx, pair.client, pair.therapist));
  return {pair, state, revision, is_new};
}

/// The answer to what was sent again; nothing for a new id.
Result<std::optional<Moved>> done_before(WriteTx& tx, const Locked& locked, AccountId viewer, RecapStepId id,
                                         RecapStep step) {
  const auto there = find_step(tx, id);
  if (!there) return std::nullopt;
  if (!locked.recap || there->recap != locked.recap->id || there->by != viewer || there->step != step) {
    return fail(between_sessions::id_taken());
  }
  return told(tx, locked, locked.recap->state, locked.recap->revision, false);
}

Result<void> check_room(ReadTx& tx, const StoredRecap& recap) {
  const auto steps = tx.first(kCountSteps, {recap.id}, [](const Row& row) { return row.int64(0); }).value();
  if (steps < kMostSteps) return {};
  return fail(
      {ErrorKind::conflict, "recap.full", "This recap was changed too often. Write what is new in the next one."});
}

void add_step(WriteTx& tx, RecapStepId id, RecapId recap, RecapStep step, std::int64_t revision, AccountId by, Time at,
              const std::optional<Bytes>& sealed_words = {}) {
  tx.execute(kAddStep, {id, recap, text_of(step), revision, by, at, sealed_words});
}

void begin(WriteTx& tx, const Locked& locked, AccountId viewer, const NewSave& wanted, Time now) {
  const auto& encounter = locked.encounter;
  tx.execute(kBegin, {wanted.recap, encounter.id, encounter.episode, encounter.client, *encounter.number,
                      *encounter.began_at, viewer, now, wanted.sealed_content});
}

/// The other of the two gets a mail that something waits, once until the client has confirmed.
Result<void> ask_to_look(WriteTx& tx, const Locked& locked, AccountId viewer, Time now) {
  const auto& pair = locked.pair;
  const auto other = viewer == pair.client ? pair.therapist : pair.client;
  TRY(notify::queue(
      tx, {fmt::format("{}{}:{}", notice_prefix(locked.encounter.id), locked.recap->versions, other.text()), other},
      now));
  return {};
}

}  // namespace

std::optional<StoredRecap> find_recap(ReadTx& tx, EncounterId encounter) {
  return tx.first(kFind, {encounter}, to_recap);
}

std::optional<StoredStep> find_step(ReadTx& tx, RecapStepId id) {
  return tx.first(kStep, {id}, to_step);
}

WholeRecap whole(ReadTx& tx, EncounterId encounter) {
  WholeRecap found{find_recap(tx, encounter), {}, {}, tx.first(kFeedback, {encounter}, to_feedback)};
  if (!found.recap) return found;
  found.versions = tx.list(kVersions, {found.recap->id}, [](const Row& row) { return to_version(row, 0); });
  found.sent_back = tx.list(kSentBack, {found.recap->id}, to_step);
  return found;
}

std::vector<OwnRecap> list_own(ReadTx& tx, AccountId client, std::optional<RecapId> before, std::int64_t limit) {
  if (!before) return tx.list(kOwn, {client, limit}, to_own);
  return tx.list(kOwnBefore, {client, limit, *before}, to_own);
}

Result<Moved> save(WriteTx& tx, AccountId viewer, const NewSave& wanted, std::chrono::hours lasts, Time now) {
  TRY_ASSIGN(const auto locked, lock(tx, viewer, wanted.encounter));
  const auto& recap = locked.recap;
  TRY_ASSIGN(const auto before, done_before(tx, locked, viewer, wanted.id, RecapStep::save));
  if (before) return *before;
  TRY(check_window(window_of(locked.encounter, lasts), now));
  if ((recap ? recap->revision : 0) != wanted.based_on || (recap && recap->id != wanted.recap) ||
      wanted.sealed_content.empty()) {
    return fail(moved());
  }
  if (!recap) {
    begin(tx, locked, viewer, wanted, now);
  } else {
    TRY(check_room(tx, *recap));
    tx.execute(kSave, {recap->id, recap->revision + 1, viewer, now, wanted.sealed_content});
    if (recap->state != RecapState::drafted) {
      tx.execute(kMove, {recap->id, text_of(RecapState::drafted), viewer, now});
    }
  }
  const auto revision = wanted.based_on + 1;
  add_step(tx, wanted.id, wanted.recap, RecapStep::save, revision, viewer, now);
  return told(tx, locked, RecapState::drafted, revision, true);
}

Result<Moved> take_step(WriteTx& tx, AccountId viewer, const NewStep& wanted, std::chrono::hours lasts, Time now) {
  TRY_ASSIGN(const auto locked, lock(tx, viewer, wanted.encounter));
  TRY_ASSIGN(const auto before, done_before(tx, locked, viewer, wanted.id, wanted.step));
  if (before) return *before;
  if (!locked.recap) return fail(elsewhere());
  const auto& recap = *locked.recap;
  const auto by = locked.pair.side_of(viewer);
  if (recap.revision != wanted.revision) return fail(moved());
  const auto to = after(recap.state, wanted.step, by);
  if (!to && is_taken(recap.state, wanted.step, by)) return told(tx, locked, recap.state, recap.revision, false);
  if (!to) return fail(elsewhere());
  if (wanted.step == RecapStep::confirm && !wanted.sealed_version) return fail(moved());
  if (wanted.step != RecapStep::confirm) TRY(check_window(window_of(locked.encounter, lasts), now));
  TRY(check_room(tx, recap));
  tx.execute(kMove, {recap.id, text_of(*to), viewer, now});
  add_step(tx, wanted.id, recap.id, wanted.step, recap.revision, viewer, now, wanted.sealed_words);
  if (wanted.step == RecapStep::propose) {
    TRY(ask_to_look(tx, locked, viewer, now));
  }
  if (wanted.step == RecapStep::confirm) {
    notify::drop_waiting(tx, notice_prefix(wanted.encounter), now);
    tx.execute(kAddVersion, {wanted.id, recap.id, recap.versions + 1, now, wanted.sealed_version.value()});
    tx.execute(kCountVersions, {recap.id, recap.versions + 1});
  }
  return told(tx, locked, *to, recap.revision, true);
}

Result<FeedbackGiven> give_feedback(WriteTx& tx, AccountId viewer, const StoredFeedback& wanted,
                                    std::chrono::hours lasts) {
  TRY_ASSIGN(const auto locked, lock(tx, viewer, wanted.encounter));
  const auto& pair = locked.pair;
  TRY(between_sessions::check_client(pair, viewer));
  const auto same_id = tx.first(kFeedbackById, {wanted.id}, to_feedback);
  if (same_id && same_id->encounter != wanted.encounter) return fail(between_sessions::id_taken());
  if (same_id) {
    tell(tx, pair, wanted.encounter, {pair.client, same_id->to});
    return FeedbackGiven{pair, false};
  }
  if (tx.first(kFeedback, {wanted.encounter}, to_feedback)) {
    return fail({ErrorKind::conflict, "recap.feedback",
                 "You have said something of this session already. To say more, write a message."});
  }
  if (locked.encounter.status != encounters::Status::closed) {
    return fail({ErrorKind::conflict, "recap.not_yet", "This can be said once the session has ended."});
  }
  TRY(check_window(window_of(locked.encounter, lasts), wanted.at));
  const auto away = people::away_of(tx, pair.therapist);
  if (wanted.to != pair.therapist || (away && !away->ends_at)) {
    return fail({ErrorKind::conflict, "recap.hearer",
                 "This therapist does not treat you any more. Nothing was sent. Read the page again to see who would "
                 "hear it."});
  }
  tx.execute(kAddFeedback, {wanted.id, wanted.encounter, pair.client, wanted.to, wanted.at, wanted.sealed_words});
  TRY(notify::queue(tx, {"recap-feedback:" + wanted.encounter.text(), wanted.to}, wanted.at));
  tell(tx, pair, wanted.encounter, {pair.client, wanted.to});
  return FeedbackGiven{pair, true};
}

void erase_client(WriteTx& tx, AccountId client) {
  for (const auto* query : {&kEraseVersions, &kEraseSteps, &kErase, &kEraseFeedback}) tx.execute(*query, {client});
}

}  // namespace rapport::recap
