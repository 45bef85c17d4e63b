#pragma once
/// @file What a client who leaves has said and nobody has looked into: beside safety::waits_for_somebody of all of it,
/// what the therapist knows of and what they must not know of, apart. features/closing_account rests on it.
#include "base/id.hpp"
#include "store/transaction.hpp"

namespace rapport::safety {

/// Whether there is a concern of this client that nobody has looked into, and that is not about the therapist.
bool waits_for_team(store::ReadTx& tx, AccountId client);
/// Whether something about the therapist is not closed, and there is a neutral person to do so.
bool is_left_to_neutral(store::ReadTx& tx, AccountId client);

}  // namespace rapport::safety
