#pragma once
/// @file Which browsers are known to be somebody's: those that got a device cookie (log_in_guard.hpp) since the person
/// last ended all other log-ins. Whoever logged in before with a password that they should not have is a stranger then.
#include "base/bytes.hpp"
#include "base/id.hpp"
#include "store/transaction.hpp"

namespace rapport::access {

/// What LogInGuard is to sign: the log-in's digest, whether or not there is such a person, with a number that
/// forget_browsers raises.
Bytes guarded_person(store::ReadTx& tx, BytesView login_digest);
/// From now on every cookie of before counts for nothing.
void forget_browsers(store::WriteTx& tx, AccountId account);
/// The same for everybody, also for cookies that were signed after the moment that the database is of: the number
/// becomes that of the seconds since 1970, which raising it one by one does not reach.
void forget_all_browsers(store::WriteTx& tx, Time now);

}  // namespace rapport::access
