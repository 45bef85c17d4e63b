#pragma once
/// @file The routes of announced absences: for therapists, and for administrators on their behalf.
#include "features/context.hpp"

namespace rapport::people {

void add_absence_routes(Routes& routes);

}  // namespace rapport::people
