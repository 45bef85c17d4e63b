#pragma once
/// @file What a person says about the browsers that tell them that something waits.
#include "features/context.hpp"
#include "features/notify/push_service.hpp"

namespace rapport::notify {

void add_push_routes(Routes& routes, const PushServices& services);

}  // namespace rapport::notify
