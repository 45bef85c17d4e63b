#include <algorithm>

#include "access/audit.hpp"
#include "features/between_sessions/between.hpp"
#include "features/encounters/encounters.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "features/people/staff.hpp"
#include "features/safety/safety.hpp"
#include "features/therapist_switch/therapist_switch.hpp"
#include "features/therapist_switch/therapist_switch_shapes.hpp"

namespace rapport::therapist_switch {
namespace {

using between_sessions::stored_as;
using between_sessions::text_of;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define SWITCH                                                                                                    \
  "SELECT s.id, s.practice_id, s.episode_id, r.id, s.client_id, s.from_id, s.to_id, s.kind, s.state, s.revision," \
  " s.history, s.meeting, s.sessions, s.started_at, s.due_at, s.told_at, s.ended_at, s.new_episode_id,"           \
  " s.sealed_summary FROM therapist_switch s JOIN room r ON r.episode_id = s.episode_id AND r.kind = 'chat'"
const Query kOwn{"therapist_switch.own", SWITCH " WHERE s.client_id = $1 ORDER BY s.started_at, s.id", true};
const Query kLatest{"therapist_switch.latest",
                    SWITCH " WHERE s.client_id = $1 ORDER BY s.started_at DESC, s.id DESC LIMIT 1", true};
const Query kOne{"therapist_switch.one", SWITCH " WHERE s.id = $2 AND s.client_id = $1", true};
const Query kById{"therapist_switch.by_id", SWITCH " WHERE s.id = $1", true};
const Query kDue{"therapist_switch.due",
                 SWITCH
                 " WHERE s.due_at <= $1 AND s.told_at >= $2 AND s.told_at IS NOT NULL AND s.ended_at IS NULL"
                 " ORDER BY s.due_at, s.id LIMIT $3",
                 true};
const Query kGoOn{"therapist_switch.go_on", SWITCH " WHERE s.told_at IS NOT NULL AND s.ended_at IS NULL"};
// The former therapist hears for a while how it ended; the new one reads for as long as they treat.
#define TOLD_TO(viewer, ended_since)                                                                             \
  " s.told_at IS NOT NULL AND EXISTS (SELECT 1 FROM account c WHERE c.id = s.client_id AND c.closed_at IS NULL)" \
  " AND ((s.from_id = " viewer " AND (s.ended_at IS NULL OR s.ended_at > " ended_since                           \
  "))"                                                                                                           \
  " OR (s.to_id = " viewer " AND (s.ended_at IS NULL OR (s.state = 'withdrawn' AND s.ended_at > " ended_since    \
  ")"                                                                                                            \
  " OR (s.state = 'done' AND EXISTS (SELECT 1 FROM episode_of_care e WHERE e.id = COALESCE(s.new_episode_id,"    \
  " s.episode_id) AND e.therapist_id = " viewer " AND e.locked_at IS NULL)))))"
const Query kTold{
    "therapist_switch.told",
    SWITCH
    " WHERE s.id IN (SELECT f.id FROM therapist_switch f WHERE f.from_id = $1 AND f.told_at IS NOT NULL"
    " UNION SELECT o.id FROM therapist_switch o WHERE o.to_id = $1 AND o.told_at IS NOT NULL) AND" TOLD_TO(
        "$1", "$2") " ORDER BY s.told_at DESC, s.id",
    true};
const Query kToldOne{"therapist_switch.told_one", SWITCH " WHERE s.id = $3 AND" TOLD_TO("$1", "$2"), true};
#undef TOLD_TO
#undef SWITCH
const Query kComing{
    "therapist_switch.coming",
    "SELECT COUNT(*) FROM therapist_switch WHERE to_id = $1 AND told_at IS NOT NULL AND ended_at IS NULL", true};
// Whoever takes a step waits here for others who do.
const Query kLock{"therapist_switch.lock", "SELECT id FROM therapist_switch WHERE id = $1 {for_update}", true};
const Query kTreatment{"therapist_switch.treatment",
                       "SELECT practice_id, therapist_id FROM episode_of_care WHERE id = $2 AND client_id = $1"
                       " AND closed_at IS NULL AND locked_at IS NULL",
                       true};
const Query kStart{"therapist_switch.start",
                   "INSERT INTO therapist_switch (id, practice_id, episode_id, client_id, from_id, to_id, kind, state,"
                   " revision, history, meeting, sessions, started_at, due_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8,"
                   " 1, 'everything', 'none', 'keep', $9, $10) ON CONFLICT DO NOTHING",
                   true};
const Query kChoose{"therapist_switch.choose",
                    "UPDATE therapist_switch SET to_id = $2, state = $3, revision = revision + 1 WHERE id = $1", true};
const Query kWrite{"therapist_switch.write",
                   "UPDATE therapist_switch SET history = $2, sealed_summary = $3, state = $4,"
                   " revision = revision + 1 WHERE id = $1",
                   true};
const Query kSetDay{"therapist_switch.set_day",
                    "UPDATE therapist_switch SET meeting = $2, sessions = $3, due_at = $4, state = $5,"
                    " revision = revision + 1 WHERE id = $1",
                    true};
const Query kTell{"therapist_switch.tell",
                  "UPDATE therapist_switch SET from_id = $2, told_at = $3, due_at = $4, state = 'told',"
                  " revision = revision + 1 WHERE id = $1",
                  true};
const Query kSetState{"therapist_switch.set_state",
                      "UPDATE therapist_switch SET state = $2, revision = revision + 1 WHERE id = $1", true};
const Query kEnd{"therapist_switch.end",
                 "UPDATE therapist_switch SET state = $2, ended_at = $3, new_episode_id = $4, revision = revision + 1"
                 " WHERE id = $1",
                 true};
const Query kSetDue{"therapist_switch.set_due", "UPDATE therapist_switch SET due_at = $2 WHERE id = $1", true};
const Query kHold{"therapist_switch.hold",
                  "UPDATE therapist_switch SET state = $2, told_at = NULL, revision = revision + 1 WHERE id = $1",
                  true};
const Query kTakeOver{"therapist_switch.take_over",
                      "INSERT INTO therapist_switch_duty (switch_id, duty_id, taken_by, taken_at)"
                      " VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
                      true};
const Query kTaken{"therapist_switch.taken", "SELECT duty_id FROM therapist_switch_duty WHERE switch_id = $1", true};
const Query kEraseDuties{"therapist_switch.erase_duties",
                         "DELETE FROM therapist_switch_duty WHERE switch_id IN"
                         " (SELECT id FROM therapist_switch WHERE client_id = $1)"};
const Query kErase{"therapist_switch.erase", "DELETE FROM therapist_switch WHERE client_id = $1"};

StoredSwitch to_switch(const Row& row) {
  return {row.id<SwitchId>(0),
          row.id<PracticeId>(1),
          row.id<EpisodeId>(2),
          row.id<RoomId>(3),
          row.id<AccountId>(4),
          row.id<AccountId>(5),
          row.maybe_id<AccountId>(6),
          stored_as<SwitchKind>(row.text(7)),
          stored_as<SwitchState>(row.text(8)),
          row.int64(9),
          stored_as<SwitchHistory>(row.text(10)),
          stored_as<SwitchMeeting>(row.text(11)),
          row.text(12) == "keep",
          row.time(13),
          row.maybe_time(14),
          row.maybe_time(15),
          row.maybe_time(16),
          row.maybe_id<EpisodeId>(17),
          row.maybe_bytes(18)};
}

Error older() {
  return {ErrorKind::conflict, "therapist_switch.older",
          "This was changed meanwhile, perhaps on another device. Nothing was changed now. Please look again."};
}
Error no_step() {
  return {ErrorKind::conflict, "therapist_switch.step", "This cannot be done here any more. Please look again."};
}
Error id_taken() {
  return {ErrorKind::conflict, "therapist_switch.id_taken", "This id is taken. Make a new one and send it again."};
}

/// The client's other devices, and the two therapists where they know of it.
void emit(WriteTx& tx, const StoredSwitch& one, bool to_therapists) {
  std::vector<AccountId> who{one.client};
  if (to_therapists) {
    who.push_back(one.from);
    if (one.to) who.push_back(*one.to);
  }
  tx.emit({one.chat, 0, http::passing_frame(one.chat, TherapistSwitchEvent{one.id}), std::move(who)});
}

/// A mail without a word of what it is about, once for each step.
Result<void> ask_to_look(WriteTx& tx, const StoredSwitch& one, std::string_view step, AccountId who) {
  TRY(notify::queue(tx, {"therapist_switch:" + one.id.text() + ":" + std::string(step) + ":" + who.text(), who},
                    tx.now()));
  return {};
}
Result<void> ask_therapists_to_look(WriteTx& tx, const StoredSwitch& one, std::string_view step) {
  TRY(ask_to_look(tx, one, step, one.from));
  if (one.to) TRY(ask_to_look(tx, one, step, *one.to));
  return {};
}

Result<StoredSwitch> lock_own(WriteTx& tx, AccountId client, SwitchId id) {
  tx.each(kLock, {id}, [](const Row&) {});
  auto found = tx.first(kOne, {client, id}, to_switch);
  if (!found) return fail(not_found());
  return *std::move(found);
}

struct Treatment {
  PracticeId practice;
  AccountId therapist;
};
/// Of the client, while it goes on.
std::optional<Treatment> treatment_of(ReadTx& tx, AccountId client, EpisodeId episode) {
  return tx.first(kTreatment, {client, episode},
                  [](const Row& row) { return Treatment{row.id<PracticeId>(0), row.id<AccountId>(1)}; });
}

/// What a step of the client's leads to. Nothing: it was taken before, with the same content, by whoever saw the same.
Result<std::optional<SwitchState>> next_of(const StoredSwitch& one, std::int64_t based_on, SwitchStep step,
                                           bool is_same) {
  if (one.revision == based_on + 1 && is_same) return std::optional<SwitchState>();
  if (one.revision != based_on) return fail(older());
  const auto next = after(one.kind, one.state, step);
  if (!next) return fail(no_step());
  return next;
}

void write_down(WriteTx& tx, const StoredSwitch& one) {
  access::AuditEntry entry;
  entry.at = tx.now();
  entry.action = "therapist_switch.carry_out";
  entry.client = one.client;
  entry.view = "therapist_switch " + one.id.text() + " to " + one.to->text();
  entry.count = 1;
  entry.outcome = access::Outcome::done;
  entry.origin = "clock";
  access::write_audit(tx, entry);
}

/// There is nothing left to hand over, or nobody to whom.
Result<void> let_go(WriteTx& tx, const StoredSwitch& one) {
  tx.execute(kEnd, {one.id, text_of(SwitchState::withdrawn), tx.now(), std::optional<EpisodeId>()});
  TRY(ask_to_look(tx, one, "gone", one.client));
  TRY(ask_therapists_to_look(tx, one, "gone"));
  emit(tx, one, true);
  return {};
}

Result<void> finish(WriteTx& tx, const StoredSwitch& one, std::optional<EpisodeId> new_episode) {
  tx.execute(kEnd, {one.id, text_of(SwitchState::done), tx.now(), new_episode});
  TRY(ask_to_look(tx, one, "done", one.client));
  emit(tx, one, true);
  write_down(tx, one);
  return {};
}

Result<bool> hold(WriteTx& tx, const StoredSwitch& one) {
  if (one.state == SwitchState::waiting) return false;
  tx.execute(kSetState, {one.id, text_of(SwitchState::waiting)});
  TRY(ask_to_look(tx, one, "waiting", one.client));
  TRY(ask_therapists_to_look(tx, one, "waiting"));
  emit(tx, one, true);
  return false;
}

/// Of a treatment that is handed over anyway: when that has happened, or will not.
Result<bool> follow_hand_over(WriteTx& tx, const StoredSwitch& one) {
  const auto treatment = treatment_of(tx, one.client, one.episode);
  if (treatment && treatment->therapist == *one.to) {
    TRY(finish(tx, one, std::nullopt));
    return true;
  }
  const auto planned = people::hand_over_of(tx, one.episode);
  const bool comes = planned && planned->to == *one.to && !planned->done_at && !planned->called_off_at;
  if (treatment && comes) {
    tx.execute(kSetDue, {one.id, planned->due_at});
    return false;
  }
  TRY(let_go(tx, one));
  return false;
}

/// Whether the new therapist treats now. Everything in one transaction, so that at no moment nobody or both do.
Result<bool> carry_out(WriteTx& tx, const StoredSwitch& one, const people::CancelSessions& cancel) {
  if (one.kind == SwitchKind::planned) return follow_hand_over(tx, one);
  if (!duties_of(tx, one).to_look_into.empty()) return hold(tx, one);
  if (one.history == SwitchHistory::everything) {
    const people::NewHandOver wanted{people::HandOverId::make(tx.now()), one.episode, *one.to, tx.now(),
                                     one.keeps_sessions};
    TRY_ASSIGN(const bool is_done, people::hand_over_as_wished(tx, one.practice, wanted, cancel));
    if (!is_done) {
      TRY(let_go(tx, one));
      return false;
    }
    TRY(finish(tx, one, std::nullopt));
    return true;
  }
  TRY_ASSIGN(const auto begun, people::begin_anew(tx, one.practice, one.episode, *one.to, cancel));
  if (!begun) {
    TRY(let_go(tx, one));
    return false;
  }
  encounters::end_all_of(tx, one.client, tx.now());
  TRY(ask_therapists_to_look(tx, one, "done"));
  TRY(finish(tx, one, begun));
  return true;
}

}  // namespace

std::optional<StoredSwitch> latest_of(ReadTx& tx, AccountId client) {
  return tx.first(kLatest, {client}, to_switch);
}

std::vector<StoredSwitch> list_own(ReadTx& tx, AccountId client) {
  return tx.list(kOwn, {client}, to_switch);
}

ReadsWritten what_is_read(ReadTx& tx, AccountId client, EpisodeId episode) {
  ReadsWritten read;
  for (const auto& one : list_own(tx, client)) {
    if (one.new_episode == episode) read.from = one.ended_at;
    const bool is_secret = one.kind == SwitchKind::asked && is_open(one.state) && !is_told(one.state);
    if (is_secret && one.episode == episode) read.until = one.started_at;
  }
  return read;
}

std::int64_t count_coming(ReadTx& tx, AccountId therapist) {
  return tx.first(kComing, {therapist}, [](const Row& row) { return row.int64(0); }).value_or(0);
}

Result<bool> start(WriteTx& tx, AccountId client, const NewSwitch& wanted) {
  const auto treatment = treatment_of(tx, client, wanted.episode);
  if (!treatment) return fail(not_found());
  TRY(people::hold_open(tx, wanted.episode));
  if (const auto known = tx.first(kById, {wanted.id}, to_switch)) {
    if (known->client != client || known->episode != wanted.episode || known->kind != wanted.kind) {
      return fail(id_taken());
    }
    return false;
  }
  std::optional<AccountId> to;
  std::optional<Time> due_at;
  if (wanted.kind == SwitchKind::planned) {
    const auto planned = people::hand_over_of(tx, wanted.episode);
    if (!planned || planned->done_at || planned->called_off_at) {
      return fail({ErrorKind::conflict, "therapist_switch.not_planned",
                   "Your treatment is not to be handed over any more. Please look at your first page."});
    }
    to = planned->to;
    due_at = planned->due_at;
  }
  const auto state = to ? SwitchState::chosen : SwitchState::started;
  if (tx.execute(kStart, {wanted.id, treatment->practice, wanted.episode, client, treatment->therapist, to,
                          text_of(wanted.kind), text_of(state), tx.now(), due_at}) == 0) {
    return fail({ErrorKind::conflict, "therapist_switch.open",
                 "You have begun with this already, perhaps on another device. Please look again."});
  }
  emit(tx, *tx.first(kById, {wanted.id}, to_switch), false);
  return true;
}

Result<bool> choose(WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on, AccountId to,
                    const CheckRoom& check_room) {
  TRY_ASSIGN(auto one, lock_own(tx, client, id));
  TRY_ASSIGN(const auto next, next_of(one, based_on, SwitchStep::choose, one.to == to));
  if (!next) return false;
  const auto treatment = treatment_of(tx, client, one.episode);
  if (!treatment) return fail(not_found());
  const auto therapists = people::list_therapists(tx, one.practice);
  if (to == treatment->therapist || std::find(therapists.begin(), therapists.end(), to) == therapists.end()) {
    return fail(invalid("therapist_switch.therapist", "This is no other therapist of the practice.",
                        {{"/therapist", "Choose another therapist."}}));
  }
  TRY(check_room(tx, one.practice, to));
  tx.execute(kChoose, {id, to, text_of(*next)});
  emit(tx, one, false);
  return true;
}

Result<bool> write_summary(WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on, const WhatGoesAlong& what,
                           const IsSameSummary& is_same) {
  TRY_ASSIGN(const auto one, lock_own(tx, client, id));
  const bool same = one.history == what.history && one.sealed_summary && is_same(*one.sealed_summary);
  TRY_ASSIGN(const auto next, next_of(one, based_on, SwitchStep::write, same));
  if (!next) return false;
  // Who hands the treatment over decided what goes along.
  const auto history = one.kind == SwitchKind::planned ? SwitchHistory::everything : what.history;
  tx.execute(kWrite, {id, text_of(history), what.sealed_summary, text_of(*next)});
  emit(tx, one, false);
  return true;
}

Result<bool> set_day(WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on, const Day& day) {
  TRY_ASSIGN(const auto one, lock_own(tx, client, id));
  const bool same = one.meeting == day.meeting && one.keeps_sessions == day.keeps_sessions && one.due_at == day.due_at;
  TRY_ASSIGN(const auto next, next_of(one, based_on, SwitchStep::set_day, same));
  if (!next) return false;
  if (day.due_at - tx.now() > kFarthestDay) {
    return fail(
        invalid("therapist_switch.day", "This is too far ahead.", {{"/at", "Choose a day within the next year."}}));
  }
  tx.execute(kSetDay, {id, text_of(day.meeting), day.keeps_sessions ? "keep" : "cancel", day.due_at, text_of(*next)});
  emit(tx, one, false);
  return true;
}

Result<bool> tell(WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on, const CheckRoom& check_room) {
  TRY_ASSIGN(auto one, lock_own(tx, client, id));
  TRY_ASSIGN(const auto next, next_of(one, based_on, SwitchStep::tell, one.state == SwitchState::told));
  if (!next) {
    emit(tx, one, true);  // sent again: the telling may have been lost
    return false;
  }
  const auto treatment = treatment_of(tx, client, one.episode);
  if (!treatment || treatment->therapist == *one.to) return fail(no_step());
  if (one.kind == SwitchKind::asked) TRY(check_room(tx, one.practice, *one.to));
  one.from = treatment->therapist;
  tx.execute(kTell, {id, one.from, tx.now(), std::max(*one.due_at, tx.now())});
  TRY(ask_therapists_to_look(tx, one, "told"));
  emit(tx, one, true);
  return true;
}

Result<Withdrawn> withdraw(WriteTx& tx, AccountId client, SwitchId id) {
  TRY_ASSIGN(const auto one, lock_own(tx, client, id));
  if (one.state == SwitchState::withdrawn) return Withdrawn{one, false};
  if (one.state == SwitchState::done) {
    return fail({ErrorKind::conflict, "therapist_switch.done",
                 "This has happened already. You can ask for another therapist again."});
  }
  tx.execute(kEnd, {id, text_of(SwitchState::withdrawn), tx.now(), std::optional<EpisodeId>()});
  const bool was_told = is_told(one.state);
  notify::drop_waiting(tx, "therapist_switch:" + id.text() + ":", tx.now());
  if (was_told) TRY(ask_therapists_to_look(tx, one, "withdrawn"));
  emit(tx, one, was_told);
  return Withdrawn{one, true};
}

OpenDuties duties_of(ReadTx& tx, const StoredSwitch& one) {
  OpenDuties duties;
  const auto taken = tx.list(kTaken, {one.id}, [](const Row& row) { return row.id<safety::ConcernId>(0); });
  // As the client, for whom all stands there that their answers have raised, whoever treats by now. What is for the
  // neutral person stays theirs, and holds up nobody: that it does could tell of it.
  if (const auto raised = safety::list_concerns_of(tx, one.client, one.episode); !raised.empty()) {
    for (const auto& each : raised) {
      if (each.concern.kind == safety::Kind::rift || each.concern.closed_at) continue;
      if (std::find(taken.begin(), taken.end(), each.concern.id) != taken.end()) continue;
      duties.to_look_into.push_back(each.concern.id);
    }
  }
  duties.sessions = encounters::count_planned(tx, one.episode);
  const auto episode = people::find_episode(tx, one.client, one.episode);
  duties.message_waits = episode && episode->waiting_since.has_value();
  return duties;
}

std::vector<StoredSwitch> list_told(ReadTx& tx, AccountId viewer) {
  return tx.list(kTold, {viewer, tx.now() - kToldOfEnd}, to_switch);
}

Result<StoredSwitch> find_told(ReadTx& tx, AccountId viewer, SwitchId id) {
  auto found = tx.first(kToldOne, {viewer, tx.now() - kToldOfEnd, id}, to_switch);
  if (!found) return fail(not_found());
  return *std::move(found);
}

bool reads_summary(const StoredSwitch& one, AccountId viewer) {
  return one.to == viewer && (is_told(one.state) || one.state == SwitchState::done);
}

Result<bool> take_over(WriteTx& tx, AccountId viewer, SwitchId id, const people::CancelSessions& cancel) {
  tx.each(kLock, {id}, [](const Row&) {});
  TRY_ASSIGN(const auto one, find_told(tx, viewer, id));
  if (one.to != viewer) return fail(not_found());
  if (!is_told(one.state) || one.kind == SwitchKind::planned) return false;
  const auto duties = duties_of(tx, one);
  if (one.history == SwitchHistory::summary && !duties.to_look_into.empty()) {
    return fail({ErrorKind::conflict, "therapist_switch.stays",
                 "The client gives nothing but the summary along, so this stays with whoever treats now."});
  }
  for (const auto& duty : duties.to_look_into) tx.execute(kTakeOver, {id, duty, viewer, tx.now()});
  if (*one.due_at <= tx.now()) TRY(carry_out(tx, one, cancel));
  emit(tx, one, true);
  return !duties.to_look_into.empty();
}

bool is_any_due(ReadTx& tx, Time told_since) {
  const auto due = tx.list(kDue, {tx.now(), told_since, kMostAtOnce}, to_switch);
  return std::any_of(due.begin(), due.end(), [&](const StoredSwitch& one) {
    return one.state != SwitchState::waiting || duties_of(tx, one).to_look_into.empty();
  });
}

Result<std::vector<StoredSwitch>> carry_out_due(WriteTx& tx, const people::CancelSessions& cancel, Time told_since) {
  std::vector<StoredSwitch> done;
  for (const auto& due : tx.list(kDue, {tx.now(), told_since, kMostAtOnce}, to_switch)) {
    tx.each(kLock, {due.id}, [](const Row&) {});
    const auto one = tx.first(kById, {due.id}, to_switch);
    if (!one || !is_told(one->state)) continue;  // taken back meanwhile
    TRY_ASSIGN(const bool is_done, carry_out(tx, *one, cancel));
    if (is_done) done.push_back(*one);
  }
  return done;
}

std::int64_t hold_all(WriteTx& tx) {
  std::int64_t held = 0;
  for (const auto& one : tx.list(kGoOn, {}, to_switch)) {
    const auto before = one.kind == SwitchKind::asked ? SwitchState::agreed : SwitchState::written;
    held += tx.execute(kHold, {one.id, text_of(before)});
  }
  return held;
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kEraseDuties, {client});
  tx.execute(kErase, {client});
}

}  // namespace rapport::therapist_switch
