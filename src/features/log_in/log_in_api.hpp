#pragma once
/// @file Logging in and out. The session's cookie never reaches a script; changes need the CSRF token beside it.
#include "features/context.hpp"

namespace rapport::log_in {

/// The session cookie; over TLS it carries the __Host- prefix's rules, without it a development server works too.
inline constexpr std::string_view kCookie = "rapport_session";
/// There while somebody is logged in on a device that others use too.
inline constexpr std::string_view kSharedCookie = "rapport_shared";
/// Sent along by a page that asks of its own accord, with nobody at it: then the request is no use of the log-in.
inline constexpr std::string_view kUnattended = "x-unattended";

void add_log_in_routes(Routes& routes);

}  // namespace rapport::log_in
