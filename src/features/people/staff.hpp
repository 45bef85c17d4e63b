#pragma once
/// @file Those who work in the practice, and who stands behind whom: for administrators. Nothing here is a client's.
#include <optional>
#include <string>
#include <vector>

#include "features/people/people.hpp"

namespace rapport::people {

struct StaffMember {
  AccountId id;
  std::string role;
  Bytes sealed_profile;     ///< see Account
  bool is_invited = false;  ///< has not used the invitation yet
  std::optional<Time> closed_at = {};
  std::optional<AccountId> supervisor = {};
  std::optional<AccountId> deputy = {};
  Time deputy_from;                             ///< from then on the deputy goes on where this therapist leaves
  std::optional<AccountId> deputy_before = {};  ///< who does until then
  std::int64_t clients = 0;                     ///< of a therapist, whose care goes on
};
/// Everybody but clients; whoever was invited and never came is left out once that was withdrawn.
std::vector<StaffMember> list_staff(store::ReadTx& tx, PracticeId practice);

/// As what somebody works or has worked in the practice; nothing for clients and strangers.
std::optional<std::string> staff_role(store::ReadTx& tx, PracticeId practice, AccountId account);

/// The neutral person for clients who come new.
std::optional<AccountId> neutral_person_of(store::ReadTx& tx, PracticeId practice);

/// Nobody logs in to it any more; false when that was so already.
bool close_account(store::WriteTx& tx, AccountId account, Time now);
/// How somebody leaves: after each of their clients has another therapist, or at once, and their deputy goes on with
/// the clients until each is handed over.
enum class Leaving { orderly, at_once };
/// Closes the account of a member of staff, who stands behind nobody from then on and to whom nobody is handed over.
/// Errors: not_found; conflict "account.last_administrator", "account.has_clients" (of those who leave orderly),
/// "account.no_deputy" (of those who leave at once), "account.stands_in" while they go on with somebody else's clients
/// (of those who leave at once only where nobody else is named; the clients are nobody's until whoever is named holds).
Result<bool> close_staff(store::WriteTx& tx, PracticeId practice, AccountId account, Leaving leaving);
/// Until the transaction ends nobody else changes who stands around this therapist's clients, nor closes the account.
void lock_team(store::WriteTx& tx, PracticeId practice, AccountId therapist);

/// The account of somebody who was invited and never came goes.
void erase_invited(store::WriteTx& tx, AccountId account);

/// Error: conflict "account.login_taken".
Result<void> check_login_is_free(store::ReadTx& tx, BytesView login_digest);
/// Gives an account that nobody can log in to yet its log-in. Error: conflict "account.login_taken".
Result<void> take_account(store::WriteTx& tx, AccountId account, BytesView login_digest, std::string_view password_hash,
                          BytesView sealed_profile);

/// Who stands behind a therapist, or nobody. What is absent stays as it is: two administrators who each change one of
/// them do not undo each other.
struct Backing {
  std::optional<std::optional<AccountId>> supervisor = {};
  std::optional<std::optional<AccountId>> deputy = {};  ///< another therapist
};
/// Sets it, for all clients of the therapist; false when that was so already. Whoever is named hears at once of
/// concerns that are open or come. What else it opens holds kTimeToObject later: concerns that are over; going on with
/// the clients of one who leaves, which whoever was deputy before does until then. Whoever is named no more loses it at
/// once. Errors: not_found when that is no therapist with an open account or with clients to be handed over; invalid
/// "backing.role" when somebody in it has another role than they need, is the therapist, or is nobody where the clients
/// of somebody who has left would be nobody's.
Result<bool> set_backing(store::WriteTx& tx, PracticeId practice, AccountId therapist, const Backing& backing);
/// Sets the practice's neutral person, for all clients, who hears at once of concerns that are open or come, and of
/// those that are over kTimeToObject later; false when that was so already. Error: invalid "backing.role".
Result<bool> set_neutral_person(store::WriteTx& tx, PracticeId practice, std::optional<AccountId> neutral);

/// For a practice that is made as if it had been there for long: all who were named hold now.
void let_named_hold(store::WriteTx& tx, PracticeId practice);

/// Who stands around a client who comes new to this therapist.
Helpers usual_helpers(store::ReadTx& tx, AccountId therapist);

/// The client's care begins with this therapist, who is told, with those who stand around their clients; lock_team
/// first, so that nobody else is named in their place meanwhile.
Result<void> begin_care(store::WriteTx& tx, PracticeId practice, AccountId client, AccountId therapist, Time now);

}  // namespace rapport::people
