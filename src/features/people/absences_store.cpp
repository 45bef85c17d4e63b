#include <algorithm>

#include "access/who_treats.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "features/people/people_shapes.hpp"

namespace rapport::people {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define COLUMNS \
  "SELECT id, therapist_id, deputy_id, starts_at, ends_at, agreed_at, declined_at, announced_by FROM absence"
// $2 is the viewer, $3 1 for an administrator.
#define OF_VIEWER " AND practice_id = $1 AND (therapist_id = $2 OR deputy_id = $2 OR $3 = 1)"
const Query kAbsence{"absences.find", COLUMNS " WHERE id = $4" OF_VIEWER, true};
const Query kAbsences{"absences.list", COLUMNS " WHERE ends_at > $4" OF_VIEWER " ORDER BY starts_at, id"};
#undef OF_VIEWER
#undef COLUMNS
const Query kAnnounce{"absences.announce",
                      "INSERT INTO absence (id, practice_id, therapist_id, deputy_id, starts_at, ends_at,"
                      " announced_by, announced_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
                      " ON CONFLICT (id) DO NOTHING",
                      true};
const Query kIsAway{"absences.is_away",
                    "SELECT 1 FROM absence WHERE therapist_id = $1 AND ends_at > $2 AND starts_at < $3"
                    " AND ends_at > starts_at LIMIT 1",
                    true};
const Query kStandsIn{"absences.stands_in",
                      "SELECT 1 FROM absence WHERE deputy_id = $1 AND ends_at > $2 AND starts_at < $3"
                      " AND ends_at > starts_at AND agreed_at IS NOT NULL AND declined_at IS NULL LIMIT 1",
                      true};
const Query kAgree{"absences.agree", "UPDATE absence SET agreed_at = $2, declined_at = NULL WHERE id = $1", true};
const Query kDecline{"absences.decline", "UPDATE absence SET declined_at = $2 WHERE id = $1", true};
const Query kStoodInBy{
    "absences.stood_in_by",
    "SELECT id, therapist_id, deputy_id, starts_at, ends_at, agreed_at, declined_at,"
    " announced_by FROM absence WHERE deputy_id = $1 AND ends_at > $2 AND declined_at IS NULL ORDER BY id",
    true};
const Query kEnd{"absences.end", "UPDATE absence SET ends_at = $2 WHERE id = $1 AND ends_at > $2", true};
const Query kTherapists{"absences.therapists",
                        "SELECT id FROM account WHERE practice_id = $1 AND role = 'therapist'"
                        " AND closed_at IS NULL AND password_hash <> '' ORDER BY created_at, id"};
const Query kGoesOnFor{"absences.goes_on_for",
                       "SELECT w.id FROM account w WHERE w.closed_at IS NOT NULL"
                       " AND (w.deputy_id = $1 OR (w.deputy_before_id = $1 AND w.deputy_from > $2))"
                       " AND EXISTS (SELECT 1 FROM episode_of_care e WHERE e.therapist_id = w.id"
                       " AND e.closed_at IS NULL AND e.locked_at IS NULL) ORDER BY w.id",
                       true};
const Query kUsualDeputy{"absences.usual_deputy", "SELECT deputy_id FROM account WHERE id = $1", true};
const Query kBacked{"absences.backed",
                    "SELECT 1 FROM account t JOIN account o ON o.id = t.supervisor_id OR o.id = t.deputy_id"
                    " WHERE t.id = $1 AND o.closed_at IS NULL LIMIT 1",
                    true};
const Query kAway{"absences.away",
                  "SELECT starts_at, ends_at,"
                  " CASE WHEN agreed_at IS NOT NULL AND declined_at IS NULL THEN deputy_id END,"
                  " CASE WHEN agreed_at IS NULL AND declined_at IS NULL THEN 1 ELSE 0 END FROM absence"
                  " WHERE therapist_id = $1 AND ends_at > $2 AND starts_at <= $3 AND ends_at > starts_at"
                  " ORDER BY starts_at LIMIT 1",
                  true};
const Query kLeft{
    "absences.left",
    "SELECT t.closed_at, " DEPUTY_NOW("t.id", "$2") " FROM account t WHERE t.id = $1 AND t.closed_at <= $2", true};
// Also those of therapists who had it before, and of those who have left.
#define STOOD_IN \
  " b.ends_at > e.opened_at AND b.ends_at > b.starts_at AND b.starts_at <= $2 AND b.agreed_at IS NOT NULL"
const Query kDeputiesOf{
    "absences.deputies_of",
    "SELECT b.deputy_id FROM episode_of_care e JOIN absence b ON b.therapist_id = e.therapist_id WHERE e.id = $1 "
    "AND" STOOD_IN
    " UNION SELECT b.deputy_id FROM hand_over h JOIN episode_of_care e ON e.id = h.episode_id"
    " JOIN absence b ON b.therapist_id = h.from_id WHERE h.episode_id = $1 AND h.done_at IS NOT NULL AND" STOOD_IN
    " UNION SELECT d.id FROM episode_of_care e JOIN account w ON w.id = e.therapist_id"
    " JOIN account d ON d.id = w.deputy_id OR d.id = w.deputy_before_id WHERE e.id = $1 AND w.closed_at <= $2"
    " UNION SELECT d.id FROM hand_over h JOIN account w ON w.id = h.from_id"
    " JOIN account d ON d.id = w.deputy_id OR d.id = w.deputy_before_id WHERE h.episode_id = $1"
    " AND h.done_at > w.closed_at"
    " UNION SELECT b.deputy_id FROM episode_of_care e JOIN account w ON w.id = e.therapist_id"
    " JOIN absence b ON b.therapist_id = w.deputy_id WHERE e.id = $1 AND b.ends_at > w.closed_at AND" STOOD_IN,
    true};
#undef STOOD_IN
const Query kEndAllOf{"absences.end_all_of", "UPDATE absence SET ends_at = $2 WHERE therapist_id = $1 AND ends_at > $2",
                      true};
const Query kTreatingAs{"absences.treating_as", "SELECT id FROM account WHERE id IN " TREATING_NOW_AS("$1", "$2"),
                        true};
const Query kTreatingNow{"absences.treating_now",
                         "SELECT e.therapist_id FROM episode_of_care e JOIN account t ON t.id = e.therapist_id"
                         " WHERE e.client_id = $1 AND e.closed_at IS NULL AND t.closed_at IS NULL"
                         " UNION SELECT d.id FROM episode_of_care e JOIN account d ON d.id = " DEPUTY_NOW(
                             "e.therapist_id", "$2") " WHERE e.client_id = $1 AND e.closed_at IS NULL",
                         true};
const Query kTreatedLocked{"absences.treated_locked",
                           "SELECT e.therapist_id FROM episode_of_care e JOIN account t ON t.id = e.therapist_id"
                           " WHERE e.client_id = $1 AND e.locked_at IS NOT NULL AND t.closed_at IS NULL"
                           " UNION SELECT d.id FROM episode_of_care e JOIN account d ON d.id = " DEPUTY_NOW(
                               "e.therapist_id", "$2") " WHERE e.client_id = $1 AND e.locked_at IS NOT NULL"
                                                       " AND d.closed_at IS NULL",
                           true};
const Query kDeputyNow{"absences.deputy_now", "SELECT d.id FROM account d WHERE d.id = " DEPUTY_NOW("$1", "$2"), true};
const Query kRooms{"absences.rooms",
                   "SELECT e.id, e.client_id, r.id FROM episode_of_care e"
                   " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"
                   " WHERE e.therapist_id = $1 AND e.closed_at IS NULL AND e.locked_at IS NULL",
                   true};

Absence to_absence(const Row& row) {
  return {row.id<AbsenceId>(0), row.id<AccountId>(1), row.id<AccountId>(2), row.time(3),
          row.time(4),          row.maybe_time(5),    row.maybe_time(6),    row.id<AccountId>(7)};
}

AccountId to_account_id(const Row& row) {
  return row.id<AccountId>(0);
}

bool is_administrator(const access::Viewer& viewer) {
  return viewer.role == access::Role::administrator;
}

bool is_there(ReadTx& tx, const Query& query, const store::Values& values) {
  return tx.first(query, values, [](const Row&) { return true; }).has_value();
}

Result<void> check_dates(const NewAbsence& wanted, Time now) {
  const auto wrong = [](const char* field, const char* what) {
    return fail(invalid("absence.dates", "These dates do not make an absence.", {{field, what}}));
  };
  if (wanted.ends_at <= wanted.starts_at) return wrong("/until", "Choose a day that is not before the first one.");
  if (wanted.ends_at <= now) return wrong("/until", "Choose a day that is still to come.");
  if (wanted.ends_at - wanted.starts_at > kLongestAbsence) {
    return wrong("/until", "An absence lasts at most eight weeks. For longer, clients need another therapist.");
  }
  if (wanted.starts_at - now > kFarthestAbsence) return wrong("/from", "Choose a day within the next year.");
  return {};
}

Error deputy_away() {
  return {ErrorKind::conflict, "absence.deputy_away",
          "Whoever is to stand in is away themselves in this time. Somebody else is needed, or other dates."};
}

/// The one named, or the usual one: another therapist of the practice who is there in this time. Their row is locked,
/// so that two who announce and agree at once do not both find the other there.
Result<AccountId> choose_deputy(WriteTx& tx, PracticeId practice, const NewAbsence& wanted) {
  auto deputy = wanted.deputy;
  if (!deputy) {
    deputy = tx.first(kUsualDeputy, {wanted.therapist}, [](const Row& row) {
                 return row.maybe_id<AccountId>(0);
               }).value_or(std::nullopt);
  }
  const auto account = deputy ? lock_account(tx, *deputy) : std::nullopt;
  if (!account || account->practice != practice || account->role != "therapist" || *deputy == wanted.therapist) {
    return fail(invalid("absence.deputy", "Somebody must stand in: another therapist of the practice.",
                        {{"/deputy", "Choose another therapist."}}));
  }
  if (is_there(tx, kIsAway, {*deputy, wanted.starts_at, wanted.ends_at})) return fail(deputy_away());
  return *deputy;
}

/// Whoever reads about these episodes is to read again.
void tell_all(WriteTx& tx, const Absence& absence) {
  tx.each(kRooms, {absence.therapist}, [&](const Row& row) {
    const auto chat = row.id<RoomId>(2);
    tx.emit({chat,
             0,
             http::passing_frame(chat, RoomEvent{row.id<EpisodeId>(0)}),
             {row.id<AccountId>(1), absence.therapist, absence.deputy}});
  });
}

Result<void> ask_to_look(WriteTx& tx, AbsenceId absence, const char* what, AccountId who) {
  TRY(notify::queue(tx, {"absence:" + absence.text() + ":" + what, who}, tx.now()));
  return {};
}

/// The absence that is announced instead of one that was declined begins where that one ends, at once or later.
Result<void> make_way(WriteTx& tx, const access::Viewer& by, const NewAbsence& wanted) {
  TRY_ASSIGN(const auto before, find_absence(tx, by, *wanted.instead_of));
  if (before.therapist != wanted.therapist) return fail(not_found());
  if (!before.declined_at) {
    return fail({ErrorKind::conflict, "absence.not_declined",
                 "This colleague has not said no. End the absence first, or wait for the answer."});
  }
  tx.execute(kEnd, {before.id, wanted.starts_at > before.starts_at ? wanted.starts_at : tx.now()});
  tell_all(tx, before);
  return {};
}

}  // namespace

