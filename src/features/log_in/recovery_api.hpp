#pragma once
/// @file The routes of the way back (recovery.hpp). Who asks for a link hears the same, and about as fast, whether or
/// not there is such an account.
#include "features/context.hpp"

namespace rapport::log_in {

void add_recovery_routes(Routes& routes);

}  // namespace rapport::log_in
