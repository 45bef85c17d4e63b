#pragma once
/// @file Invitations: how somebody comes to have an account. A member of staff is invited by an administrator, a client
/// by their therapist or an administrator. The link works once, until it ends or is withdrawn; whatever is wrong with
/// one, the answer is the same.
#include <optional>
#include <string>
#include <vector>

#include "access/permission.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/notify/notify.hpp"
#include "store/transaction.hpp"

namespace rapport::invitations {

using InvitationId = Id<struct InvitationTag>;

struct Invitation {
  InvitationId id;
  PracticeId practice;
  AccountId account;
  access::Role role = access::Role::client;
  /// Whose client it will be; none for staff, and for a client who chooses (features/matching).
  std::optional<AccountId> therapist = {};
  AccountId invited_by;
  Time invited_at;
  Time ends_at;
  std::optional<Time> used_at = {};
  std::optional<Time> withdrawn_at = {};
  Bytes sealed_profile = {};  ///< of the account (features/people)
};

/// Stores it with its account, or, when the id is there, makes its link anew: the one before leads nowhere from then
/// on. Errors: conflict "invitation.over" when it was used or withdrawn, or the id is somebody else's; not_found when
/// `therapist` is no therapist with an open account.
Result<void> invite(store::WriteTx& tx, const Invitation& invitation, BytesView token_digest);
/// What `invite` would answer now, before a key is made.
Result<void> check_invitation(store::ReadTx& tx, const Invitation& invitation);

/// One that the viewer made.
std::optional<Invitation> find_own(store::ReadTx& tx, AccountId viewer, InvitationId invitation);
/// Those that the viewer made and, for an administrator, all of staff; the latest first; at most kMostListed.
inline constexpr std::int64_t kMostListed = 200;
std::vector<Invitation> list_seen(store::ReadTx& tx, AccountId viewer);

/// The link leads nowhere any more and its mail, if it waits, is not sent; false when that was so already. Errors:
/// not_found, unless list_seen has it; conflict "invitation.over" when it was used.
Result<bool> withdraw(store::WriteTx& tx, AccountId viewer, InvitationId invitation, Time now);

/// What a link leads to: not yet used, not withdrawn, not over, and whoever made it and the therapist, if any, still
/// there.
std::optional<Invitation> find_by_token(store::ReadTx& tx, BytesView token_digest, Time now);

/// What makes the account of an invitation somebody's.
struct Acceptance {
  Bytes login_digest;
  std::string password_hash;
  Bytes sealed_profile;
};
/// Uses the link: the account can log in from now on, and a client's care begins, or their search for a therapist. Of
/// two at once one gets it. Errors: what find_by_token would not find is not_found "invitation.gone"; conflict
/// "account.login_taken".
Result<Invitation> accept(store::WriteTx& tx, BytesView token_digest, const Acceptance& acceptance, Time now);

Error gone();
/// The notices of an invitation have keys that begin with this (features/notify).
std::string notice_prefix(InvitationId invitation);

/// No link works any more, whoever has it; who invited may make a new one. How many did.
std::int64_t end_all(store::WriteTx& tx, Time now);

/// What is kept of an invitation that led to nothing, and how long after its end.
inline constexpr std::chrono::hours kForgottenAfter{30 * 24};
/// The accounts of those that ended before `before` and that nobody has used; at most `limit`.
std::vector<AccountId> list_forgettable(store::ReadTx& tx, Time before, std::int64_t limit);
/// Such an invitation goes, with its account, the name and the address in it; false when somebody used it meanwhile.
bool forget(store::WriteTx& tx, AccountId account, Time before);

/// The invitation with which this person came goes.
void erase_invitation_of(store::WriteTx& tx, AccountId account);

}  // namespace rapport::invitations
