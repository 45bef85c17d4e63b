#pragma once
/// @file How many log-ins a person has at once.
#include <cstddef>
#include <vector>

#include "base/id.hpp"
#include "store/transaction.hpp"

namespace rapport::access {

inline constexpr std::size_t kMostSessions = 20;

/// Ends the log-ins of this person that were longest unused, until one more may begin; their ids.
std::vector<SessionId> make_room_for_session(store::WriteTx& tx, AccountId account);

}  // namespace rapport::access
