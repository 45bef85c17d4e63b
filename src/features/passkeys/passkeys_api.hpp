#pragma once
/// @file How a person sets up, sees and removes their passkeys. Logging in with one is in features/log_in.
#include "features/context.hpp"

namespace rapport::passkeys {

void add_passkey_routes(Routes& routes);

}  // namespace rapport::passkeys
