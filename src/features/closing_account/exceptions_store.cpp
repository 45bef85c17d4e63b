#include <algorithm>

#include "access/who_treats.hpp"
#include "features/closing_account/exceptions.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "features/people/staff.hpp"

namespace rapport::closing_account {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define EXCEPTION                                                             \
  "SELECT x.id, x.client_id, x.asked_by, x.asked_at, x.sealed_reason, "       \
  "x.decided_by, x.decided_at, x.ends_at"                                     \
  " FROM record_exception x JOIN closing c ON c.client_id = x.client_id AND " \
  "c.state = 'locked'"
const Query kFind{"exceptions.find", EXCEPTION " WHERE x.id = $1 AND x.practice_id = $2", true};
const Query kOwn{"exceptions.own", EXCEPTION " WHERE x.asked_by = $1 ORDER BY x.asked_at DESC, x.id LIMIT $2", true};
const Query kList{"exceptions.list", EXCEPTION " WHERE x.practice_id = $1 ORDER BY x.asked_at DESC, x.id LIMIT $2"};
// $4: when one ends that begins now.
const Query kLasting{"exceptions.lasting",
                     EXCEPTION " WHERE x.id = $1 AND x.asked_by = $2 AND x.ends_at > $3 AND x.ends_at <= $4", true};
// Of clients whom $1 would treat now: what others asked for, from $3 on, and is not over.
const Query kToRefuse{"exceptions.to_refuse",
                      EXCEPTION
                      " WHERE x.asked_by <> $1 AND ((x.decided_at IS NULL AND x.asked_at > $3) OR x.ends_at > $2)"
                      " AND x.client_id IN (SELECT e.client_id FROM episode_of_care e WHERE e.locked_at IS NOT NULL"
                      " AND e.therapist_id IN " TREATING_NOW_AS("$1", "$2") ") ORDER BY x.asked_at DESC, x.id",
                      true};
const Query kRefused{"exceptions.refused", EXCEPTION " WHERE x.id = $1 AND x.decided_by = $2 AND x.ends_at IS NULL",
                     true};
// Of the same person for the same record: one that waits to be decided, or
// lasts.
const Query kIsThere{"exceptions.is_there",
                     EXCEPTION
                     " WHERE x.client_id = $1 AND x.asked_by = $2"
                     " AND ((x.decided_at IS NULL AND x.asked_at > "
                     "$3) OR x.ends_at > $4) LIMIT 1",
                     true};
#undef EXCEPTION
const Query kAsk{"exceptions.ask",
                 "INSERT INTO record_exception (id, practice_id, client_id, "
                 "asked_by, asked_at, sealed_reason)"
                 " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO NOTHING",
                 true};
const Query kLock{"exceptions.lock", "SELECT id FROM record_exception WHERE id = $1 {for_update}", true};
const Query kDecide{"exceptions.decide",
                    "UPDATE record_exception SET decided_by = $2, decided_at = "
                    "$3, ends_at = $4 WHERE id = $1",
                    true};
const Query kEndAll{"exceptions.end_all", "UPDATE record_exception SET ends_at = $1 WHERE ends_at > $1"};
const Query kErase{"exceptions.erase", "DELETE FROM record_exception WHERE client_id = $1", true};

Exception to_exception(const Row& row) {
  return {row.id<ExceptionId>(0), row.id<AccountId>(1),       row.id<AccountId>(2), row.time(3),
          copy_of(row.bytes(4)),  row.maybe_id<AccountId>(5), row.maybe_time(6),    row.maybe_time(7)};
}

/// A mail without a word of what it is about.
Result<void> ask_to_look(WriteTx& tx, ExceptionId id, const char* step, AccountId who) {
  TRY(notify::queue(tx, {"exception:" + id.text() + ":" + step + ":" + who.text(), who}, tx.now()));
  return {};
}

Result<void> tell_deciders(WriteTx& tx, const access::Viewer& asker, ExceptionId id) {
  for (const auto& member : people::list_staff(tx, asker.practice)) {
    const bool decides = member.role == "administrator" || member.role == "supervisor";
    if (!decides || member.closed_at || member.is_invited || member.id == asker.account) continue;
    TRY(ask_to_look(tx, id, "asked", member.id));
  }
  return {};
}

/// The one person beside whoever asked and whoever decides who can say whether it is as it is said.
Result<void> tell_therapists(WriteTx& tx, const Exception& one, const char* step, AccountId by) {
  for (const auto therapist : people::treated_locked(tx, one.client)) {
    if (therapist != one.asked_by && therapist != by) TRY(ask_to_look(tx, one.id, step, therapist));
  }
  return {};
}

/// Where somebody else treated the client than whoever asks, they have time to object.
Time begins_at(ReadTx& tx, const Exception& one, Time granted_at) {
  const auto treated = people::treated_locked(tx, one.client);
  const bool is_own = std::find(treated.begin(), treated.end(), one.asked_by) != treated.end();
  return is_own ? granted_at : granted_at + people::kTimeToObject;
}

Result<void> refuse(WriteTx& tx, const Exception& one, AccountId by) {
  tx.execute(kDecide, {one.id, by, tx.now(), nullptr});
  TRY(ask_to_look(tx, one.id, "refused", one.asked_by));
  if (one.decided_by && one.decided_by != by) TRY(ask_to_look(tx, one.id, "refused", *one.decided_by));
  return tell_therapists(tx, one, "refused", by);
}

Error over() {
  return {ErrorKind::conflict, "exception.over", "This was decided already, or waited too long. It can be asked anew."};
}

}  // namespace

