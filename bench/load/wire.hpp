#pragma once
/// @file One connection of the instrument to the server, with or without TLS.
#include <openssl/ssl.h>
#include <sys/types.h>

#include <cstddef>
#include <memory>
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

/// Blocking until said otherwise. Failures are thrown as std::runtime_error or std::system_error.
class Wire {
 public:
  /// `secure`: TLS is agreed on before this returns. The certificate is not looked at: the server is our own child.
  Wire(Descriptor socket, bool secure);

  int descriptor() const { return socket_.get(); }
  void stop_blocking();
  /// How many bytes were taken; 0 when it would block.
  std::size_t send(std::string_view bytes);
  /// How many bytes came; 0 when it would block. Throws when the server has closed the connection.
  std::size_t receive(char* into, std::size_t size);
  /// Lets go of what TLS needs on this side. The server's side stays as it is, but nothing can be said any more: for
  /// thousands of connections that only have to be there.
  void fall_silent() { tls_.reset(); }

 private:
  struct FreeTls {
    void operator()(SSL* tls) const { ::SSL_free(tls); }
  };

  std::size_t result_of_tls(int count, const char* doing);

  Descriptor socket_;
  std::unique_ptr<SSL, FreeTls> tls_;
};

[[noreturn]] void throw_errno(const std::string_view doing);

}  // namespace rapport::load
