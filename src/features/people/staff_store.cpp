#include <array>

#include "features/notify/notify.hpp"
#include "features/notify/push_devices.hpp"
#include "features/people/absences.hpp"
#include "features/people/hand_overs.hpp"
#include "features/people/neutral_changed.hpp"
#include "features/people/people_shapes.hpp"
#include "features/people/staff.hpp"

namespace rapport::people {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kStaff{"staff.list",
                   "SELECT a.id, a.role, a.sealed_profile, CASE WHEN a.password_hash = '' THEN 1 ELSE 0 END,"
                   " a.closed_at, a.supervisor_id, a.deputy_id, a.deputy_from, a.deputy_before_id,"
                   " (SELECT COUNT(*) FROM episode_of_care e WHERE e.therapist_id = a.id AND e.closed_at IS NULL)"
                   " FROM account a WHERE a.practice_id = $1 AND a.role <> 'client'"
                   " AND (a.closed_at IS NULL OR a.password_hash <> '') ORDER BY a.created_at, a.id"};
const Query kNeutralOf{"staff.neutral_of", "SELECT neutral_id FROM practice WHERE id = $1", true};
const Query kClose{"staff.close", "UPDATE account SET closed_at = $2 WHERE id = $1 AND closed_at IS NULL", true};
// Whoever names somebody waits here for whoever closes that account at the same moment, or the other way about.
const Query kRoleOf{"staff.role_of",
                    "SELECT role FROM account WHERE id = $1 AND practice_id = $2 AND closed_at IS NULL"
                    " AND password_hash <> '' {for_update}",
                    true};
const Query kDeputyOf{"staff.deputy_of",
                      "SELECT d.id FROM account t JOIN account d ON d.id = t.deputy_id AND d.closed_at IS NULL"
                      " WHERE t.id = $1",
                      true};
// Whose clients this person goes on with because their therapist has left. Whoever leaves at once ($3 = 1) is not held
// by going on until somebody else does.
const Query kGoesOn{"staff.goes_on",
                    "SELECT 1 FROM account w JOIN episode_of_care e ON e.therapist_id = w.id AND e.closed_at IS NULL"
                    " AND e.locked_at IS NULL WHERE (w.deputy_id = $1 OR ($3 = 0 AND w.deputy_before_id = $1"
                    " AND w.deputy_from > $2))"
                    " AND w.closed_at IS NOT NULL LIMIT 1",
                    true};
// Whose therapist this person is, or with whom they go on, and who goes on after them.
const Query kConcernedByDismissal{
    "staff.concerned_by_dismissal",
    "SELECT e.client_id FROM episode_of_care e JOIN account w ON w.id = e.therapist_id"
    " WHERE e.closed_at IS NULL AND e.locked_at IS NULL AND (w.id = $1 OR (w.closed_at IS NOT NULL"
    " AND (w.deputy_id = $1 OR w.deputy_before_id = $1)))"
    " UNION SELECT d.id FROM account w JOIN account d ON d.id = w.deputy_id AND d.closed_at IS NULL"
    " WHERE (w.id = $1 OR (w.closed_at IS NOT NULL AND w.deputy_before_id = $1))"
    " AND EXISTS (SELECT 1 FROM episode_of_care e WHERE e.therapist_id = w.id AND e.closed_at IS NULL"
    " AND e.locked_at IS NULL)"};
const Query kLockPractice{"staff.lock_practice", "SELECT id FROM practice WHERE id = $1 {for_update}", true};
const Query kSupervisesNobody{"staff.supervises_nobody",
                              "UPDATE account SET supervisor_id = NULL WHERE supervisor_id = $1", true};
const Query kDeputyOfNobody{"staff.deputy_of_nobody", "UPDATE account SET deputy_id = NULL WHERE deputy_id = $1"};
const Query kNoDeputyBefore{"staff.no_deputy_before",
                            "UPDATE account SET deputy_before_id = NULL WHERE deputy_before_id = $1", true};
const Query kDeputyOfNoEpisode{"staff.deputy_of_no_episode",
                               "UPDATE episode_of_care SET deputy_id = NULL WHERE deputy_id = $1", true};
const Query kNoNeutralPerson{"staff.no_neutral_person", "UPDATE practice SET neutral_id = NULL WHERE neutral_id = $1"};
const Query kNeutralOfNoEpisode{"staff.neutral_of_no_episode",
                                "UPDATE episode_of_care SET neutral_id = NULL WHERE neutral_id = $1", true};
const Query kRoleEver{"staff.role_ever", "SELECT role FROM account WHERE id = $1 AND practice_id = $2", true};
const Query kAdministrators{"staff.administrators",
                            "SELECT id FROM account WHERE practice_id = $1 AND role = 'administrator'"
                            " AND closed_at IS NULL AND password_hash <> '' {for_update}"};
const Query kTake{"staff.take",
                  "UPDATE account SET login_digest = $2, password_hash = $3, sealed_profile = $4"
                  " WHERE id = $1 AND password_hash = '' AND closed_at IS NULL"
                  " AND NOT EXISTS (SELECT 1 FROM account o WHERE o.login_digest = $2)",
                  true};
const Query kEraseInvited{"staff.erase_invited", "DELETE FROM account WHERE id = $1 AND password_hash = ''", true};
const Query kLoginTaken{"staff.login_taken", "SELECT 1 FROM account WHERE login_digest = $1", true};
const Query kBacking{"staff.backing",
                     "SELECT supervisor_id, deputy_id, deputy_from, deputy_before_id FROM account WHERE id = $1", true};
const Query kSetSupervisor{"staff.set_supervisor",
                           "UPDATE account SET supervisor_id = $2, supervisor_from = $3 WHERE id = $1", true};
const Query kSetDeputy{"staff.set_deputy",
                       "UPDATE account SET deputy_id = $2, deputy_from = $3, deputy_before_id = $4 WHERE id = $1",
                       true};
const Query kSetDeputyOfAll{"staff.set_deputy_of_all",
                            "UPDATE episode_of_care SET deputy_id = $2 WHERE therapist_id = $1", true};
const Query kSetNeutral{"staff.set_neutral", "UPDATE practice SET neutral_id = $2, neutral_from = $3 WHERE id = $1",
                        true};
const Query kSetNeutralOfAll{"staff.set_neutral_of_all",
                             "UPDATE episode_of_care SET neutral_id = $2, neutral_changed_at = " NEUTRAL_CHANGED(
                                 "$2", "$3") " WHERE practice_id = $1"};
const Query kStaffHolds{"staff.holds",
                        "UPDATE account SET supervisor_from = $2, deputy_from = $2 WHERE practice_id = $1"};
const Query kNeutralHolds{"staff.neutral_holds", "UPDATE practice SET neutral_from = $2 WHERE id = $1", true};
const Query kUsual{"staff.usual_helpers",
                   "SELECT d.id, n.id FROM account t JOIN practice p ON p.id = t.practice_id"
                   " LEFT JOIN account d ON d.id = t.deputy_id AND d.closed_at IS NULL"
                   " LEFT JOIN account n ON n.id = p.neutral_id AND n.closed_at IS NULL WHERE t.id = $1",
                   true};

StaffMember to_member(const Row& row) {
  return {row.id<AccountId>(0),       std::string(row.text(1)),
          copy_of(row.bytes(2)),      row.int64(3) != 0,
          row.maybe_time(4),          row.maybe_id<AccountId>(5),
          row.maybe_id<AccountId>(6), row.time(7),
          row.maybe_id<AccountId>(8), row.int64(9)};
}

std::optional<std::string> role_of(ReadTx& tx, const Query& query, AccountId account, PracticeId practice) {
  return tx.first(query, {account, practice}, [](const Row& row) { return std::string(row.text(0)); });
}

/// Nobody, or somebody of that role with an open account.
Result<void> check_role(WriteTx& tx, PracticeId practice, const std::optional<AccountId>& who, std::string_view role,
                        std::string_view field) {
  if (!who || role_of(tx, kRoleOf, *who, practice) == role) return {};
  return fail(invalid("backing.role", "This person does not have the role that is needed here, or has left.",
                      {{std::string(field), "Choose somebody of the right role."}}));
}

/// Nobody's clients are left alone.
Result<void> check_clients(WriteTx& tx, AccountId account, Leaving leaving) {
  const auto is_there = [](const Row&) { return true; };
  if (tx.first(kGoesOn, {account, tx.now(), leaving == Leaving::at_once ? 1 : 0}, is_there)) {
    return fail({ErrorKind::conflict, "account.stands_in",
                 "This person goes on with the clients of somebody who has left. Hand those over, or name another "
                 "deputy for them first."});
  }
  if (!has_open_treatments(tx, account)) return {};
  if (leaving == Leaving::orderly) {
    return fail({ErrorKind::conflict, "account.has_clients",
                 "This therapist still has clients. Hand each of them over first."});
  }
  if (tx.first(kDeputyOf, {account}, is_there)) return {};
  return fail({ErrorKind::conflict, "account.no_deputy",
               "Nobody would go on with this therapist's clients. Name a deputy first."});
}

struct Backed {
  std::optional<AccountId> supervisor;
  std::optional<AccountId> deputy;
  Time deputy_from;
  std::optional<AccountId> deputy_before;
};

/// From when on somebody holds who is named now, for what opens something to them.
Time holds_from(const std::optional<AccountId>& named, Time now) {
  return named ? now + kTimeToObject : now;
}

/// Whoever held until now does so until the new one does; whoever holds is named again without a gap.
void set_deputy(WriteTx& tx, AccountId therapist, const Backed& before, const std::optional<AccountId>& named) {
  if (named == before.deputy) return;
  const auto now = tx.now();
  const auto holder = before.deputy_from <= now ? before.deputy : before.deputy_before;
  const bool goes_on = !named || named == holder;
  tx.execute(kSetDeputy, {therapist, named, goes_on ? now : holds_from(named, now), goes_on ? std::nullopt : holder});
}

Error login_taken() {
  return {ErrorKind::conflict, "account.login_taken", "Someone has this log-in already. Choose another."};
}

}  // namespace

