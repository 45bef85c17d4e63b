#pragma once
/// @file The routes by which the two of an episode agree on goals and on how to work, and the client says how far it
/// is.
#include "features/context.hpp"

namespace rapport::goals {

/// Those of the approach, too.
void add_goal_routes(Routes& routes);

}  // namespace rapport::goals