ExceptionState state_of(const Exception& exception, Time now) {
  if (!exception.decided_at) {
    return exception.asked_at + kExceptionWaits > now ? ExceptionState::asked : ExceptionState::over;
  }
  if (!exception.ends_at) return ExceptionState::refused;
  return *exception.ends_at > now ? ExceptionState::granted : ExceptionState::over;
}

Result<bool> ask_exception(WriteTx& tx, const access::Viewer& viewer, const Exception& wanted) {
  const auto now = tx.now();
  if (!people::knew_locked_client(tx, viewer.account, wanted.client)) return fail(not_found());
  people::lock_account(tx,
                       viewer.account);  // two of one person wait for each other
  const auto known = tx.first(kFind, {wanted.id, viewer.practice}, to_exception);
  if (known && known->asked_by == viewer.account && known->client == wanted.client) return false;
  if (tx.first(kIsThere, {wanted.client, viewer.account, now - kExceptionWaits, now}, to_exception)) {
    return fail({ErrorKind::conflict, "exception.exists",
                 "You have asked for this record already. Wait for the answer, "
                 "or read it while you may."});
  }
  if (tx.execute(kAsk, {wanted.id, viewer.practice, wanted.client, viewer.account, now, wanted.sealed_reason}) != 1) {
    return fail({ErrorKind::conflict, "exception.id_taken", "This id is taken. Make a new one and send it again."});
  }
  TRY(tell_deciders(tx, viewer, wanted.id));
  auto asked = wanted;
  asked.asked_by = viewer.account;
  TRY(tell_therapists(tx, asked, "asked", viewer.account));
  return true;
}

Result<bool> decide_exception(WriteTx& tx, const access::Viewer& viewer, ExceptionId id, bool granted,
                              AccountId& client) {
  tx.each(kLock, {id}, [](const Row&) {});
  const auto one = tx.first(kFind, {id, viewer.practice}, to_exception);
  if (!one) return fail(not_found());
  client = one->client;
  if (one->asked_by == viewer.account) {
    return fail({ErrorKind::conflict, "exception.own", "Somebody else has to decide this: you have asked for it."});
  }
  const auto now = tx.now();
  const auto state = state_of(*one, now);
  if (state == (granted ? ExceptionState::granted : ExceptionState::refused)) return false;
  const bool may_change = state == ExceptionState::asked || (state == ExceptionState::granted && !granted);
  if (!may_change) return fail(over());
  if (granted) {
    tx.execute(kDecide, {id, viewer.account, now, begins_at(tx, *one, now) + kExceptionLasts});
    TRY(ask_to_look(tx, id, "granted", one->asked_by));
    TRY(tell_therapists(tx, *one, "granted", viewer.account));
  } else {
    TRY(refuse(tx, *one, viewer.account));
  }
  return true;
}

Result<bool> refuse_exception(WriteTx& tx, AccountId viewer, ExceptionId id, AccountId& client) {
  tx.each(kLock, {id}, [](const Row&) {});
  const auto all = list_to_refuse(tx, viewer);
  const auto one = std::find_if(all.begin(), all.end(), [&](const Exception& each) { return each.id == id; });
  if (one == all.end()) {
    const auto refused = tx.first(kRefused, {id, viewer}, to_exception);
    if (!refused) return fail(not_found());
    client = refused->client;
    return false;
  }
  client = one->client;
  TRY(refuse(tx, *one, viewer));
  return true;
}

Result<Exception> find_lasting(ReadTx& tx, AccountId viewer, ExceptionId id) {
  auto found = tx.first(kLasting, {id, viewer, tx.now(), tx.now() + kExceptionLasts}, to_exception);
  // Whoever supervises no more reads no more.
  if (!found || !people::knew_locked_client(tx, viewer, found->client)) return fail(not_found());
  return std::move(*found);
}

std::vector<Exception> list_own_exceptions(ReadTx& tx, AccountId viewer) {
  return tx.list(kOwn, {viewer, kMostListed}, to_exception);
}

std::vector<Exception> list_exceptions(ReadTx& tx, PracticeId practice) {
  return tx.list(kList, {practice, kMostListed}, to_exception);
}

std::vector<Exception> list_to_refuse(ReadTx& tx, AccountId therapist) {
  return tx.list(kToRefuse, {therapist, tx.now(), tx.now() - kExceptionWaits}, to_exception);
}

std::int64_t end_all_exceptions(WriteTx& tx) {
  return tx.execute(kEndAll, {tx.now()});
}

void erase_exceptions(WriteTx& tx, AccountId client) {
  tx.execute(kErase, {client});
}

}  // namespace rapport::closing_account
