#include "features/closing_account/closing_store.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

#include "access/who_treats.hpp"
#include "features/achievements/achievements.hpp"
#include "features/attachments/attachments.hpp"
#include "features/check_in/check_in.hpp"
#include "features/closing_account/closing_shapes.hpp"
#include "features/closing_account/exceptions.hpp"
#include "features/consent/consent.hpp"
#include "features/encounters/encounters.hpp"
#include "features/goals/goals.hpp"
#include "features/homework/homework.hpp"
#include "features/invitations/invitations.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/matching/search.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "features/measurement_plan/measurement_plan.hpp"
#include "features/messages/messages.hpp"
#include "features/notify/notify.hpp"
#include "features/notify/push_devices.hpp"
#include "features/passkeys/passkeys.hpp"
#include "features/people/absences.hpp"
#include "features/people/staff.hpp"
#include "features/preferences/preferences.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "features/recap/recap.hpp"
#include "features/relationship_concern/relationship_concern.hpp"
#include "features/safety/left_behind.hpp"
#include "features/safety/safety.hpp"
#include "features/safety_gate/safety_gate.hpp"
#include "features/session_forms/session_forms.hpp"
#include "features/signals/signals.hpp"
#include "features/therapist_switch/therapist_switch.hpp"

namespace rapport::closing_account {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define CLOSING                                                                             \
  "SELECT c.client_id, c.state, c.asked_by, c.asked_at, c.closed_at, c.cancelled_sessions," \
  " c.key_locked, c.keep_until, c.law_country, c.stated_by, c.sealed_reason, c.erased_at, c.due_at FROM closing c"
const Query kFind{"closing.find", CLOSING " WHERE c.client_id = $1", true};
const Query kLock{"closing.lock", CLOSING " WHERE c.client_id = $1 {for_update}", true};
const Query kList{"closing.list", CLOSING
                  " WHERE c.practice_id = $1 AND (c.state <> 'erased' OR c.erased_at > $2)"
                  " ORDER BY c.asked_at DESC, c.client_id LIMIT $3"};
const Query kTold{"closing.told",
                  CLOSING
                  " JOIN closing_reader r ON r.client_id = c.client_id WHERE r.account_id = $1 AND r.told_at > $2"
                  " ORDER BY c.closed_at DESC, c.client_id",
                  true};
const Query kAnnounced{"closing.announced", CLOSING
                       " WHERE c.state = 'waiting' AND c.due_at IS NOT NULL AND c.asked_by <> c.client_id"
                       " AND c.client_id IN"
                       " (SELECT e.client_id FROM episode_of_care e WHERE e.closed_at IS NULL AND e.locked_at IS NULL"
                       " AND e.therapist_id IN " TREATING_NOW_AS("$1", "$2") ") ORDER BY c.due_at, c.client_id"};
#undef CLOSING
const Query kAsk{"closing.ask",
                 "INSERT INTO closing (client_id, practice_id, state, asked_by, asked_at, cancelled_sessions,"
                 " key_locked) VALUES ($1, $2, 'waiting', $3, $4, 0, 0) ON CONFLICT (client_id) DO NOTHING",
                 true};
const Query kAtOnce{"closing.at_once",
                    "UPDATE closing SET asked_by = $2, asked_at = $3,"
                    " due_at = CASE WHEN due_at IS NULL THEN due_at ELSE $3 END"
                    " WHERE client_id = $1 AND state = 'waiting' AND asked_by <> client_id",
                    true};
const Query kOfAdministrators{
    "closing.of_administrators",
    "SELECT client_id FROM closing WHERE state = 'waiting' AND asked_by <> client_id ORDER BY client_id"};
const Query kSetDue{"closing.set_due", "UPDATE closing SET due_at = $2 WHERE client_id = $1", true};
const Query kTakeBack{"closing.take_back", "DELETE FROM closing WHERE client_id = $1 AND state = 'waiting'", true};
const Query kLocked{"closing.locked",
                    "UPDATE closing SET state = 'locked', closed_at = $2, cancelled_sessions = $3, keep_until = $4,"
                    " law_country = $5 WHERE client_id = $1",
                    true};
const Query kKeyLocked{"closing.key_locked", "UPDATE closing SET key_locked = 1 WHERE client_id = $1", true};
const Query kDueAtOnce{"closing.due_at_once",
                       "UPDATE closing SET keep_until = $2 WHERE client_id = $1 AND state = 'locked'", true};
const Query kErased{"closing.erased",
                    "UPDATE closing SET state = 'erased', erased_at = $2, sealed_reason = NULL"
                    " WHERE client_id = $1 AND state = 'locked'",
                    true};
const Query kState{"closing.state",
                   "UPDATE closing SET keep_until = $3, stated_by = $2, sealed_reason = $4 WHERE client_id = $1", true};
const Query kUnfinished{
    "closing.unfinished",
    "SELECT client_id FROM closing WHERE (state = 'waiting' OR (state = 'locked' AND key_locked = 0))"
    " AND (due_at IS NULL OR due_at <= $2) ORDER BY asked_at LIMIT $1"};
const Query kDue{
    "closing.due",
    "SELECT client_id FROM closing WHERE state = 'locked' AND keep_until <= $1 ORDER BY keep_until LIMIT $2", true};
const Query kTell{"closing.tell",
                  "INSERT INTO closing_reader (client_id, account_id, told_at) VALUES ($1, $2, $3)"
                  " ON CONFLICT (client_id, account_id) DO NOTHING",
                  true};
const Query kForgetReaders{"closing.forget_readers",
                           "DELETE FROM closing_reader WHERE client_id IN"
                           " (SELECT client_id FROM closing WHERE state = 'erased' AND erased_at <= $1)"};

constexpr std::chrono::days kListedAfterErasure{365};

State state_of(std::string_view text) {
  State state{};
  if (boost::describe::enum_from_string(std::string(text).c_str(), state)) return state;
  throw std::logic_error("a closing has a state that this program does not know");
}

Closing to_closing(const Row& row) {
  Closing one;
  one.client = row.id<AccountId>(0);
  one.state = state_of(row.text(1));
  one.asked_by = row.maybe_id<AccountId>(2);
  one.asked_at = row.time(3);
  one.closed_at = row.maybe_time(4);
  one.cancelled_sessions = row.int64(5);
  one.key_locked = row.int64(6) != 0;
  one.keep_until = row.maybe_time(7);
  if (!row.is_null(8)) one.law_country = std::string(row.text(8));
  one.stated_by = row.maybe_id<AccountId>(9);
  one.sealed_reason = row.maybe_bytes(10);
  one.erased_at = row.maybe_time(11);
  one.due_at = row.maybe_time(12);
  return one;
}

std::optional<Closing> lock_closing(WriteTx& tx, AccountId client) {
  return tx.first(kLock, {client}, to_closing);
}

/// No log-in name leads to it.
std::array<std::uint8_t, 32> nobodys_digest() {
  std::array<std::uint8_t, 32> digest{};
  randombytes_buf(digest.data(), digest.size());
  return digest;
}

/// A row of its own: it happens when it is due, by nobody's hand.
void write_down(WriteTx& tx, AccountId client, bool is_erasure, Time now) {
  access::AuditEntry entry;
  entry.at = now;
  entry.action = "account.lock";
  if (is_erasure) entry.action = "account.erase";
  entry.client = client;
  entry.count = 1;
  entry.outcome = access::Outcome::done;
  entry.origin = "closing";
  access::write_audit(tx, entry);
}

Result<void> tell(WriteTx& tx, AccountId client, const std::string& what, AccountId to, Time now) {
  TRY(notify::queue(tx, {"closing:" + client.text() + ":" + what + to.text(), to}, now));
  return {};
}

Result<void> tell_administrators(WriteTx& tx, PracticeId practice, AccountId client, Time now) {
  for (const auto& member : people::list_staff(tx, practice)) {
    if (member.role != "administrator" || member.closed_at || member.is_invited) continue;
    TRY(tell(tx, client, "date:", member.id, now));
  }
  return {};
}

/// The screens of those who have to do with the client read again.
void refresh(WriteTx& tx, AccountId client, const std::vector<AccountId>& people) {
  for (const auto& pair : people::list_pairs(tx, client)) {
    tx.emit({pair.chat, 0, http::passing_frame(pair.chat, ClosingEvent{client}), people});
  }
}

/// Those who treat whoever leaves: a mail, a line beside their clients, and their screens at once.
Result<void> tell_therapists(WriteTx& tx, AccountId client, Time now) {
  const auto therapists = people::treating_now(tx, client);
  for (const auto therapist : therapists) {
    tx.execute(kTell, {client, therapist, now});
    TRY(tell(tx, client, "", therapist, now));
  }
  refresh(tx, client, therapists);
  return {};
}

/// What an administrator wants was announced, or is called off: a mail to everybody whom it concerns but who did it,
/// and their screens. `step` makes the keys of the mails.
Result<void> tell_all(WriteTx& tx, const Closing& closing, const std::string& step, notify::Kind to_client,
                      std::optional<AccountId> by) {
  const auto client = closing.client;
  const auto key = "closing:" + client.text() + ":" + std::to_string(to_micros(*closing.due_at)) + ":" + step + ":";
  auto people = people::treating_now(tx, client);
  people.push_back(client);
  refresh(tx, client, people);
  const auto account = people::find_client(tx, client);
  for (const auto& member : people::list_staff(tx, account->practice)) {
    const bool is_here = !member.closed_at && !member.is_invited;
    if (is_here && member.role == "administrator") people.push_back(member.id);
  }
  for (const auto who : people) {
    if (who == by) continue;
    const auto kind = who == client ? to_client : notify::Kind::needs_you;
    TRY(notify::queue(tx, {key + who.text(), who, kind}, tx.now()));
  }
  return {};
}

/// What need not be kept, whatever the law wants kept of the rest.
void forget_at_once(WriteTx& tx, AccountId client) {
  messages::forget_drafts(tx, client);
  attachments::forget_unsent_of(tx, client);
  questionnaires::forget_unsent(tx, client);
  session_forms::erase_client(tx, client);
  signals::stop_looking(tx, client);
  measurement_plan::erase_client(tx, client);
  homework::end_reminders_of(tx, client);
  check_in::forget_unsent(tx, client);
  safety_gate::erase_client(tx, client);
  notify::erase_notices_to(tx, client);
  notify::forget_devices_of(tx, client);
  invitations::erase_invitation_of(tx, client);
  matching::end_search_of(tx, client);
  passkeys::forget_passkeys_of(tx, client);
  log_in::remove_second_factor(tx, client);
  log_in::forget_recovery_of(tx, client);
  safety::stop_clocks(tx, client);
}

Result<Locked> lock_all(WriteTx& tx, const people::Account& account, const Fate& fate, BytesView sealed_profile,
                        Time now) {
  const auto client = account.id;
  Locked locked;
  TRY(tell_therapists(tx, client, now));
  if (!fate.keep_until) TRY(tell_administrators(tx, account.practice, client, now));
  const auto cancelled = encounters::end_all_of(tx, client, now);
  forget_at_once(tx, client);
  locked.ended = access::end_sessions_of(tx, client, std::nullopt);
  TRY(people::lock_client(tx, client, sealed_profile, nobodys_digest(), now));
  tx.execute(kLocked, {client, now, cancelled, fate.keep_until, fate.law_country});
  write_down(tx, client, false, now);
  return locked;
}

/// Until when the law wants it kept, whoever has put that off since.
Time law_ends(ReadTx& tx, const Rules& rules, const Closing& closing) {
  const auto closed = closing.closed_at.value_or(tx.now());
  const auto fate = fate_of(rules, people::treated_until(tx, closing.client, closed), closed);
  // A country that is bound no more changes nothing of what is locked already.
  return fate.law_country ? fate.keep_until.value_or(closed) : closing.keep_until.value_or(closed);
}

/// A day in which it can be called off begins.
void announce(WriteTx& tx, AccountId client, Time now) {
  tx.execute(kSetDue, {client, now + people::kTimeToObject});
  const auto closing = *find_closing(tx, client);
  if (const auto told = tell_all(tx, closing, "announced", notify::Kind::closing, closing.asked_by); !told) {
    throw std::logic_error("closing: " + told.error().detail);
  }
}

/// Whether nothing holds it up any more. What was announced is not held up by what is about the therapist, who reads
/// when it is due: one who then sees that it is not done could tell what the client has said of them. The neutral
/// person goes on reading that: see carry_out.
bool is_to_be_locked(WriteTx& tx, const Closing& closing, Time now) {
  const bool waits_for_team = safety::waits_for_team(tx, closing.client);
  if (!is_asked_by_somebody_else(closing)) {
    return closing.due_at ? !waits_for_team : !safety::waits_for_somebody(tx, closing.client);
  }
  if (!closing.due_at && !waits_for_team) announce(tx, closing.client, now);
  if (!closing.due_at || *closing.due_at > now) return false;
  if (!waits_for_team) return true;
  if (const auto told = tell_all(tx, closing, "called_off", notify::Kind::needs_you, std::nullopt); !told) {
    throw std::logic_error("closing: " + told.error().detail);
  }
  tx.execute(kSetDue, {closing.client, nullptr});
  return false;
}

Error done_already() {
  return {ErrorKind::conflict, "closing.done", "This account is closed already. It cannot be taken back."};
}

}  // namespace

