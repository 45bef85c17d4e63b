#include "net/websocket_connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <mutex>
#include <optional>

#include "http/problem_json.hpp"

namespace rapport::net {

/// How Beast ends the stream below after the closing handshake.
template <class Handler>
void async_teardown(boost::beast::role_type, AnyStream& stream, Handler&& handler) {
  stream.linger([kept = std::forward<Handler>(handler)](ErrorCode error, std::size_t) mutable { kept(error); });
}
/// Beast calls this when a time-out has passed.
inline void beast_close_socket(AnyStream& stream) {
  stream.close();
}

}  // namespace rapport::net

#include <boost/beast/websocket/stream.hpp>

#include "net/outbox.hpp"

namespace rapport::net {
namespace {

namespace websocket = boost::beast::websocket;
constexpr std::size_t kBatchLimit = 32;
constexpr std::size_t kInboxFrames = 256;
constexpr std::size_t kInboxBytes = 1024 * 1024;
constexpr std::size_t kKeptBuffer = 4096;  // a larger read buffer is given back after its frame

/// One live connection. Lives in serve_live's frame, which leaves only after the reader, the writer and the
/// lane's last job are done; so all of them may use plain references to it.
class LiveConnection {
 public:
  LiveConnection(std::shared_ptr<IoThread> thread, AnyStream& stream)
      : thread_(std::move(thread)),
        shared_(thread_->shared),
        executor_(stream.get_executor()),
        lane_(shared_.pool),
        outgoing_(executor_),
        resume_(executor_),
        writer_done_(executor_),
        lane_done_(executor_),
        hard_close_(executor_),
        outbox_(std::make_shared<Outbox>(shared_.options.send_queue_frames, shared_.options.send_queue_bytes,
                                         [this] { asio::post(executor_, [this] { wake_writer(); }); })) {}

  asio::awaitable<void> run(AnyStream& stream, std::unique_ptr<Upgrade> upgrade);

 private:
  using Stream = websocket::stream<AnyStream, false>;
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point never = Clock::time_point::max();

  asio::awaitable<void> open(const http::Request& request, http::Response& refusal);
  asio::awaitable<void> refuse(AnyStream& stream, const http::Response& refusal);
  asio::awaitable<void> serve(std::unique_ptr<Upgrade> upgrade);
  asio::awaitable<void> accept(std::unique_ptr<Upgrade> upgrade, bool& accepted);
  asio::awaitable<void> read_frames();
  asio::awaitable<void> write_frames();
  asio::awaitable<bool> write_batch(std::vector<Outbox::Frame> frames);
  asio::awaitable<void> finish();
  void wake_writer();
  void configure();
  void receive(std::string frame);
  void hand_over();
  bool inbox_is_full();
  std::vector<std::string> take_inbox_locked();
  void refuse_inbox();
  void drain_inbox();
  void run_batch(std::vector<std::string> batch, Clock::time_point arrived);
  void close_at(Clock::time_point when);
  void end(bool hard);

  std::shared_ptr<IoThread> thread_;
  Shared& shared_;
  asio::any_io_executor executor_;
  KeyedLane lane_;
  Signal outgoing_;
  Signal resume_;
  Signal writer_done_;
  Signal lane_done_;
  asio::steady_timer hard_close_;
  std::shared_ptr<Outbox> outbox_;
  std::unique_ptr<http::LiveSession> session_;
  std::optional<Stream> socket_;
  bool over_ = false;
  bool stops_ = false;                  ///< the server stops: what comes from now on is not taken
  Clock::time_point close_by_ = never;  ///< once we want to close, it is over by then
  Clock::time_point write_by_ = never;  ///< when the frame on its way must have left
  Clock::time_point looks_at_ = never;  ///< when hard_close_ looks at these two
  std::mutex inbox_mutex_;
  std::vector<std::string> inbox_;
  Clock::time_point inbox_since_;  ///< when the first frame in it arrived
  std::size_t inbox_size_ = 0;
  bool drain_scheduled_ = false;
  bool reader_waits_ = false;
};

asio::awaitable<void> LiveConnection::run(AnyStream& stream, std::unique_ptr<Upgrade> upgrade) {
  http::Response refusal;
  co_await open(upgrade->request, refusal);
  if (session_ == nullptr) {
    if (refusal.status < 400) refusal = http::transport_problem(500, "internal", "Something went wrong on our side.");
    co_await refuse(stream, refusal);
  } else {
    stream.expires_never();
    socket_.emplace(stream);
    co_await serve(std::move(upgrade));
  }
  co_await finish();
}

asio::awaitable<void> LiveConnection::refuse(AnyStream& stream, const http::Response& refusal) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  std::string bytes = response_head(shared_.options, refusal, false);
  bytes += refusal.fixed_body.empty() ? std::string_view(refusal.body) : refusal.fixed_body;
  const auto buffer = asio::buffer(bytes);
  stream.expires_after(shared_.options.write_timeout);
  co_await asio::async_write(stream, buffer, token);
}

asio::awaitable<void> LiveConnection::open(const http::Request& request, http::Response& refusal) {
  bool failed = false;
  const bool accepted = shared_.pool.try_submit([this, &request, &refusal, &failed] {
    try {
      session_ = shared_.application.open_live(request, outbox_, refusal);
    } catch (...) {
      failed = true;
    }
    asio::post(executor_, [this] { lane_done_.set(); });
  });
  if (!accepted) {
    refusal = overloaded(shared_, request);
    co_return;
  }
  co_await lane_done_.wait();
  if (failed) refusal = http::Response();
}

void LiveConnection::configure() {
  websocket::stream_base::timeout timeouts{};
  timeouts.handshake_timeout = shared_.options.close_timeout;
  timeouts.idle_timeout = shared_.options.live_idle_timeout;
  timeouts.keep_alive_pings = true;
  socket_->set_option(timeouts);
  socket_->read_message_max(shared_.options.max_frame);
  socket_->auto_fragment(false);
  socket_->text(true);
}

/// In a frame of its own, so that the upgrade's memory is gone for the hours to come.
asio::awaitable<void> LiveConnection::accept(std::unique_ptr<Upgrade> upgrade, bool& accepted) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await socket_->async_accept(upgrade->message, token);
  accepted = !error;
}

