#include "http/call.hpp"

#include <charconv>

#include "base/bytes.hpp"

namespace rapport::http {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

const std::string* find(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) return &value;
  }
  return nullptr;
}

bool is_fit(const std::string& text) {
  return is_utf8(text) && text.find('\0') == std::string::npos;
}

}  // namespace

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      decoded += ' ';
    } else if (text[i] != '%') {
      decoded += text[i];
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    }
  }
  return decoded;
}

Result<Parameters> parse_query(std::string_view query) {
  Parameters parameters;
  while (!query.empty()) {
    const auto end = query.find('&');
    const auto part = query.substr(0, end);
    query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto name = percent_decode(part.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : percent_decode(part.substr(equals + 1), true);
    if (!name || !value || !is_fit(*name) || !is_fit(*value)) {
      return fail(invalid("query.malformed", "The part of the address after '?' is not well-formed."));
    }
    parameters.emplace_back(std::move(*name), std::move(*value));
  }
  return parameters;
}

const std::string& Call::path_text(std::string_view name) const {
  const auto* value = find(path, name);
  if (!value) throw std::logic_error("the route has no path parameter " + std::string(name));
  return *value;
}

std::optional<std::string> Call::query_text(std::string_view name) const {
  const auto* value = find(query, name);
  return value ? std::optional<std::string>(*value) : std::nullopt;
}

Result<std::int64_t> Call::query_int(std::string_view name, std::int64_t fallback, std::int64_t min,
                                     std::int64_t max) const {
  const auto* text = find(query, name);
  if (!text) return fallback;
  std::int64_t number = 0;
  const char* end = text->data() + text->size();
  const auto parsed = std::from_chars(text->data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < min || number > max) {
    return fail(query_error(
        name, "Must be a whole number between " + std::to_string(min) + " and " + std::to_string(max) + "."));
  }
  return number;
}

Error Call::query_error(std::string_view name, std::string message) {
  std::string detail = "The query parameter '" + std::string(name) + "' is wrong: " + message;
  return invalid("query.invalid", std::move(detail), {{"?" + std::string(name), std::move(message)}});
}

}  // namespace rapport::http
