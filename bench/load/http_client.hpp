#pragma once
/// @file As much of HTTP/1.1 as it takes to log in: one request on one connection, blocking. Never used while
/// anything is measured.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "loopback.hpp"

namespace rapport::load {

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::string header(std::string_view name) const;
};

using Headers = std::vector<std::pair<std::string, std::string>>;

/// Throws std::runtime_error when the answer is no HTTP, std::system_error when the connection fails.
HttpAnswer ask(const Loopback& server, std::string_view method, std::string_view target, const Headers& headers = {},
               std::string_view body = {});

/// Reads up to the empty line; what came after it is left in `rest`.
HttpAnswer read_head(Wire& wire, std::string& rest);
void send_whole(Wire& wire, std::string_view bytes);

}  // namespace rapport::load
