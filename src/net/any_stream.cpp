#include "net/any_stream.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <cstdint>

namespace rapport::net {
namespace {

constexpr std::size_t kCorkLimit = 64 * 1024;
constexpr std::size_t kLingerBytes = 1024 * 1024;
constexpr std::chrono::milliseconds kLingerTime{1500};
constexpr std::chrono::milliseconds kLastAnswerTime{1000};

class PlainStream final : public StreamImpl {
 public:
  explicit PlainStream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}
  asio::any_io_executor executor() override { return socket_.get_executor(); }
  void read_some(ReadBuffers buffers, IoHandler handler) override {
    socket_.async_read_some(buffers, std::move(handler));
  }
  void write_some(WriteBuffers buffers, IoHandler handler) override {
    socket_.async_write_some(buffers, std::move(handler));
  }
  asio::ip::tcp::socket& socket() override { return socket_; }
  void shake_hands(IoHandler handler) override { complete(std::move(handler)); }
  void shut_down(IoHandler handler) override { complete(std::move(handler)); }

 private:
  void complete(IoHandler handler) {
    asio::post(socket_.get_executor(),
               [handler = std::move(handler)]() mutable { std::move(handler)(ErrorCode(), 0); });
  }
  asio::ip::tcp::socket socket_;
};

}  // namespace

std::shared_ptr<StreamImpl> make_plain_stream(asio::ip::tcp::socket socket) {
  return std::make_shared<PlainStream>(std::move(socket));
}

/// Shared, so that a timer or a flush that completes late finds something to look at.
struct AnyStream::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<StreamImpl> the_impl, bool is_secure)
      : impl(std::move(the_impl)), timer(impl->executor()), secure(is_secure) {}

  void complete(IoHandler handler, ErrorCode error, std::size_t bytes) {
    asio::post(impl->executor(),
               [handler = std::move(handler), error, bytes]() mutable { std::move(handler)(error, bytes); });
  }
  void close() {
    ErrorCode ignored;
    impl->socket().close(ignored);
  }
  /// A wait whose time came, but which was set anew before its turn to run, is known by its round.
  void arm(std::chrono::milliseconds time) {
    expired = false;
    wait(time, ++round, &State::expire);
  }
  void disarm() {
    expired = false;
    ++round;
    timer.cancel();
  }
  void wait(std::chrono::milliseconds time, std::uint64_t this_round, void (State::*then)()) {
    timer.expires_after(time);
    timer.async_wait([self = weak_from_this(), this_round, then](ErrorCode) {
      const auto state = self.lock();
      if (state && state->round == this_round) (state.get()->*then)();
    });
  }
  void expire() {
    expired = true;
    ErrorCode ignored;
    impl->socket().cancel(ignored);
    // A TLS operation is many small ones; one that was just between two of them has not noticed.
    wait(kLastAnswerTime, round, &State::close);
  }
  /// Takes what the cork has room for.
  std::size_t keep(const WriteBuffers& buffers) {
    std::size_t count = 0;
    for (const auto& buffer : buffers) {
      const std::size_t size = std::min(buffer.size(), kCorkLimit - pending.size());
      pending.append(static_cast<const char*>(buffer.data()), size);
      count += size;
    }
    return count;
  }
  void flush(std::size_t bytes, IoHandler handler) {
    impl->write_some(
        WriteBuffers(asio::buffer(pending.data() + flushed, pending.size() - flushed)),
        [self = shared_from_this(), bytes, handler = std::move(handler)](ErrorCode error, std::size_t sent) mutable {
          self->flushed += sent;
          if (self->expired && !error) error = asio::error::operation_aborted;
          if (!error && self->flushed < self->pending.size()) {
            self->flush(bytes, std::move(handler));
            return;
          }
          self->flushed = 0;
          std::string().swap(self->pending);
          std::move(handler)(error, error ? 0 : bytes);
        });
  }
  /// Below TLS: what the other side still says need not be understood.
  void discard(std::size_t left, IoHandler handler) {
    impl->socket().async_read_some(asio::buffer(scrap), [self = shared_from_this(), left, handler = std::move(handler)](
                                                            ErrorCode error, std::size_t count) mutable {
      if (error || self->expired || count >= left) {
        std::move(handler)(ErrorCode(), 0);
        return;
      }
      self->discard(left - count, std::move(handler));
    });
  }
  void linger(IoHandler handler) {
    arm(kLingerTime);
    scrap.resize(4096);
    impl->shut_down([self = shared_from_this(), handler = std::move(handler)](ErrorCode, std::size_t) mutable {
      ErrorCode error;
      self->impl->socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
      if (error || self->expired) return std::move(handler)(ErrorCode(), 0);
      self->discard(kLingerBytes, std::move(handler));
    });
  }

  std::shared_ptr<StreamImpl> impl;
  asio::steady_timer timer;
  std::function<void()> before_waiting;
  std::string returned;  // put back by the reader before
  std::string pending;   // kept by the cork
  std::string scrap;     // where lingering reads into
  std::size_t flushed = 0;
  std::uint64_t round = 0;  // which wait of the timer counts
  bool secure;
  bool corked = false;
  bool expired = false;
};

AnyStream::AnyStream(std::shared_ptr<StreamImpl> impl, bool secure)
    : state_(std::make_shared<State>(std::move(impl), secure)) {}

AnyStream::executor_type AnyStream::get_executor() {
  return state_->impl->executor();
}
bool AnyStream::secure() const {
  return state_->secure;
}
asio::ip::tcp::socket& AnyStream::socket() {
  return state_->impl->socket();
}
void AnyStream::put_back(std::string_view bytes) {
  state_->returned.assign(bytes);
}
void AnyStream::cork(bool on) {
  state_->corked = on;
}
void AnyStream::before_waiting(std::function<void()> call) {
  state_->before_waiting = std::move(call);
}
void AnyStream::close() {
  state_->close();
}
void AnyStream::expires_after(std::chrono::milliseconds time) {
  state_->arm(time);
}
void AnyStream::expires_never() {
  state_->disarm();
}

void AnyStream::read_some(ReadBuffers buffers, IoHandler handler) {
  auto& state = *state_;
  if (state.expired) return state.complete(std::move(handler), asio::error::operation_aborted, 0);
  if (state.returned.empty()) {
    if (state.before_waiting) state.before_waiting();
    return state.impl->read_some(buffers, std::move(handler));
  }
  const std::size_t count = asio::buffer_copy(buffers, asio::buffer(state.returned));
  state.returned.erase(0, count);
  if (state.returned.empty()) std::string().swap(state.returned);
  state.complete(std::move(handler), ErrorCode(), count);
}

void AnyStream::write_some(WriteBuffers buffers, IoHandler handler) {
  auto& state = *state_;
  if (state.expired) return state.complete(std::move(handler), asio::error::operation_aborted, 0);
  // TLS would make a record and a send of each buffer.
  const bool joins = state.corked || !state.pending.empty() || (state.secure && buffers.count() > 1);
  if (!joins) return state.impl->write_some(buffers, std::move(handler));
  const std::size_t count = state.keep(buffers);
  if (state.corked && state.pending.size() < kCorkLimit) return state.complete(std::move(handler), ErrorCode(), count);
  state.flush(count, std::move(handler));
}

void AnyStream::shake_hands(IoHandler handler) {
  state_->impl->shake_hands(std::move(handler));
}
void AnyStream::linger(IoHandler handler) {
  state_->linger(std::move(handler));
}

}  // namespace rapport::net
