#pragma once
/// @file The routes of the questionnaires that a practice has: which there are and under which licence, for everybody
/// of its staff; bringing, withdrawing and switching them, for administrators.
#include "features/context.hpp"

namespace rapport::instruments {

void add_instrument_routes(Routes& routes);

}  // namespace rapport::instruments
