#include "wire.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace rapport::load {
namespace {

SSL_CTX* tls_context() {
  static SSL_CTX* const context = [] {
    SSL_CTX* made = ::SSL_CTX_new(::TLS_client_method());
    ::SSL_CTX_set_mode(made,
                       SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_CTX_set_session_cache_mode(made, SSL_SESS_CACHE_OFF);
    return made;
  }();
  return context;
}

}  // namespace

void throw_errno(const std::string_view doing) {
  throw std::system_error(errno, std::generic_category(), std::string(doing));
}

void Descriptor::reset() {
  if (value_ >= 0) ::close(value_);
  value_ = -1;
}

Wire::Wire(Descriptor socket, bool secure) : socket_(std::move(socket)) {
  if (!secure) return;
  tls_.reset(::SSL_new(tls_context()));
  if (!tls_ || ::SSL_set_fd(tls_.get(), socket_.get()) != 1 || ::SSL_connect(tls_.get()) != 1) {
    throw std::runtime_error("TLS could not be agreed on");
  }
}

void Wire::stop_blocking() {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  if (::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK) != 0) throw_errno("fcntl");
}

std::size_t Wire::send(std::string_view bytes) {
  if (tls_) return result_of_tls(::SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size())), "SSL_write");
  const auto count = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (count < 0 && errno != EAGAIN) throw_errno("send");
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

std::size_t Wire::receive(char* into, std::size_t size) {
  if (tls_) return result_of_tls(::SSL_read(tls_.get(), into, static_cast<int>(size)), "SSL_read");
  const auto count = ::recv(socket_.get(), into, size, 0);
  if (count == 0) throw std::runtime_error("the server closed the connection");
  if (count < 0 && errno != EAGAIN) throw_errno("recv");
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

std::size_t Wire::result_of_tls(int count, const char* doing) {
  if (count > 0) return static_cast<std::size_t>(count);
  const int error = ::SSL_get_error(tls_.get(), count);
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return 0;
  throw std::runtime_error(std::string(doing) + ": the server closed the connection or broke TLS");
}

}  // namespace rapport::load