Result<Absence> find_absence(ReadTx& tx, const access::Viewer& viewer, AbsenceId id) {
  auto found = tx.first(kAbsence, {viewer.practice, viewer.account, is_administrator(viewer) ? 1 : 0, id}, to_absence);
  if (!found) return fail(not_found());
  return *found;
}

Result<bool> announce(WriteTx& tx, const access::Viewer& by, const NewAbsence& asked) {
  auto wanted = asked;
  const bool is_own = wanted.therapist == by.account;
  if (!is_own) wanted.starts_at = std::max(wanted.starts_at, tx.now() + kTimeToObject);
  if (!is_administrator(by) && !is_own) return fail(not_found());
  const auto therapist = lock_account(tx, wanted.therapist);
  if (!therapist || therapist->practice != by.practice || therapist->role != "therapist") return fail(not_found());
  if (const auto known = find_absence(tx, by, wanted.id)) {
    if (known->therapist != wanted.therapist) return fail(not_found());
    tell_all(tx, *known);  // sent again: the telling may have been lost with the answer
    return false;
  }
  if (!is_own && wanted.ends_at <= wanted.starts_at && asked.ends_at > asked.starts_at) {
    return fail(invalid("absence.dates", "An administrator's announcement holds no sooner than a day from now.",
                        {{"/until", "Choose a later day: the therapist is told first and can object."}}));
  }
  TRY(check_dates(wanted, tx.now()));
  wanted.starts_at = std::max(wanted.starts_at, tx.now());
  if (wanted.instead_of) TRY(make_way(tx, by, wanted));
  if (is_there(tx, kIsAway, {wanted.therapist, wanted.starts_at, wanted.ends_at})) {
    return fail({ErrorKind::conflict, "absence.overlaps",
                 "There is an absence in this time already. End that one first, or choose other dates."});
  }
  if (is_there(tx, kStandsIn, {wanted.therapist, wanted.starts_at, wanted.ends_at})) {
    return fail({ErrorKind::conflict, "absence.stands_in",
                 "This therapist has agreed to stand in for somebody in this time. That has to be taken back first."});
  }
  TRY_ASSIGN(const auto deputy, choose_deputy(tx, by.practice, wanted));
  if (tx.execute(kAnnounce, {wanted.id, by.practice, wanted.therapist, deputy, wanted.starts_at, wanted.ends_at,
                             by.account, tx.now()}) != 1) {
    return fail({ErrorKind::conflict, "absence.id_taken", "This id is taken. Make a new one and send it again."});
  }
  tell_all(tx, {wanted.id, wanted.therapist, deputy, wanted.starts_at, wanted.ends_at, {}, {}, by.account});
  TRY(ask_to_look(tx, wanted.id, "asked", deputy));
  if (!is_own) TRY(ask_to_look(tx, wanted.id, "announced", wanted.therapist));
  return true;
}

