#pragma once
/// @file The steps of closing an account that are each one transaction.
#include "features/closing_account/closing_account.hpp"

namespace rapport::closing_account {

/// Who is to be cut off and told, after the commit.
struct Locked {
  std::vector<SessionId> ended;
};
/// Closes the account and locks what stays; what need not stay goes at once. Nothing when it was done before, or when
/// somebody has to look into something of the client's first. `sealed_profile`: what stays of it, see Account.
std::optional<Locked> lock_record(store::WriteTx& tx, AccountId client, const Fate& fate, BytesView sealed_profile,
                                  Time now);
/// The same, whatever waits: the key is locked or gone already.
Result<void> follow_key(store::WriteTx& tx, AccountId client, const Fate& fate, Time now);
void note_key_locked(store::WriteTx& tx, AccountId client);
/// Deletes everything but that there was an account and when it was closed. The key is gone already.
Result<void> erase_record(store::WriteTx& tx, AccountId client, Time now);

bool is_asked_by_somebody_else(const Closing& closing);
/// Those for carry_out to go on with, at most so many.
std::vector<AccountId> list_due(store::ReadTx& tx, Time now, std::int64_t limit);
/// Whom closings concerned whose client was erased before `before` is forgotten.
void forget_readers(store::WriteTx& tx, Time before);

}  // namespace rapport::closing_account
