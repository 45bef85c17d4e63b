#pragma once
/// @file The routes of therapists' profiles.
#include "features/context.hpp"

namespace rapport::therapist_profiles {

void add_therapist_profile_routes(Routes& routes);

}  // namespace rapport::therapist_profiles
