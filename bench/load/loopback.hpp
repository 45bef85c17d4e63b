#pragma once
/// @file Addresses of this computer. There is no way to make one of any other, so that nobody's server is ever
/// loaded from elsewhere, by mistake or on purpose.
#include <netinet/in.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "wire.hpp"

namespace rapport::load {

class Loopback {
 public:
  /// "127.0.0.1:8080" or "[::1]:8080". Throws std::invalid_argument for any address but 127.0.0.0/8 and ::1.
  explicit Loopback(std::string_view host_and_port, bool secure = false);

  const std::string& text() const { return text_; }
  /// As a browser names it: "https://127.0.0.1:8443".
  std::string origin() const { return (secure_ ? "https://" : "http://") + text_; }
  /// A connected, blocking wire without Nagle's delay. One address has ports for some 28,000 connections to the same
  /// place, so the `number`-th connection comes from an address that it shares with few enough others. Throws
  /// std::system_error, or std::runtime_error when TLS cannot be agreed on.
  Wire connect(std::size_t number = 0) const;

 private:
  void set_v4(const std::string& host, std::uint16_t port);
  void set_v6(const std::string& host, std::uint16_t port);

  std::string text_;
  bool secure_;
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

/// Nobody listens there at the moment it is asked.
std::uint16_t free_port();

}  // namespace rapport::load
