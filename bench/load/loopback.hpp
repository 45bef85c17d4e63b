#pragma once
/// @file Addresses of this computer. There is no way to make one of any other, so that nobody's server is ever
/// loaded from elsewhere, by mistake or on purpose.
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>
#include <string_view>
#include <utility>

namespace rapport::load {

/// Closes what it holds.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : value_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) {
      reset();
      value_ = other.release();
    }
    return *this;
  }
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }
  void reset();

 private:
  int value_ = -1;
};

class Loopback {
 public:
  /// "127.0.0.1:8080" or "[::1]:8080". Throws std::invalid_argument for any address but 127.0.0.0/8 and ::1.
  explicit Loopback(std::string_view host_and_port);

  const std::string& text() const { return text_; }
  /// A connected, blocking socket without Nagle's delay. Throws std::system_error.
  Descriptor connect() const;

 private:
  void set_v4(const std::string& host, std::uint16_t port);
  void set_v6(const std::string& host, std::uint16_t port);

  std::string text_;
  sockaddr_storage storage_{};
  socklen_t length_ = 0;
};

/// Nobody listens there at the moment it is asked.
std::uint16_t free_port();

[[noreturn]] void throw_errno(const std::string& doing);

}  // namespace rapport::load