Result<bool> answer_absence(WriteTx& tx, const access::Viewer& deputy, AbsenceId id, bool agrees) {
  lock_account(tx, deputy.account);
  TRY_ASSIGN(const auto absence, find_absence(tx, deputy, id));
  if (absence.deputy != deputy.account) return fail(not_found());
  tell_all(tx, absence);
  const bool had_agreed = absence.agreed_at && !absence.declined_at;
  if (agrees ? had_agreed : absence.declined_at.has_value()) return false;
  if (absence.ends_at <= tx.now()) {
    return fail({ErrorKind::conflict, "absence.over", "This absence is over, or was called off."});
  }
  const auto from = std::max(absence.starts_at, tx.now());
  if (agrees && is_there(tx, kIsAway, {deputy.account, from, absence.ends_at})) return fail(deputy_away());
  tx.execute(agrees ? kAgree : kDecline, {id, tx.now()});
  TRY(ask_to_look(tx, id, agrees ? "agreed" : "declined", absence.therapist));
  return true;
}

Result<bool> end_absence(WriteTx& tx, const access::Viewer& by, AbsenceId id) {
  TRY_ASSIGN(const auto absence, find_absence(tx, by, id));
  if (absence.therapist != by.account && !is_administrator(by)) return fail(not_found());
  tell_all(tx, absence);
  return tx.execute(kEnd, {id, tx.now()}) == 1;
}

