#pragma once
/// @file The shapes of live frames as named schemas, for both descriptions that openapi.hpp offers.
#include "http/router.hpp"

namespace rapport::http {

/// Puts Problem, LiveRequest, LiveAnswer, LiveEvent and one schema for each declared event into `components`.
void put_live_schemas(const RouteTable& routes, Components& components);

}  // namespace rapport::http
