#pragma once
/// @file The routes with which treatments are handed over.
#include "features/context.hpp"
#include "features/people/hand_overs.hpp"

namespace rapport::people {

void add_hand_over_routes(Routes& routes, const CancelSessions& cancel_sessions);

/// For a job that runs every few seconds: carries out what has become due; how many. For kTimeAfterStart from
/// `began_at`, when the server began to run, only what was asked for since.
Result<std::int64_t> carry_out_hand_overs(House& house, const CancelSessions& cancel_sessions, Time began_at,
                                          Deadline deadline);

}  // namespace rapport::people