asio::awaitable<void> LiveConnection::serve(std::unique_ptr<Upgrade> upgrade) {
  configure();
  bool accepted = false;
  co_await accept(std::move(upgrade), accepted);
  if (!accepted) co_return;
  const Ender ender(thread_, [this](bool hard) { end(hard); });
  if (shared_.stopping) outbox_->close(1001, "going away");
  if (outbox_->is_closing()) wake_writer();  // asked for while there was nothing to close yet
  auto writer = write_frames();
  asio::co_spawn(executor_, std::move(writer), [this](const std::exception_ptr& failure) {
    if (failure) socket_->next_layer().close();  // the reader sees it and ends
    writer_done_.set();
  });
  socket_->next_layer().before_waiting([this] { hand_over(); });
  try {
    co_await read_frames();
  } catch (...) {
    // Out of memory: this connection ends, the others go on.
  }
  over_ = true;
  hand_over();
  socket_->next_layer().close();
  outgoing_.set();
  co_await writer_done_.wait();
  socket_->next_layer().before_waiting(nullptr);
}

asio::awaitable<void> LiveConnection::read_frames() {
  boost::beast::flat_buffer buffer;
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (;;) {
    co_await socket_->async_read(buffer, token);
    if (error) co_return;
    if (socket_->got_text()) {
      const auto data = buffer.data();
      receive(std::string(static_cast<const char*>(data.data()), data.size()));
    } else {
      outbox_->close(1003, "text only");
    }
    buffer.clear();
    if (buffer.capacity() > kKeptBuffer) buffer.shrink_to_fit();
    const bool full = inbox_is_full();
    if (full) hand_over();
    if (full) co_await resume_.wait();
  }
}

/// The lane keeps its order: what was read before is handled and answered before the line says goodbye.
void LiveConnection::end(bool hard) {
  if (hard) {
    outbox_->close(1001, "going away");
    socket_->next_layer().close();
    return;
  }
  hand_over();
  stops_ = true;
  lane_.post([this] { outbox_->close(1001, "going away"); });
}

void LiveConnection::receive(std::string frame) {
  if (stops_) return;
  const std::lock_guard lock(inbox_mutex_);
  if (inbox_.empty()) inbox_since_ = Clock::now();
  inbox_size_ += frame.size();
  inbox_.push_back(std::move(frame));
}

/// Called when all that arrived has been read, so that frames which came together are handled together.
void LiveConnection::hand_over() {
  {
    const std::lock_guard lock(inbox_mutex_);
    if (inbox_.empty() || std::exchange(drain_scheduled_, true)) return;
  }
  if (!lane_.try_post([this] { drain_inbox(); })) refuse_inbox();
}

std::vector<std::string> LiveConnection::take_inbox_locked() {
  drain_scheduled_ = false;
  inbox_size_ = 0;
  if (std::exchange(reader_waits_, false)) asio::post(executor_, [this] { resume_.set(); });
  return std::exchange(inbox_, {});
}

