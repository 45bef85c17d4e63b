#pragma once
/// @file The route of the course.
#include "features/context.hpp"

namespace rapport::course {

void add_course_routes(Routes& routes);

}  // namespace rapport::course
