#pragma once
/// @file The routes by which the client logs what went well and how it is, and the therapist what they noticed.
#include "features/context.hpp"

namespace rapport::achievements {

void add_achievement_routes(Routes& routes);

}  // namespace rapport::achievements
