#include "http/cookies.hpp"

#include <stdexcept>

#include "base/ascii.hpp"

namespace rapport::http {
namespace {

bool is_plain(std::string_view text) {
  constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~+/=";
  return text.find_first_not_of(allowed) == std::string_view::npos;
}

std::string_view unquote(std::string_view text) {
  return text.size() >= 2 && text.front() == '"' && text.back() == '"' ? text.substr(1, text.size() - 2) : text;
}

}  // namespace

std::optional<std::string> cookie_value(std::string_view header, std::string_view name) {
  while (!header.empty()) {
    const auto end = header.find(';');
    const auto pair = trimmed(header.substr(0, end));
    header = end == std::string_view::npos ? std::string_view{} : header.substr(end + 1);
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name) continue;
    return std::string(unquote(trimmed(pair.substr(equals + 1))));
  }
  return std::nullopt;
}

std::string set_cookie(const Cookie& cookie) {
  if (cookie.name.empty() || !is_plain(cookie.name) || cookie.name.find('=') != std::string::npos ||
      !is_plain(cookie.value)) {
    throw std::invalid_argument("a cookie holds a character that must not be in a header");
  }
  std::string text = cookie.name + "=" + cookie.value + "; Path=/; SameSite=Strict";
  if (cookie.max_age_seconds) text += "; Max-Age=" + std::to_string(*cookie.max_age_seconds);
  if (cookie.http_only) text += "; HttpOnly";
  if (cookie.secure) text += "; Secure";
  return text;
}

}  // namespace rapport::http
