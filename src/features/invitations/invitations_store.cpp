#include "features/invitations/invitations.hpp"
#include "features/matching/search.hpp"
#include "features/people/staff.hpp"

namespace rapport::invitations {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define INVITATION                                                                                           \
  "SELECT i.id, i.practice_id, i.account_id, a.role, i.therapist_id, i.invited_by, i.invited_at, i.ends_at," \
  " i.used_at, i.withdrawn_at, a.sealed_profile FROM invitation i JOIN account a ON a.id = i.account_id"
const Query kOwn{"invitations.own", INVITATION " WHERE i.id = $2 AND i.invited_by = $1", true};
// $1 is the viewer.
#define IS_SEEN                                                                                    \
  " (i.invited_by = $1 OR (a.role <> 'client' AND EXISTS (SELECT 1 FROM account v WHERE v.id = $1" \
  "   AND v.practice_id = i.practice_id AND v.role = 'administrator' AND v.closed_at IS NULL)))"
const Query kSeen{"invitations.seen", INVITATION " WHERE i.id = $2 AND" IS_SEEN, true};
const Query kSeenAll{"invitations.seen_all", INVITATION " WHERE" IS_SEEN " ORDER BY i.invited_at DESC, i.id LIMIT $2"};
#undef IS_SEEN
const Query kByToken{
    "invitations.by_token",
    INVITATION
    " JOIN account w ON w.id = i.invited_by LEFT JOIN account t ON t.id = i.therapist_id"
    " WHERE i.token_digest = $1 AND i.used_at IS NULL AND i.withdrawn_at IS NULL AND i.ends_at > $2"
    " AND a.closed_at IS NULL AND w.closed_at IS NULL AND (i.therapist_id IS NULL OR t.closed_at IS NULL)",
    true};
#undef INVITATION
const Query kInvite{"invitations.invite",
                    "INSERT INTO invitation (id, practice_id, account_id, therapist_id, invited_by, token_digest,"
                    " invited_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                    true};
const Query kRenew{"invitations.renew",
                   "UPDATE invitation SET token_digest = $3, ends_at = $4"
                   " WHERE id = $1 AND invited_by = $2 AND account_id = $5 AND used_at IS NULL"
                   " AND withdrawn_at IS NULL",
                   true};
const Query kRenewable{"invitations.renewable",
                       "SELECT 1 FROM invitation WHERE id = $1 AND invited_by = $2 AND used_at IS NULL"
                       " AND withdrawn_at IS NULL",
                       true};
const Query kIdTaken{"invitations.id_taken", "SELECT 1 FROM invitation WHERE id = $1", true};
const Query kIsTherapist{"invitations.is_therapist",
                         "SELECT 1 FROM account WHERE id = $1 AND practice_id = $2 AND role = 'therapist'"
                         " AND closed_at IS NULL AND password_hash <> ''",
                         true};
const Query kWithdraw{"invitations.withdraw",
                      "UPDATE invitation SET withdrawn_at = $2 WHERE id = $1 AND used_at IS NULL"
                      " AND withdrawn_at IS NULL",
                      true};
const Query kEndAll{
    "invitations.end_all",
    "UPDATE invitation SET ends_at = $1 WHERE used_at IS NULL AND withdrawn_at IS NULL AND ends_at > $1"};
const Query kUse{"invitations.use",
                 "UPDATE invitation SET used_at = $2 WHERE id = $1 AND token_digest = $3 AND used_at IS NULL"
                 " AND withdrawn_at IS NULL",
                 true};

Invitation to_invitation(const Row& row) {
  Invitation one;
  one.id = row.id<InvitationId>(0);
  one.practice = row.id<PracticeId>(1);
  one.account = row.id<AccountId>(2);
  one.role = access::role_from_text(row.text(3)).value();
  one.therapist = row.maybe_id<AccountId>(4);
  one.invited_by = row.id<AccountId>(5);
  one.invited_at = row.time(6);
  one.ends_at = row.time(7);
  one.used_at = row.maybe_time(8);
  one.withdrawn_at = row.maybe_time(9);
  one.sealed_profile = copy_of(row.bytes(10));
  return one;
}

Error over() {
  return {ErrorKind::conflict, "invitation.over",
          "This invitation was used or withdrawn already. Look at the list again, or make a new one."};
}

bool is_there(ReadTx& tx, const Query& query, const store::Values& values) {
  return tx.first(query, values, [](const Row&) { return true; }).has_value();
}

/// The account of somebody who cannot log in yet: its digest is nobody's, since it is that of the invitation's token.
people::Account nobodys_account(const Invitation& invitation, BytesView token_digest) {
  people::Account account;
  account.id = invitation.account;
  account.practice = invitation.practice;
  account.role = to_text(invitation.role);
  account.login_digest = copy_of(token_digest);
  account.sealed_profile = invitation.sealed_profile;
  account.created_at = invitation.invited_at;
  return account;
}

// Ended by being withdrawn, or by their time.
#define IS_FORGETTABLE(before)                                      \
  " used_at IS NULL AND COALESCE(withdrawn_at, ends_at) <= " before \
  " AND EXISTS (SELECT 1 FROM account a WHERE a.id = account_id AND a.password_hash = '')"
const Query kForgettable{"invitations.forgettable", "SELECT account_id FROM invitation WHERE" IS_FORGETTABLE(
                                                        "$1") " ORDER BY invited_at LIMIT $2"};
const Query kForget{"invitations.forget", "DELETE FROM invitation WHERE account_id = $1 AND" IS_FORGETTABLE("$2"),
                    true};
#undef IS_FORGETTABLE
const Query kEraseOf{"invitations.erase_of", "DELETE FROM invitation WHERE account_id = $1", true};

}  // namespace

Error gone() {
  return {ErrorKind::not_found, "invitation.gone",
          "This invitation does not work, or does not work any more. Please ask whoever invited you for a new one."};
}

std::string notice_prefix(InvitationId invitation) {
  return "invitation:" + invitation.text() + ":";
}

Result<void> check_invitation(ReadTx& tx, const Invitation& invitation) {
  if (invitation.therapist && !is_there(tx, kIsTherapist, {*invitation.therapist, invitation.practice})) {
    return fail(not_found());
  }
  const bool is_own = is_there(tx, kRenewable, {invitation.id, invitation.invited_by});
  if (!is_own && is_there(tx, kIdTaken, {invitation.id})) return fail(over());
  return {};
}

Result<void> invite(WriteTx& tx, const Invitation& invitation, BytesView token_digest) {
  TRY(check_invitation(tx, invitation));
  if (is_there(tx, kIdTaken, {invitation.id})) {
    const auto renewed = tx.execute(
        kRenew, {invitation.id, invitation.invited_by, token_digest, invitation.ends_at, invitation.account});
    if (renewed != 1) return fail(over());
    people::replace_profile(tx, invitation.account, invitation.sealed_profile);
    return {};
  }
  TRY(people::add_account(tx, nobodys_account(invitation, token_digest)));
  tx.execute(kInvite, {invitation.id, invitation.practice, invitation.account, invitation.therapist,
                       invitation.invited_by, token_digest, invitation.invited_at, invitation.ends_at});
  return {};
}

std::optional<Invitation> find_own(ReadTx& tx, AccountId viewer, InvitationId invitation) {
  return tx.first(kOwn, {viewer, invitation}, to_invitation);
}

std::vector<Invitation> list_seen(ReadTx& tx, AccountId viewer) {
  return tx.list(kSeenAll, {viewer, kMostListed}, to_invitation);
}

Result<bool> withdraw(WriteTx& tx, AccountId viewer, InvitationId id, Time now) {
  const auto seen = tx.first(kSeen, {viewer, id}, to_invitation);
  if (!seen) return fail(not_found());
  const bool changed = tx.execute(kWithdraw, {id, now}) == 1;
  if (!changed && !seen->withdrawn_at) return fail(over());
  if (changed) people::close_account(tx, seen->account, now);
  notify::drop_waiting(tx, notice_prefix(id), now);
  return changed;
}

std::optional<Invitation> find_by_token(ReadTx& tx, BytesView token_digest, Time now) {
  return tx.first(kByToken, {token_digest, now}, to_invitation);
}

Result<Invitation> accept(WriteTx& tx, BytesView token_digest, const Acceptance& acceptance, Time now) {
  const auto seen = find_by_token(tx, token_digest, now);
  // Whoever leaves, or is named to stand around this therapist's clients, comes wholly before or wholly after.
  if (seen && seen->therapist) people::lock_team(tx, seen->practice, *seen->therapist);
  const auto found = find_by_token(tx, token_digest, now);
  if (!found || tx.execute(kUse, {found->id, now, token_digest}) != 1) return fail(gone());
  TRY(people::take_account(tx, found->account, acceptance.login_digest, acceptance.password_hash,
                           acceptance.sealed_profile));
  notify::drop_waiting(tx, notice_prefix(found->id), now);
  if (found->role != access::Role::client) return *found;
  if (found->therapist) {
    TRY(people::begin_care(tx, found->practice, found->account, *found->therapist, now));
  } else {
    matching::begin_search(tx, found->practice, found->account);
  }
  return *found;
}

std::int64_t end_all(WriteTx& tx, Time now) {
  return tx.execute(kEndAll, {now});
}

std::vector<AccountId> list_forgettable(ReadTx& tx, Time before, std::int64_t limit) {
  return tx.list(kForgettable, {before, limit}, [](const Row& row) { return row.id<AccountId>(0); });
}

bool forget(WriteTx& tx, AccountId account, Time before) {
  if (tx.execute(kForget, {account, before}) == 0) return false;
  notify::erase_notices_to(tx, account);
  people::erase_invited(tx, account);
  return true;
}

void erase_invitation_of(WriteTx& tx, AccountId account) {
  tx.execute(kEraseOf, {account});
}

}  // namespace rapport::invitations
