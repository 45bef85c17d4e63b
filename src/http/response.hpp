#pragma once
/// @file An answer as plain data.
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rapport::http {

struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  /// When set it is sent instead of `body`: bytes that live as long as the program (embedded files).
  std::string_view fixed_body = {};
};

}  // namespace rapport::http
