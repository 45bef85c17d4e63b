#pragma once
/// @file The routes by which a client says how they are before a session, and the therapist reads it.
#include "features/context.hpp"

namespace rapport::check_in {

void add_check_in_routes(Routes& routes);

}  // namespace rapport::check_in
