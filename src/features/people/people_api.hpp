#pragma once
/// @file The routes of people: who works with whom, their threads, the reply time they agree on.
#include "features/context.hpp"

namespace rapport::people {

void add_people_routes(Routes& routes);

}  // namespace rapport::people
