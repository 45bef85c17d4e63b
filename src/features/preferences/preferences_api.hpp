#pragma once
/// @file The routes of clients' wishes.
#include "features/context.hpp"

namespace rapport::preferences {

void add_preference_routes(Routes& routes);

}  // namespace rapport::preferences
