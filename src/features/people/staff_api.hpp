#pragma once
/// @file The routes of those who work in the practice: for administrators.
#include "features/context.hpp"

namespace rapport::people {

void add_staff_routes(Routes& routes);

}  // namespace rapport::people
