#pragma once
/// @file The routes by which the two of an episode see what is asked of whom and when, the therapist plans it, and both
/// see what was missed.
#include "features/context.hpp"
#include "features/measurement_plan/measurement_plan.hpp"

namespace rapport::measurement_plan {

/// `usual`: what holds for an episode as long as nothing was chosen for it.
void add_measurement_plan_routes(Routes& routes, const Plan& usual);

}  // namespace rapport::measurement_plan
