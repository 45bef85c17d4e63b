#pragma once
/// @file Cookies (RFC 6265), as much of them as a session needs.
#include <optional>
#include <string>
#include <string_view>

namespace rapport::http {

/// The value of the first cookie of that name in a Cookie header; quotes around it are dropped.
std::optional<std::string> cookie_value(std::string_view header, std::string_view name);

struct Cookie {
  std::string name;
  std::string value;  ///< letters, digits and "-_.~+/=" only: a session token, nothing a person typed
  std::optional<int> max_age_seconds = 0;  ///< 0 removes the cookie; nothing: until the browser closes
  bool secure = true;                      ///< send over TLS only
  bool http_only = true;                   ///< out of reach of scripts
};
/// The value of a Set-Cookie header, always with SameSite=Strict and Path=/. Throws std::invalid_argument if
/// the name or value holds a character that could end the value and add an attribute.
std::string set_cookie(const Cookie& cookie);

}  // namespace rapport::http
