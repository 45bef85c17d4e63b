#pragma once
/// @file The routes of the house itself: whether it is well, what it says of itself, and the live connection.
#include <string>

#include "features/context.hpp"

namespace rapport::server {

void add_house_routes(Routes& routes);

/// The OpenAPI description and the schema of live frames, as JSON text; `routes` is finished.
std::string openapi_text(const Routes& routes);
std::string live_schema_text(const Routes& routes);

}  // namespace rapport::server