bool is_asked_by_somebody_else(const Closing& closing) {
  return closing.asked_by && *closing.asked_by != closing.client;
}

std::optional<Closing> find_closing(ReadTx& tx, AccountId client) {
  return tx.first(kFind, {client}, to_closing);
}

std::vector<Closing> list_closings(ReadTx& tx, PracticeId practice, Time now) {
  return tx.list(kList, {practice, now - kListedAfterErasure, kMostListed}, to_closing);
}

std::vector<Closing> list_told(ReadTx& tx, AccountId therapist, Time since) {
  return tx.list(kTold, {therapist, since}, to_closing);
}

std::vector<Closing> list_announced(ReadTx& tx, AccountId therapist) {
  return tx.list(kAnnounced, {therapist, tx.now()}, to_closing);
}

Result<bool> ask(WriteTx& tx, AccountId client, std::optional<AccountId> by, Time now) {
  const auto account = people::lock_account(tx, client);
  if (!account || account->role != "client") return fail(not_found());
  const bool is_at_once = !by || *by == client;
  if (is_at_once && tx.execute(kAtOnce, {client, by, now}) == 1) return true;
  if (tx.execute(kAsk, {client, account->practice, by, now}) == 0) return false;
  if (!is_at_once && !safety::waits_for_team(tx, client)) announce(tx, client, now);
  return true;
}

