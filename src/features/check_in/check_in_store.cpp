#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "access/who_treats.hpp"
#include "features/between_sessions/between.hpp"
#include "features/check_in/check_in_rules.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"

namespace rapport::check_in {
namespace {

using encounters::Encounter;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define CHECK_IN \
  "SELECT c.encounter_id, c.asked_at, c.reminds, c.revision, c.draft_at, c.sealed_draft, c.version, c.sent_at"
const Query kFind{"check_in.find", CHECK_IN " FROM check_in c WHERE c.encounter_id = $1", true};
const Query kDrafts{"check_in.drafts",
                    CHECK_IN
                    " FROM encounter n JOIN check_in c ON c.encounter_id = n.id"
                    " WHERE n.episode_id = $1 AND c.client_id = $2 AND c.sealed_draft IS NOT NULL ORDER BY c.draft_at",
                    true};
#undef CHECK_IN
#define VERSION "SELECT v.encounter_id, v.version, v.sent_at, v.sealed_answers"
const Query kVersions{"check_in.versions",
                      VERSION " FROM check_in_version v WHERE v.encounter_id = $1 ORDER BY v.version DESC", true};
const Query kVersionsOf{"check_in.versions_of_episode",
                        VERSION
                        " FROM encounter n JOIN check_in_version v ON v.encounter_id = n.id"
                        " WHERE n.episode_id = $1 AND v.client_id = $2 ORDER BY v.sent_at, v.version",
                        true};
#undef VERSION
const Query kLock{"check_in.lock",
                  "SELECT id FROM episode_of_care WHERE id = (SELECT n.episode_id FROM encounter n WHERE n.id = $1)"
                  " {for_update}",
                  true};
// Whether to be reminded is as it was chosen last: all rows of a client say the same.
const Query kBegin{"check_in.begin",
                   "INSERT INTO check_in (encounter_id, client_id, reminds, revision, version)"
                   " VALUES ($1, $2, COALESCE((SELECT p.reminds FROM check_in p WHERE p.client_id = $2"
                   " ORDER BY p.encounter_id DESC LIMIT 1), 0), 0, 0) ON CONFLICT (encounter_id) DO NOTHING",
                   true};
const Query kSave{"check_in.save",
                  "UPDATE check_in SET revision = $2, draft_at = $3, sealed_draft = $4 WHERE encounter_id = $1", true};
const Query kSend{"check_in.send",
                  "UPDATE check_in SET revision = $2, draft_at = NULL, sealed_draft = NULL, version = $3, sent_at = $4"
                  " WHERE encounter_id = $1",
                  true};
const Query kAddVersion{"check_in.add_version",
                        "INSERT INTO check_in_version (encounter_id, version, client_id, sent_at, sealed_answers)"
                        " VALUES ($1, $2, $3, $4, $5)",
                        true};
const Query kSetReminder{"check_in.set_reminder", "UPDATE check_in SET reminds = $2 WHERE client_id = $1", true};
// $4: of a session that was moved since, what was told of the time before counts no longer.
const Query kSoon{"check_in.soon",
                  "SELECT n.id, e.client_id, n.starts_at FROM encounter n JOIN episode_of_care e ON e.id = n.episode_id"
                  " WHERE n.status = 'planned' AND n.starts_at > $1 AND n.starts_at <= $2 AND e.locked_at IS NULL"
                  " AND NOT EXISTS (SELECT 1 FROM check_in c WHERE c.encounter_id = n.id"
                  " AND c.asked_at >= n.starts_at - $4)"
                  " ORDER BY n.starts_at LIMIT $3",
                  true};
const Query kAsked{"check_in.asked", "UPDATE check_in SET asked_at = $2 WHERE encounter_id = $1", true};
const Query kToRemind{"check_in.to_remind",
                      "SELECT n.id, c.client_id, n.starts_at FROM encounter n JOIN check_in c ON c.encounter_id = n.id"
                      " JOIN episode_of_care e ON e.id = n.episode_id"
                      " WHERE n.status = 'planned' AND n.starts_at > $1 AND n.starts_at <= $2 AND c.reminds = 1"
                      " AND c.version = 0 AND (c.reminded_at IS NULL OR c.reminded_at < n.starts_at - $4)"
                      " AND e.locked_at IS NULL"
                      " ORDER BY n.starts_at LIMIT $3",
                      true};
const Query kReminded{"check_in.reminded", "UPDATE check_in SET reminded_at = $2 WHERE encounter_id = $1", true};
const Query kEndReminders{"check_in.end_reminders", "UPDATE check_in SET reminds = 0 WHERE reminds = 1"};
const Query kForgetUnsent{"check_in.forget_unsent",
                          "UPDATE check_in SET reminds = 0, draft_at = NULL, sealed_draft = NULL WHERE client_id = $1",
                          true};
const Query kSentAhead{"check_in.sent_ahead",
                       "SELECT n.episode_id, n.id, c.client_id, v.sent_at, v.sealed_answers FROM episode_of_care e"
                       " JOIN encounter n ON n.episode_id = e.id"
                       " JOIN check_in c ON c.encounter_id = n.id AND (n.status IN ('open', 'planned')"
                       "  OR c.sent_at > $3)"
                       " JOIN check_in_version v ON v.encounter_id = c.encounter_id AND v.version = c.version"
                       " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS("$1", "$2"),
                       true};
const Query kEraseVersions{"check_in.erase_versions", "DELETE FROM check_in_version WHERE client_id = $1"};
const Query kErase{"check_in.erase", "DELETE FROM check_in WHERE client_id = $1"};

StoredCheckIn to_check_in(const Row& row) {
  StoredCheckIn one{row.id<EncounterId>(0)};
  one.asked_at = row.maybe_time(1);
  one.reminds = row.int64(2) != 0;
  one.revision = row.int64(3);
  one.draft_at = row.maybe_time(4);
  if (!row.is_null(5)) one.sealed_draft = copy_of(row.bytes(5));
  one.version = row.int64(6);
  one.sent_at = row.maybe_time(7);
  return one;
}

StoredVersion to_version(const Row& row) {
  return {row.id<EncounterId>(0), row.int64(1), row.time(2), copy_of(row.bytes(3))};
}

/// Until the end of the transaction nobody else changes anything of the session's episode.
Result<FoundCheckIn> lock_own(WriteTx& tx, AccountId viewer, EncounterId id) {
  tx.each(kLock, {id}, [](const Row&) {});
  TRY_ASSIGN(const Encounter encounter, encounters::find_encounter(tx, viewer, id));
  if (viewer != encounter.client) {
    return fail({ErrorKind::conflict, "between.client_alone", "Only the client does this."});
  }
  tx.execute(kBegin, {id, encounter.client});
  return find(tx, viewer, id);
}

Error moved() {
  return {ErrorKind::conflict, "check_in.moved",
          "This was changed on another device. Read it again; what you wrote here is still here."};
}

/// A point that does not fit on the agenda any more, or homework that was taken back meanwhile, keeps nobody from
/// sending the rest: it may be urgent.
template <class T>
Result<void> unless_conflict(const Result<T>& done) {
  if (done || done.error().kind == ErrorKind::conflict || done.error().kind == ErrorKind::not_found) return {};
  return fail(done.error());
}

Result<void> set_agenda(WriteTx& tx, AccountId viewer, EncounterId id, const AgendaChange& change,
                        const SealPoint& seal_point, Time now) {
  const auto there = encounters::list_agenda(tx, id);
  for (const auto& point : change.remove) TRY(unless_conflict(encounters::remove_agenda_item(tx, viewer, id, point)));
  for (const auto& topic : change.put) {
    const auto found = std::ranges::find_if(there, [&](const auto& one) { return one.id == topic.id; });
    const bool is_there = found != there.end();
    TRY(unless_conflict(encounters::put_agenda_item(tx, viewer, id, topic.id,
                                                    is_there ? found->place : encounters::kLastPlace,
                                                    is_there && found->done, seal_point(topic), now)));
  }
  return {};
}

/// What stood there already when it was sent before is not said again: the homework may have come further since, and
/// what was hidden of it stays hidden.
Result<void> say_outcomes(WriteTx& tx, AccountId viewer, const ToSend& answer, Time now) {
  for (const auto& one : answer.content.homework) {
    if (answer.before && std::ranges::find(answer.before->homework, one) != answer.before->homework.end()) continue;
    TRY(unless_conflict(homework::say_outcome(tx, viewer, one.homework, one.outcome, now)));
  }
  return {};
}

void tell(WriteTx& tx, const Encounter& encounter, OpeningPart part, bool urgent, std::vector<AccountId> whom) {
  tx.emit({encounter.chat, 0,
           http::passing_frame(encounter.chat, OpeningEvent{encounter.episode, encounter.id, part, urgent}),
           std::move(whom)});
}

struct Near {
  EncounterId encounter;
  AccountId client;
  Time starts_at;
};
std::vector<Near> list_near(ReadTx& tx, const Query& query, Time now, std::chrono::hours ahead) {
  const std::int64_t open_ahead = std::chrono::microseconds(kOpenAhead).count();
  return tx.list(query, {now, now + ahead, kMostAtOnce, open_ahead},
                 [](const Row& row) { return Near{row.id<EncounterId>(0), row.id<AccountId>(1), row.time(2)}; });
}

/// Once for each time at which the session is to begin: a session that is moved is told of again.
std::string notice_of(const Near& one) {
  return "check_in:" + one.encounter.text() + ":" + std::to_string(to_micros(one.starts_at));
}

/// In the last hour of the day also those who would have to be reminded at night.
std::chrono::hours reminded_ahead(Time now) {
  auto night = std::chrono::hours(0);
  while (!measurement_plan::is_day(now + night + std::chrono::hours(1))) ++night;
  return kRemindedAhead + night;
}

}  // namespace

Result<FoundCheckIn> find(ReadTx& tx, AccountId viewer, EncounterId id) {
  TRY_ASSIGN(const Encounter encounter, encounters::find_encounter(tx, viewer, id));
  FoundCheckIn found{encounter, {id}, {}};
  if (auto stored = tx.first(kFind, {id}, to_check_in)) found.stored = std::move(*stored);
  found.versions = tx.list(kVersions, {id}, to_version);
  if (viewer == encounter.client) return found;
  // Whether the client has begun to write is nobody else's matter.
  found.stored = {id, found.stored.asked_at, false, 0, {}, {}, found.stored.version, found.stored.sent_at};
  return found;
}

Result<Saved> save_draft(WriteTx& tx, AccountId viewer, EncounterId id, std::int64_t based_on, BytesView sealed,
                         const IsSame& is_same, Time now) {
  TRY_ASSIGN(const auto found, lock_own(tx, viewer, id));
  const auto& there = found.stored;
  // Sent again after its answer was lost.
  if (there.revision > based_on && there.sealed_draft && is_same(*there.sealed_draft)) {
    return Saved{found.encounter, there.revision, there.version, there.draft_at.value_or(now), false};
  }
  TRY(check_step(found.encounter, there.version > 0, now));
  if (there.revision != based_on) return fail(moved());
  tx.execute(kSave, {id, based_on + 1, now, sealed});
  tell_client(tx, found.encounter, OpeningPart::check_in);
  return Saved{found.encounter, based_on + 1, there.version, now, based_on == 0};
}

Result<Saved> send(WriteTx& tx, AccountId viewer, EncounterId id, const ToSend& answer, const IsSame& is_same,
                   const SealPoint& seal_point, Time now) {
  TRY_ASSIGN(const auto found, lock_own(tx, viewer, id));
  const auto& there = found.stored;
  if (!found.versions.empty() && there.revision > answer.based_on && is_same(found.versions.front().sealed_answers)) {
    return Saved{found.encounter, there.revision, there.version, found.versions.front().sent_at, false};
  }
  TRY(check_step(found.encounter, there.version > 0, now));
  // The last save may have arrived although its answer was lost.
  const bool is_kept = there.sealed_draft && is_same(*there.sealed_draft);
  if ((there.revision != answer.based_on && !is_kept) || there.version != answer.before_version) return fail(moved());
  TRY(set_agenda(tx, viewer, id, agenda_change(answer.before, answer.content), seal_point, now));
  TRY(say_outcomes(tx, viewer, answer, now));
  const auto version = there.version + 1;
  tx.execute(kSend, {id, there.revision + 1, version, now});
  tx.execute(kAddVersion, {id, version, found.encounter.client, now, answer.sealed});
  const bool urgent = is_urgent(answer.content);
  if (urgent) {
    for (const auto who : people::who_hears(tx, found.encounter.client, found.encounter.therapist)) {
      if (who == found.encounter.client) continue;
      TRY(notify::queue(tx, {"check_in:" + id.text() + ":" + who.text(), who}, now));
    }
  }
  tell_all(tx, found.encounter, OpeningPart::check_in, urgent);
  return Saved{found.encounter, there.revision + 1, version, now, true};
}

Result<Saved> choose_reminder(WriteTx& tx, AccountId viewer, EncounterId id, bool wanted, Time now) {
  TRY_ASSIGN(const auto found, lock_own(tx, viewer, id));
  const bool is_new = found.stored.reminds != wanted;
  if (is_new) {
    tx.execute(kSetReminder, {found.encounter.client, wanted});
    tell_client(tx, found.encounter, OpeningPart::check_in);
  }
  return Saved{found.encounter, found.stored.revision, found.stored.version, now, is_new};
}

std::vector<SentAhead> list_sent_ahead(ReadTx& tx, AccountId therapist) {
  return tx.list(kSentAhead, {therapist, tx.now(), tx.now() - kStandsAfter}, [](const Row& row) {
    return SentAhead{row.id<EpisodeId>(0), row.id<EncounterId>(1), row.id<AccountId>(2), row.time(3),
                     copy_of(row.bytes(4))};
  });
}

std::vector<StoredVersion> list_versions(ReadTx& tx, AccountId client, EpisodeId episode) {
  return tx.list(kVersionsOf, {episode, client}, to_version);
}

std::vector<StoredCheckIn> list_drafts(ReadTx& tx, AccountId client, EpisodeId episode) {
  return tx.list(kDrafts, {episode, client}, to_check_in);
}

Result<std::int64_t> ask_due(WriteTx& tx, Time now) {
  if (!measurement_plan::is_day(now)) return 0;
  std::int64_t count = 0;
  for (const auto& one : list_near(tx, kSoon, now, kOpenAhead)) {
    tx.execute(kBegin, {one.encounter, one.client});
    tx.execute(kAsked, {one.encounter, now});
    // Whoever has sent it already need not be invited.
    if (tx.first(kFind, {one.encounter}, to_check_in)->version > 0) continue;
    TRY(notify::queue(tx, {notice_of(one), one.client}, now));
    ++count;
  }
  return count;
}

Result<std::int64_t> remind(WriteTx& tx, Time now) {
  if (!measurement_plan::is_day(now)) return 0;
  const auto due = list_near(tx, kToRemind, now, reminded_ahead(now));
  for (const auto& one : due) {
    tx.execute(kReminded, {one.encounter, now});
    TRY(notify::queue(tx, {notice_of(one) + ":again", one.client}, now));
  }
  return std::ssize(due);
}

std::int64_t end_all_reminders(WriteTx& tx) {
  return tx.execute(kEndReminders, {});
}

void forget_unsent(WriteTx& tx, AccountId client) {
  tx.execute(kForgetUnsent, {client});
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kEraseVersions, {client});
  tx.execute(kErase, {client});
}

void tell_all(WriteTx& tx, const Encounter& encounter, OpeningPart part, bool urgent) {
  tell(tx, encounter, part, urgent, people::who_hears(tx, encounter.client, encounter.therapist));
}

void tell_client(WriteTx& tx, const Encounter& encounter, OpeningPart part) {
  tell(tx, encounter, part, false, {encounter.client});
}

}  // namespace rapport::check_in
