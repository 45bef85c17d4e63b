#pragma once
/// @file The routes of choosing a therapist, and of assigning one.
#include "features/context.hpp"

namespace rapport::matching {

void add_matching_routes(Routes& routes);

}  // namespace rapport::matching