std::int64_t announce_all_anew(WriteTx& tx) {
  const auto waiting = tx.list(kOfAdministrators, {}, [](const Row& row) { return row.id<AccountId>(0); });
  for (const auto client : waiting) announce(tx, client, tx.now());
  return std::ssize(waiting);
}

Result<void> take_back(WriteTx& tx, AccountId client) {
  const auto closing = lock_closing(tx, client);
  if (!closing) return {};
  if (tx.execute(kTakeBack, {client}) == 0) return fail(done_already());
  if (closing->due_at) TRY(tell_all(tx, *closing, "called_off", notify::Kind::needs_you, client));
  return {};
}

Result<bool> call_off(WriteTx& tx, const access::Viewer& by, AccountId client) {
  const auto closing = lock_closing(tx, client);
  const auto account = people::find_client(tx, client);
  if (!account || account->practice != by.practice) return fail(not_found());
  const auto treating = people::treating_now(tx, client);
  const bool treats = std::find(treating.begin(), treating.end(), by.account) != treating.end();
  if (by.role != access::Role::administrator && !treats) return fail(not_found());
  // Whoever treats the client learns of nothing that waits, but of what was announced.
  const bool is_announced = closing && closing->due_at && is_asked_by_somebody_else(*closing);
  if (!closing || (treats && closing->state == State::waiting && !is_announced)) return false;
  if (closing->state != State::waiting) return fail(done_already());
  if (closing->asked_by == client) {
    return fail(
        {ErrorKind::conflict, "closing.by_client", "The client asked for this, so the client alone can take it back."});
  }
  tx.execute(kTakeBack, {client});
  if (closing->due_at) TRY(tell_all(tx, *closing, "called_off", notify::Kind::needs_you, by.account));
  return true;
}

