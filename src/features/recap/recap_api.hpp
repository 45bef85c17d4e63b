#pragma once
/// @file The routes by which the two write the recap of a session, and the client keeps it and says what they would.
#include "features/context.hpp"

namespace rapport::recap {

void add_recap_routes(Routes& routes);

}  // namespace rapport::recap
