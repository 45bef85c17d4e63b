#pragma once
/// @file The OpenAPI 3.1 description of a route table.
#include <string>
#include <string_view>

#include "http/router.hpp"

namespace rapport::http {

/// `cookie` is the name of the session cookie. Every route of the table is in it.
boost::json::object openapi(const RouteTable& routes, std::string_view title, std::string_view version,
                            std::string_view cookie);

}  // namespace rapport::http
