#pragma once
/// @file The routes of mail: where one's own goes to, and what of it did not arrive.
#include "features/context.hpp"

namespace rapport::notify {

void add_notify_routes(Routes& routes);

}  // namespace rapport::notify
