#pragma once
/// @file The routes of what has to be settled before the first client: for administrators.
#include "features/context.hpp"

namespace rapport::setup {

void add_setup_routes(Routes& routes);

}  // namespace rapport::setup
