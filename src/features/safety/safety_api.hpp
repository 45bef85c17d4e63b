#pragma once
/// @file The routes of concerns.
#include "features/context.hpp"

namespace rapport::safety {

void add_safety_routes(Routes& routes);

}  // namespace rapport::safety
