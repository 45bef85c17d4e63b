#pragma once
/// @file Where to listen, and whether that is safe.
#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"

namespace rapport::server {

struct Listen {
  std::string host;     ///< as it was given, without brackets
  std::string address;  ///< "localhost", or the IP address that the host stands for
  std::uint16_t port = 0;
};

/// "localhost:8080", "127.0.0.1:0", "[::1]:8080", "practice.example:443": a name is looked up here and now.
Result<Listen> parse_listen(const std::string& text);
/// Where /metrics is read, if anywhere; only by programs of this computer, because nobody is asked who they are.
Result<std::optional<Listen>> parse_metrics_listen(const config::Settings& settings);
/// What people write must not cross a network in clear: refused unless it is this computer alone that can connect, or
/// there is TLS, here or at a trusted proxy.
Result<void> check_protection(const config::Settings& settings, const Listen& listen);

}  // namespace rapport::server
