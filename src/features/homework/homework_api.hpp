#pragma once
/// @file The routes by which homework is given and done.
#include "features/context.hpp"

namespace rapport::homework {

void add_homework_routes(Routes& routes);

}  // namespace rapport::homework
