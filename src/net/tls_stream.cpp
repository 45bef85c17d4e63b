#include <boost/asio/ssl/stream.hpp>

#include "net/any_stream.hpp"

namespace rapport::net {
namespace {

/// Its operations refer to it until they complete, so each of them keeps it.
class TlsStream final : public StreamImpl, public std::enable_shared_from_this<TlsStream> {
  auto kept(IoHandler handler) {
    return [self = shared_from_this(), handler = std::move(handler)](ErrorCode error, std::size_t count) mutable {
      std::move(handler)(error, count);
    };
  }
  auto kept_alone(IoHandler handler) {
    return [self = shared_from_this(), handler = std::move(handler)](ErrorCode error) mutable {
      std::move(handler)(error, 0);
    };
  }

 public:
  TlsStream(asio::ip::tcp::socket socket, asio::ssl::context& context) : stream_(std::move(socket), context) {}
  asio::any_io_executor executor() override { return stream_.get_executor(); }
  void read_some(ReadBuffers buffers, IoHandler handler) override {
    stream_.async_read_some(buffers, kept(std::move(handler)));
  }
  void write_some(WriteBuffers buffers, IoHandler handler) override {
    stream_.async_write_some(buffers, kept(std::move(handler)));
  }
  asio::ip::tcp::socket& socket() override { return stream_.next_layer(); }
  void shake_hands(IoHandler handler) override {
    stream_.async_handshake(asio::ssl::stream_base::server, kept_alone(std::move(handler)));
  }
  void shut_down(IoHandler handler) override { stream_.async_shutdown(kept_alone(std::move(handler))); }

 private:
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
};

}  // namespace

std::shared_ptr<StreamImpl> make_tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context) {
  return std::make_shared<TlsStream>(std::move(socket), context);
}

}  // namespace rapport::net