Result<void> stand_in_for_nobody(WriteTx& tx, AccountId leaving) {
  for (const auto& absence : tx.list(kStoodInBy, {leaving, tx.now()}, to_absence)) {
    tx.execute(kDecline, {absence.id, tx.now()});
    tell_all(tx, absence);
    TRY(ask_to_look(tx, absence.id, "declined", absence.therapist));
  }
  return {};
}

std::vector<AccountId> goes_on_for(ReadTx& tx, AccountId therapist) {
  return tx.list(kGoesOnFor, {therapist, tx.now()}, [](const Row& row) { return row.id<AccountId>(0); });
}

std::vector<Absence> list_absences(ReadTx& tx, const access::Viewer& viewer) {
  return tx.list(kAbsences, {viewer.practice, viewer.account, is_administrator(viewer) ? 1 : 0, tx.now()}, to_absence);
}

std::vector<AccountId> list_therapists(ReadTx& tx, PracticeId practice) {
  return tx.list(kTherapists, {practice}, to_account_id);
}

bool hears_alone(ReadTx& tx, AccountId therapist) {
  return !is_there(tx, kBacked, {therapist});
}

std::optional<Away> away_of(ReadTx& tx, AccountId therapist) {
  auto left = tx.first(kLeft, {therapist, tx.now()},
                       [](const Row& row) { return Away{row.time(0), std::nullopt, row.maybe_id<AccountId>(1)}; });
  if (left) return left;
  return tx.first(kAway, {therapist, tx.now(), tx.now() + kToldAhead}, [](const Row& row) {
    return Away{row.time(0), row.time(1), row.maybe_id<AccountId>(2), row.int64(3) != 0};
  });
}

Result<void> end_absences_of(WriteTx& tx, AccountId account) {
  tx.execute(kEndAllOf, {account, tx.now()});
  return stand_in_for_nobody(tx, account);
}

std::vector<AccountId> deputies_of(ReadTx& tx, EpisodeId episode) {
  return tx.list(kDeputiesOf, {episode, tx.now()}, to_account_id);
}

std::vector<AccountId> treating_as(ReadTx& tx, AccountId viewer) {
  return tx.list(kTreatingAs, {viewer, tx.now()}, to_account_id);
}

std::vector<AccountId> who_hears(ReadTx& tx, AccountId client, AccountId therapist) {
  std::vector<AccountId> people{client, therapist};
  if (const auto deputy = tx.first(kDeputyNow, {therapist, tx.now()}, to_account_id)) people.push_back(*deputy);
  return people;
}

std::vector<AccountId> treating_now(ReadTx& tx, AccountId client) {
  return tx.list(kTreatingNow, {client, tx.now()}, to_account_id);
}

std::vector<AccountId> treated_locked(ReadTx& tx, AccountId client) {
  return tx.list(kTreatedLocked, {client, tx.now()}, to_account_id);
}

}  // namespace rapport::people