std::vector<StaffMember> list_staff(ReadTx& tx, PracticeId practice) {
  return tx.list(kStaff, {practice}, to_member);
}

std::optional<std::string> staff_role(ReadTx& tx, PracticeId practice, AccountId account) {
  auto role = role_of(tx, kRoleEver, account, practice);
  return role == "client" ? std::nullopt : std::move(role);
}

std::optional<AccountId> neutral_person_of(ReadTx& tx, PracticeId practice) {
  const auto found = tx.first(kNeutralOf, {practice}, [](const Row& row) { return row.maybe_id<AccountId>(0); });
  return found ? *found : std::nullopt;
}

bool close_account(WriteTx& tx, AccountId account, Time now) {
  return tx.execute(kClose, {account, now}) == 1;
}

/// They find out on their pages who is there now; a mail says that there is something to read.
Result<void> tell_of_dismissal(WriteTx& tx, AccountId account) {
  const auto concerned = tx.list(kConcernedByDismissal, {account}, [](const Row& row) { return row.id<AccountId>(0); });
  for (const auto who : concerned) {
    TRY(notify::queue(tx, {"dismissed:" + account.text() + ":" + who.text(), who}, tx.now()));
  }
  return {};
}

Result<bool> close_staff(WriteTx& tx, PracticeId practice, AccountId account, Leaving leaving) {
  if (!staff_role(tx, practice, account)) return fail(not_found());
  if (!lock_account(tx, account)) return false;
  TRY(check_clients(tx, account, leaving));
  const auto administrators = tx.list(kAdministrators, {practice}, [](const Row& row) { return row.id<AccountId>(0); });
  if (administrators == std::vector{account}) {
    return fail({ErrorKind::conflict, "account.last_administrator",
                 "This is the only administrator. Invite another one first, and let them log in."});
  }
  if (leaving == Leaving::at_once) TRY(tell_of_dismissal(tx, account));
  close_account(tx, account, tx.now());
  TRY(end_absences_of(tx, account));
  TRY(call_off_hand_overs_to(tx, account));
  notify::forget_devices_of(tx, account);
  for (const auto* query : {&kSupervisesNobody, &kDeputyOfNobody, &kNoDeputyBefore, &kDeputyOfNoEpisode,
                            &kNoNeutralPerson, &kNeutralOfNoEpisode}) {
    tx.execute(*query, {account});
  }
  return true;
}

