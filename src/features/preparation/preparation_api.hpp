#pragma once
/// @file The routes from which a therapist prepares a session: what was written since the last one, and earlier
/// examples. What else the page shows is read by the routes of its own features, each with its own rule of who sees it.
#include "features/context.hpp"

namespace rapport::preparation {

void add_preparation_routes(Routes& routes);

}  // namespace rapport::preparation
