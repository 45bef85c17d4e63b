#pragma once
/// @file The routes by which a client goes to another therapist, and by which the two therapists see to it.
#include "features/context.hpp"
#include "features/people/hand_overs.hpp"

namespace rapport::therapist_switch {

void add_therapist_switch_routes(Routes& routes, const people::CancelSessions& cancel);

/// For a job that runs every few seconds: carries out what has become due; how many. For people::kTimeAfterStart from
/// `began_at`, when the server began to run, only what was told since.
Result<std::int64_t> carry_out_due(House& house, const people::CancelSessions& cancel, Time began_at,
                                   Deadline deadline);

}  // namespace rapport::therapist_switch
