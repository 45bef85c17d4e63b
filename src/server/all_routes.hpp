#pragma once
/// @file The list of everything that can be asked of the server: one line per feature.
#include "features/context.hpp"

namespace rapport::server {

void add_all_routes(Routes& routes);

}  // namespace rapport::server