std::optional<Locked> lock_record(WriteTx& tx, AccountId client, const Fate& fate, BytesView sealed_profile, Time now) {
  const auto closing = lock_closing(tx, client);
  const auto account = people::find_client(tx, client);
  if (!closing || !account || closing->state != State::waiting) return std::nullopt;
  people::hold_episodes_of(tx, client);  // a form that is being sent may raise a concern
  if (!is_to_be_locked(tx, *closing, now)) return std::nullopt;
  auto kept = fate;
  // Also where the client went ahead of what was announced: else it could be told from it what waits.
  if (is_asked_by_somebody_else(*closing) || closing->due_at) {
    if (kept.keep_until) kept.keep_until = std::max(*kept.keep_until, now + kLeastKept);
    if (const auto told = tell_administrators(tx, account->practice, client, now); !told) {
      throw std::logic_error("closing: " + told.error().detail);
    }
  }
  auto locked = lock_all(tx, *account, kept, sealed_profile, now);
  if (!locked) throw std::logic_error("closing: " + locked.error().detail);
  return std::move(*locked);
}

Result<void> follow_key(WriteTx& tx, AccountId client, const Fate& fate, Time now) {
  const auto account = people::find_client(tx, client);
  if (!account) return fail(not_found());
  tx.execute(kAsk, {client, account->practice, nullptr, now});
  const auto closing = lock_closing(tx, client);
  if (closing->state == State::waiting) TRY(lock_all(tx, *account, fate, account->sealed_profile, now));
  if (fate.keep_until) tx.execute(kDueAtOnce, {client, *fate.keep_until});
  return {};
}