void lock_team(WriteTx& tx, PracticeId practice, AccountId therapist) {
  lock_account(tx, therapist);
  tx.each(kLockPractice, {practice}, [](const Row&) {});
}

void erase_invited(WriteTx& tx, AccountId account) {
  tx.execute(kEraseInvited, {account});
}

Result<void> take_account(WriteTx& tx, AccountId account, BytesView login_digest, std::string_view password_hash,
                          BytesView sealed_profile) {
  bool taken = false;
  try {
    taken = tx.execute(kTake, {account, login_digest, password_hash, sealed_profile}) != 1;
  } catch (const store::ConstraintViolation&) {  // somebody took it at the same moment
    taken = true;
  }
  if (taken) return fail(login_taken());
  return {};
}

Result<void> check_login_is_free(ReadTx& tx, BytesView login_digest) {
  if (tx.first(kLoginTaken, {login_digest}, [](const Row&) { return true; })) return fail(login_taken());
  return {};
}

Result<bool> set_backing(WriteTx& tx, PracticeId practice, AccountId therapist, const Backing& backing) {
  const bool is_here = role_of(tx, kRoleOf, therapist, practice) == "therapist";
  if (!is_here && (staff_role(tx, practice, therapist) != "therapist" || !has_open_treatments(tx, therapist))) {
    return fail(not_found());
  }
  const auto before = tx.first(kBacking, {therapist}, [](const Row& row) {
                          return Backed{row.maybe_id<AccountId>(0), row.maybe_id<AccountId>(1), row.time(2),
                                        row.maybe_id<AccountId>(3)};
                        }).value();
  const bool has_other_supervisor = backing.supervisor && *backing.supervisor != before.supervisor;
  const bool is_new = has_other_supervisor || (backing.deputy && *backing.deputy != before.deputy);
  if (backing.supervisor) {
    TRY(check_role(tx, practice, *backing.supervisor, "supervisor", "/person"));
    if (has_other_supervisor) {
      tx.execute(kSetSupervisor, {therapist, *backing.supervisor, holds_from(*backing.supervisor, tx.now())});
    }
  }
  if (!backing.deputy) return is_new;
  if (!is_here && !*backing.deputy) {
    return fail(invalid("backing.role", "This therapist has left: somebody has to go on with the clients.",
                        {{"/person", "Choose another therapist."}}));
  }
  if (*backing.deputy == therapist) {
    return fail(
        invalid("backing.role", "Nobody can stand in for themselves.", {{"/person", "Choose another therapist."}}));
  }
  TRY(check_role(tx, practice, *backing.deputy, "therapist", "/person"));
  set_deputy(tx, therapist, before, *backing.deputy);
  tx.execute(kSetDeputyOfAll, {therapist, *backing.deputy});
  return is_new;
}

