#pragma once
/// @file What a table of routes says of itself: OpenAPI 3.1 for the routes, JSON Schema for the frames of the live
/// connection. Both are made from the declarations alone; only the prose comes from elsewhere.
#include <string>
#include <string_view>

#include "http/router.hpp"

namespace rapport::http {

struct ApiText {
  std::string_view title;
  std::string_view version;
  std::string_view description;  ///< Markdown: what holds for every route
  std::string_view cookie;       ///< name of the session cookie
};

/// Every route of the table is in it, and the frames of the live connection as components.
boost::json::object openapi(const RouteTable& routes, const ApiText& text);

/// JSON Schema 2020-12: a frame is a LiveRequest, a LiveAnswer or a LiveEvent; an event is of one of the kinds that
/// were declared. `description` is Markdown.
boost::json::object live_schema(const RouteTable& routes, std::string_view description);

}  // namespace rapport::http
