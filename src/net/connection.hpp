#pragma once
/// @file What the connections of one server share. Internal to this layer.
#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <list>
#include <unordered_map>

#include "net/any_stream.hpp"
#include "net/server.hpp"
#include "work/worker_pool.hpp"

namespace rapport::net {

struct Shared {
  const ServerOptions& options;
  http::Application& application;
  WorkerPool& pool;
  FairQueue& heavy;  ///< for what is slow by nature, so that nothing else waits behind it
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> answer_bytes = 0;  ///< of answers over HTTP that wait for the other side to take them
  std::atomic<bool> stopping = false;
};

/// The bytes of one answer while it waits to be taken. Many who ask for much and take nothing must not fill the memory.
class AnswerBytes {
 public:
  AnswerBytes(Shared& shared, std::size_t bytes) : shared_(shared), bytes_(bytes) { shared_.answer_bytes += bytes_; }
  ~AnswerBytes() { shared_.answer_bytes -= bytes_; }
  AnswerBytes(const AnswerBytes&) = delete;
  AnswerBytes& operator=(const AnswerBytes&) = delete;
  /// Small answers always fit: among them are those to every change.
  bool fit() const { return bytes_ <= kSmall || shared_.answer_bytes <= shared_.options.max_answer_bytes; }

 private:
  static constexpr std::size_t kSmall = std::size_t{32} * 1024;
  Shared& shared_;
  std::size_t bytes_;
};

class Wait;

/// The connections of one io thread. Touched by that thread only.
struct IoThread {
  explicit IoThread(Shared& the_shared) : shared(the_shared) {}
  Shared& shared;
  std::unordered_map<const void*, std::function<void(bool hard)>> enders;  ///< how to end each connection
  std::list<Wait*> half_open;  ///< connections without one whole request, the oldest first
  std::list<Wait*> idle;       ///< the same, of those that have been answered before
};

/// That a connection waits for the other side to send a whole request. Whoever waits may be dropped.
class Wait {
 public:
  using Line = std::list<Wait*>;

  Wait(AnyStream& stream, Line& line) : stream_(stream) { begin(line); }
  ~Wait() { end(); }
  Wait(const Wait&) = delete;
  Wait& operator=(const Wait&) = delete;

  void begin(Line& line) {
    end();
    line_ = &line;
    place_ = line.insert(line.end(), this);
  }
  void end() {
    if (line_ != nullptr) std::exchange(line_, nullptr)->erase(place_);
  }
  bool waits() const { return line_ != nullptr; }
  void drop() {
    end();
    stream_.close();
  }

 private:
  AnyStream& stream_;
  Line* line_ = nullptr;
  Line::iterator place_;
};

/// Names the way to end a connection for as long as there is something to end.
class Ender {
 public:
  Ender(std::shared_ptr<IoThread> thread, std::function<void(bool hard)> end) : thread_(std::move(thread)) {
    thread_->enders[this] = std::move(end);
  }
  ~Ender() { thread_->enders.erase(this); }
  Ender(const Ender&) = delete;
  Ender& operator=(const Ender&) = delete;

 private:
  std::shared_ptr<IoThread> thread_;
};

/// Wakes one coroutine: something happened on another thread and was posted to this one.
class Signal {
 public:
  explicit Signal(const asio::any_io_executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}
  void set() {
    set_ = true;
    timer_.cancel();
  }
  /// Returns once set() was called, then starts anew.
  asio::awaitable<void> wait();

 private:
  asio::steady_timer timer_;
  bool set_ = false;
};

/// Serves one connection to its end.
asio::awaitable<void> serve_http(std::shared_ptr<IoThread> thread, AnyStream stream, std::string peer);

/// The bytes of a whole answer. `keep_alive` false adds Connection: close.
std::string response_head(const ServerOptions& options, const http::Response& response, bool keep_alive);
/// The application's answer to a full queue. Its own failure must not end the connection's thread.
http::Response overloaded(Shared& shared, const http::Request& request);

}  // namespace rapport::net