Result<bool> set_neutral_person(WriteTx& tx, PracticeId practice, std::optional<AccountId> neutral) {
  TRY(check_role(tx, practice, neutral, "neutral_person", "/neutral_person"));
  const bool is_new = neutral_person_of(tx, practice) != neutral;
  if (is_new) tx.execute(kSetNeutral, {practice, neutral, holds_from(neutral, tx.now())});
  tx.execute(kSetNeutralOfAll, {practice, neutral, tx.now()});
  return is_new;
}

void let_named_hold(WriteTx& tx, PracticeId practice) {
  for (const auto* query : {&kStaffHolds, &kNeutralHolds}) tx.execute(*query, {practice, Time{}});
}

Helpers usual_helpers(ReadTx& tx, AccountId therapist) {
  return tx
      .first(kUsual, {therapist},
             [](const Row& row) { return Helpers{row.maybe_id<AccountId>(0), row.maybe_id<AccountId>(1)}; })
      .value_or(Helpers{});
}

Result<void> begin_care(WriteTx& tx, PracticeId practice, AccountId client, AccountId therapist, Time now) {
  const auto episode = EpisodeId::make(now);
  const auto chat = RoomId::make(now);
  TRY(open_episode(tx, episode, chat, practice, client, therapist, now));
  TRY(set_helpers(tx, episode, usual_helpers(tx, therapist)));
  tx.emit({chat, 0, http::passing_frame(chat, RoomEvent{episode}), {therapist}});
  return {};
}

}  // namespace rapport::people
