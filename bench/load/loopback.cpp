#include "loopback.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>

#include <charconv>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace rapport::load {

namespace {

constexpr std::size_t kConnectionsOfOneAddress = 10'000;

/// 127.0.0.1, 127.0.0.2, … each with ports of its own.
void bind_source(int socket, std::size_t number) {
  sockaddr_in source{};
  source.sin_family = AF_INET;
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + static_cast<std::uint32_t>(number / kConnectionsOfOneAddress));
  const int on = 1;  // the port is chosen with the connection, when it is known whom it must differ from
  ::setsockopt(socket, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  if (::bind(socket, reinterpret_cast<const sockaddr*>(&source), sizeof source) != 0) throw_errno("bind");
}

}  // namespace

Loopback::Loopback(std::string_view host_and_port, bool secure) : text_(host_and_port), secure_(secure) {
  const auto colon = host_and_port.rfind(':');
  if (colon == std::string_view::npos) throw std::invalid_argument("an address is HOST:PORT");
  const auto digits = host_and_port.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) {
    throw std::invalid_argument("the port must be a number from 1 to 65535");
  }
  const std::string host(host_and_port.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) {
    set_v6(host.substr(1, host.size() - 2), port);
  } else {
    set_v4(host, port);
  }
}

void Loopback::set_v4(const std::string& host, std::uint16_t port) {
  sockaddr_in address{};
  constexpr std::uint32_t kLoopbackNet = 127;
  const bool ok = ::inet_pton(AF_INET, host.c_str(), &address.sin_addr) == 1 &&
                  (ntohl(address.sin_addr.s_addr) >> 24U) == kLoopbackNet;
  if (!ok) throw std::invalid_argument("only this computer is loaded: 127.0.0.0/8 or [::1], not " + host);
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  std::memcpy(&storage_, &address, sizeof address);
  length_ = sizeof address;
}

void Loopback::set_v6(const std::string& host, std::uint16_t port) {
  sockaddr_in6 address{};
  const bool ok =
      ::inet_pton(AF_INET6, host.c_str(), &address.sin6_addr) == 1 && IN6_IS_ADDR_LOOPBACK(&address.sin6_addr);
  if (!ok) throw std::invalid_argument("only this computer is loaded: 127.0.0.0/8 or [::1], not " + host);
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(port);
  std::memcpy(&storage_, &address, sizeof address);
  length_ = sizeof address;
}

Wire Loopback::connect(std::size_t number) const {
  Descriptor socket(::socket(storage_.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.get() < 0) throw_errno("socket");
  if (storage_.ss_family == AF_INET) bind_source(socket.get(), number);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&storage_), length_) != 0) {
    throw_errno("connect to " + text_);
  }
  const int on = 1;
  ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const timeval patience{60, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return {std::move(socket), secure_};
}

std::uint16_t free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(socket.get(), generic, length) != 0) throw_errno("bind");
  if (::getsockname(socket.get(), generic, &length) != 0) throw_errno("getsockname");
  return ntohs(address.sin_port);
}

}  // namespace rapport::load