/// As over HTTP: who cannot be served soon is told at once. Unless the line ends, and nobody would hear it.
void LiveConnection::refuse_inbox() {
  std::vector<std::string> frames;
  {
    const std::lock_guard lock(inbox_mutex_);
    frames = take_inbox_locked();
  }
  if (over_ || stops_ || outbox_->is_cut_off()) return;
  try {
    session_->overloaded(frames);
  } catch (...) {
    outbox_->close(1011, "internal");
  }
}

bool LiveConnection::inbox_is_full() {
  const std::lock_guard lock(inbox_mutex_);
  reader_waits_ = inbox_.size() >= kInboxFrames || inbox_size_ >= kInboxBytes;
  return reader_waits_;
}

/// On a worker. Takes everything: what arrives meanwhile gathers for the next turn.
void LiveConnection::drain_inbox() {
  std::vector<std::string> frames;
  Clock::time_point arrived;
  {
    const std::lock_guard lock(inbox_mutex_);
    arrived = inbox_since_;
    frames = take_inbox_locked();
  }
  for (std::size_t begin = 0; begin < frames.size(); begin += kBatchLimit) {
    if (outbox_->is_cut_off()) return;  // nobody would hear the answer; what is not answered is sent again
    const auto first = frames.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto count = std::min(kBatchLimit, frames.size() - begin);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    run_batch(std::vector<std::string>(std::make_move_iterator(first), std::make_move_iterator(last)), arrived);
  }
}

void LiveConnection::run_batch(std::vector<std::string> batch, Clock::time_point arrived) {
  try {
    session_->on_frames(std::move(batch), arrived);
  } catch (...) {
    outbox_->close(1011, "internal");
    outbox_->gather(false);
  }
}

void LiveConnection::wake_writer() {
  outgoing_.set();
  if (close_by_ != never || !socket_ || !outbox_->is_closing()) return;
  close_by_ = Clock::now() + shared_.options.close_timeout;
  close_at(close_by_);
}

/// One wait at a time, which looks again when it ends: starting it anew for each frame would cost more than the frame.
void LiveConnection::close_at(Clock::time_point when) {
  if (when >= looks_at_) return;
  looks_at_ = when;
  hard_close_.expires_at(when);
  hard_close_.async_wait([this](ErrorCode error) {
    if (error || over_) return;
    looks_at_ = never;
    const auto next = std::min(close_by_, write_by_);
    if (next <= Clock::now()) {
      socket_->next_layer().close();
    } else if (next != never) {
      close_at(next);
    }
  });
}

asio::awaitable<void> LiveConnection::write_frames() {
  Outbox::Close close;
  while (!over_ && close.code == 0) {
    co_await outgoing_.wait();
    auto frames = outbox_->take(close);
    if (frames.empty() && close.code == 0) continue;
    const bool sent = co_await write_batch(std::move(frames));
    if (!sent) {
      socket_->next_layer().close();  // the reader sees it and ends
      co_return;
    }
    outbox_->sent();
  }
  if (over_) co_return;
  websocket::close_reason reason(static_cast<websocket::close_code>(close.code));
  reason.reason = close.reason;
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  co_await socket_->async_close(reason, token);
}

/// The cork is off for the last frame, which takes the others with it in one send.
asio::awaitable<bool> LiveConnection::write_batch(std::vector<Outbox::Frame> frames) {
  ErrorCode error;
  auto token = asio::redirect_error(asio::use_awaitable, error);
  for (std::size_t i = 0; i < frames.size() && !error && !over_; ++i) {
    const Outbox::Frame frame = std::move(frames[i]);
    socket_->next_layer().cork(i + 1 < frames.size());
    const auto buffer = asio::buffer(*frame);
    write_by_ = Clock::now() + shared_.options.write_timeout;
    close_at(write_by_);
    co_await socket_->async_write(buffer, token);
  }
  write_by_ = never;
  socket_->next_layer().cork(false);
  co_return !error && !over_;
}

/// Lets the lane run dry, tells the session, and waits for posted calls that still name this object.
asio::awaitable<void> LiveConnection::finish() {
  hard_close_.cancel();
  outbox_->detach();
  lane_.post([this] {
    try {
      if (session_) session_->on_closed();
    } catch (...) {
      // The connection is over all the same.
    }
    session_.reset();
    asio::post(executor_, [this] { lane_done_.set(); });
  });
  co_await lane_done_.wait();
}

}  // namespace

asio::awaitable<void> serve_live(std::shared_ptr<IoThread> thread, AnyStream& stream,
                                 std::unique_ptr<Upgrade> upgrade) {
  auto connection = std::make_unique<LiveConnection>(thread, stream);
  co_await connection->run(stream, std::move(upgrade));
}

}  // namespace rapport::net