void note_key_locked(WriteTx& tx, AccountId client) {
  tx.execute(kKeyLocked, {client});
}

Result<void> erase_record(WriteTx& tx, AccountId client, Time now) {
  const auto closing = lock_closing(tx, client);
  if (!closing || closing->state != State::locked) return {};
  // In the order in which they refer to each other.
  forget_at_once(tx, client);
  erase_exceptions(tx, client);
  safety::erase_client(tx, client);
  relationship_concern::erase_client(tx, client);
  therapist_switch::erase_client(tx, client);
  signals::erase_client(tx, client);
  questionnaires::erase_client(tx, client);
  measurement_plan::erase_agreements(tx, client);
  goals::erase_client(tx, client);
  homework::erase_client(tx, client);
  achievements::erase_client(tx, client);
  check_in::erase_client(tx, client);
  recap::erase_client(tx, client);
  encounters::erase_client(tx, client);
  attachments::erase_client(tx, client);
  messages::erase_client(tx, client);
  consent::erase_person(tx, client);
  preferences::erase_client(tx, client);
  people::erase_client(tx, client, nobodys_digest(), now);
  tx.execute(kErased, {client, now});
  write_down(tx, client, true, now);
  return {};
}

Result<void> state_date(WriteTx& tx, const Rules& rules, AccountId client, AccountId by, Time until,
                        BytesView sealed_reason) {
  const auto closing = lock_closing(tx, client);
  if (!closing) return fail(not_found());
  if (closing->state != State::locked) {
    return fail({ErrorKind::conflict, "closing.not_locked",
                 "There is no record that is kept: it is erased, or the account is still open."});
  }
  if (closing->law_country && until < law_ends(tx, rules, *closing)) {
    return fail(invalid("closing.date", "The law wants this record kept longer.",
                        {{"/until", "Give a day that is not before the one until which the law wants it kept."}}));
  }
  if (until < tx.now() + kLeastKept) {
    return fail(invalid("closing.date", "A record is kept for 30 days at least, so that a mistake can be noticed.",
                        {{"/until", "Give a day at least 30 days from now."}}));
  }
  tx.execute(kState, {client, by, until, sealed_reason});
  return {};
}

std::vector<AccountId> list_due(ReadTx& tx, Time now, std::int64_t limit) {
  const auto to_id = [](const Row& row) { return row.id<AccountId>(0); };
  auto found = tx.list(kUnfinished, {limit, now}, to_id);
  const auto over = tx.list(kDue, {now, limit}, to_id);
  found.insert(found.end(), over.begin(), over.end());
  return found;
}

void forget_readers(WriteTx& tx, Time before) {
  tx.execute(kForgetReaders, {before});
}

}  // namespace rapport::closing_account
