#pragma once
/// @file The routes with which treatments are handed over.
#include "features/context.hpp"
#include "features/people/hand_overs.hpp"

namespace rapport::people {

void add_hand_over_routes(Routes& routes, const CancelSessions& cancel_sessions);

/// For a job that runs every few seconds: carries out what has become due; how many.
Result<std::int64_t> carry_out_hand_overs(House& house, const CancelSessions& cancel_sessions, Deadline deadline);

}  // namespace rapport::people
