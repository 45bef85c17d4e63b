#pragma once
/// @file One call of a route: what the path and the query said, already taken apart.
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "http/request.hpp"

namespace rapport::http {

struct Route;
using Parameters = std::vector<std::pair<std::string, std::string>>;

/// '%41' becomes 'A'; nothing if a '%' is not followed by two hexadecimal digits. `plus_is_space` for queries.
std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space = false);
/// "a=1&b=x%20y" taken apart. Error: invalid "query.malformed".
Result<Parameters> parse_query(std::string_view query);

struct Call {
  const Request* request = nullptr;
  const Route* route = nullptr;
  Parameters path;
  Parameters query;
  Deadline deadline = Deadline::max();

  /// A path parameter as text. A name that is not in the pattern is a defect: std::logic_error.
  const std::string& path_text(std::string_view name) const;
  /// A path parameter `{name}`; its form was checked when the route was found.
  template <class I>
  I path_id(std::string_view name) const {
    const auto id = I::from_text(path_text(name));
    if (!id) throw std::logic_error("path parameter is declared as text, not as an id");
    return *id;
  }
  std::optional<std::string> query_text(std::string_view name) const;
  /// Error: invalid "query.invalid" if it is no whole number within min..max.
  Result<std::int64_t> query_int(std::string_view name, std::int64_t fallback, std::int64_t min,
                                 std::int64_t max) const;
  /// Nothing when it is not given. Error: invalid "query.invalid" if it is no UUID.
  template <class I>
  Result<std::optional<I>> query_id(std::string_view name) const {
    const auto text = query_text(name);
    if (!text) return std::optional<I>();
    std::optional<I> id = I::from_text(*text);
    if (!id) return fail(query_error(name, "Must be a UUID."));
    return id;
  }
  static Error query_error(std::string_view name, std::string message);
};

}  // namespace rapport::http
