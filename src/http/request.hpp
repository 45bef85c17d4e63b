#pragma once
/// @file A request as plain data, whatever carried it (HTTP or a frame of the live connection).
#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapport::http {

enum class Method { get, post, put, patch, del };
std::string_view to_text(Method method);

struct Request {
  Method method = Method::get;
  std::string target;                                        ///< path and query, as sent
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string peer;     ///< address of the other side, without port
  bool secure = false;  ///< came over TLS
  /// When it had come whole. The deadline counts from here: who waits in a queue waits as well.
  std::chrono::steady_clock::time_point arrived = std::chrono::steady_clock::now();

  /// The first header of that (lower-case) name, or "".
  std::string_view header(std::string_view name) const;
};

/// Whether the value of a Content-Type names that (lower-case) media type, whatever its parameters.
bool has_media_type(std::string_view content_type, std::string_view type);

}  // namespace rapport::http
