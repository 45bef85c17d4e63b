#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/post.hpp>
#include <limits>
#include <new>

#include "net/any_stream.hpp"

namespace rapport::net {
namespace {

int int_size(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

/// OpenSSL on the socket itself. Asio's own stream stands between the two with four buffers of 17 KiB that every
/// connection keeps for as long as it lives; here an idle one keeps none.
class TlsStream final : public StreamImpl, public std::enable_shared_from_this<TlsStream> {
 public:
  TlsStream(asio::ip::tcp::socket socket, SSL_CTX* context) : socket_(std::move(socket)), tls_(::SSL_new(context)) {
    if (!tls_ || ::SSL_set_fd(tls_.get(), socket_.native_handle()) != 1) throw std::bad_alloc();
    ::SSL_set_accept_state(tls_.get());
    socket_.non_blocking(true);
  }

  asio::any_io_executor executor() override { return socket_.get_executor(); }
  asio::ip::tcp::socket& socket() override { return socket_; }
  void read_some(ReadBuffers buffers, IoHandler handler) override {
    if (buffers.count() == 0) return complete(std::move(handler), ErrorCode(), 0);
    const auto buffer = *buffers.begin();
    run([buffer](SSL* tls) { return ::SSL_read(tls, buffer.data(), int_size(buffer.size())); }, std::move(handler));
  }
  void write_some(WriteBuffers buffers, IoHandler handler) override {
    if (buffers.count() == 0) return complete(std::move(handler), ErrorCode(), 0);
    const auto buffer = *buffers.begin();
    run([buffer](SSL* tls) { return ::SSL_write(tls, buffer.data(), int_size(buffer.size())); }, std::move(handler));
  }
  void shake_hands(IoHandler handler) override {
    run([](SSL* tls) { return ::SSL_do_handshake(tls); }, std::move(handler));
  }
  void shut_down(IoHandler handler) override {
    // 0 means that ours is said and theirs has not come; it is not waited for.
    run(
        [](SSL* tls) {
          const int said = ::SSL_shutdown(tls);
          return said < 0 ? said : 1;
        },
        std::move(handler));
  }

 private:
  struct Free {
    void operator()(SSL* tls) const { ::SSL_free(tls); }
  };

  /// Tries `step` until it is done, and waits for the socket between two tries. Keeps itself meanwhile.
  template <class Step>
  void run(Step step, IoHandler handler) {
    // OpenSSL knows the descriptor by its number, which is another connection's once ours is closed.
    if (!socket_.is_open()) return complete(std::move(handler), asio::error::bad_descriptor, 0);
    ::ERR_clear_error();
    const int result = step(tls_.get());
    if (result > 0) return complete(std::move(handler), ErrorCode(), static_cast<std::size_t>(result));
    const int reason = ::SSL_get_error(tls_.get(), result);
    if (reason == SSL_ERROR_WANT_READ) {
      wait_then_run(asio::ip::tcp::socket::wait_read, step, std::move(handler));
    } else if (reason == SSL_ERROR_WANT_WRITE) {
      wait_then_run(asio::ip::tcp::socket::wait_write, step, std::move(handler));
    } else {
      const bool is_end = reason == SSL_ERROR_ZERO_RETURN;
      complete(std::move(handler), is_end ? ErrorCode(asio::error::eof) : asio::error::connection_reset, 0);
    }
  }

  template <class Step>
  void wait_then_run(asio::ip::tcp::socket::wait_type side, Step step, IoHandler handler) {
    socket_.async_wait(side, [self = shared_from_this(), step, handler = std::move(handler)](ErrorCode error) mutable {
      if (error) return std::move(handler)(error, 0);
      self->run(step, std::move(handler));
    });
  }

  void complete(IoHandler handler, ErrorCode error, std::size_t bytes) {
    asio::post(socket_.get_executor(),
               [handler = std::move(handler), error, bytes]() mutable { std::move(handler)(error, bytes); });
  }

  asio::ip::tcp::socket socket_;
  std::unique_ptr<SSL, Free> tls_;
};

}  // namespace

std::shared_ptr<StreamImpl> make_tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context) {
  return std::make_shared<TlsStream>(std::move(socket), context.native_handle());
}

}  // namespace rapport::net
