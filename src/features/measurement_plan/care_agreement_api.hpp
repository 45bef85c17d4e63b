#pragma once
/// @file The routes by which a therapist is proposed how closely to care, agrees on it with the client, and both read
/// it.
#include "features/context.hpp"

namespace rapport::measurement_plan {

void add_care_agreement_routes(Routes& routes);

}  // namespace rapport::measurement_plan
