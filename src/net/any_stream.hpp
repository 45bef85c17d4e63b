#pragma once
/// @file One concrete stream for everything above the socket, TLS or not: Beast is compiled for it once.
#include <algorithm>
#include <array>
#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace rapport::net {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using IoHandler = asio::any_completion_handler<void(ErrorCode, std::size_t)>;

/// The first few buffers of a sequence: a "some" operation may take less than it was offered.
template <class Buffer>
class BufferList {
 public:
  using value_type = Buffer;
  using const_iterator = const Buffer*;
  BufferList() = default;
  template <class Sequence>
  explicit BufferList(const Sequence& sequence) {
    auto end = asio::buffer_sequence_end(sequence);
    for (auto it = asio::buffer_sequence_begin(sequence); it != end && count_ < items_.size(); ++it) {
      const Buffer buffer(*it);
      if (buffer.size() > 0) items_[count_++] = buffer;
    }
  }
  const Buffer* begin() const { return items_.data(); }
  const Buffer* end() const { return items_.data() + count_; }
  std::size_t count() const { return count_; }

 private:
  std::array<Buffer, 6> items_{};
  std::size_t count_ = 0;
};
using ReadBuffers = BufferList<asio::mutable_buffer>;
using WriteBuffers = BufferList<asio::const_buffer>;

/// What a socket must offer. One io thread only; one read and one write at a time.
class StreamImpl {
 public:
  virtual ~StreamImpl() = default;
  virtual asio::any_io_executor executor() = 0;
  virtual void read_some(ReadBuffers buffers, IoHandler handler) = 0;
  virtual void write_some(WriteBuffers buffers, IoHandler handler) = 0;
  virtual asio::ip::tcp::socket& socket() = 0;
  /// What must be agreed before the first byte of ours.
  virtual void shake_hands(IoHandler handler) = 0;
  /// Says goodbye in the protocol's own way, without waiting for an answer.
  virtual void shut_down(IoHandler handler) = 0;
};

/// The stream of one connection, with a deadline, bytes put back, and a cork. Copies are the same stream; the
/// socket closes with the last one.
class AnyStream {
 public:
  using executor_type = asio::any_io_executor;

  AnyStream(std::shared_ptr<StreamImpl> impl, bool secure);

  executor_type get_executor();
  bool secure() const;
  asio::ip::tcp::socket& socket();

  /// What the next reads give before anything from the socket.
  void put_back(std::string_view bytes);
  /// While corked, writes are kept (up to 64 KiB) and leave with the first write after the cork is off.
  void cork(bool on);
  /// `call` runs whenever a read has to wait for the socket: what arrived before has all been taken.
  void before_waiting(std::function<void()> call);
  /// From then on reads and writes fail with operation_aborted; the socket stays open for a last answer, if the
  /// next expires_after() comes within a second.
  void expires_after(std::chrono::milliseconds time);
  void expires_never();
  /// Drops the connection at once.
  void close();

  void read_some(ReadBuffers buffers, IoHandler handler);
  void write_some(WriteBuffers buffers, IoHandler handler);
  void shake_hands(IoHandler handler);
  /// Ends our side and reads what the other side still sends for a short time: closing with bytes unread would
  /// make the kernel throw away the last answer.
  void linger(IoHandler handler);

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler, ReadBuffers list) { read_some(list, IoHandler(std::move(handler))); }, token,
        ReadBuffers(buffers));
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler, WriteBuffers list) { write_some(list, IoHandler(std::move(handler))); }, token,
        WriteBuffers(buffers));
  }
  template <class Token>
  auto async_shake_hands(Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler) { shake_hands(IoHandler(std::move(handler))); }, token);
  }
  template <class Token>
  auto async_linger(Token&& token) {
    return asio::async_initiate<Token, void(ErrorCode, std::size_t)>(
        [this](auto handler) { linger(IoHandler(std::move(handler))); }, token);
  }

 private:
  struct State;
  std::shared_ptr<State> state_;
};

std::shared_ptr<StreamImpl> make_plain_stream(asio::ip::tcp::socket socket);
std::shared_ptr<StreamImpl> make_tls_stream(asio::ip::tcp::socket socket, asio::ssl::context& context);

}  // namespace rapport::net
