#pragma once
/// @file What the transport serves: `net` knows this interface and nothing of routes, accounts or databases.
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/request.hpp"
#include "http/response.hpp"

namespace rapport::http {

/// Bytes of one frame that comes in over a live connection.
inline constexpr std::size_t kLongestFrame = std::size_t{256} * 1024;

/// One live (WebSocket) connection as the application sees it. Thread-safe.
class LiveSocket {
 public:
  virtual ~LiveSocket() = default;
  /// Queues one text frame; frames keep their order. False when the connection is closed or was just cut off
  /// because its queue is full (more than the allowed count or bytes): the other side resumes later.
  virtual bool send(std::shared_ptr<const std::string> frame) = 0;
  /// Several frames that leave together.
  virtual bool send_all(const std::vector<std::shared_ptr<const std::string>>& frames) = 0;
  virtual void close(int code, std::string_view reason) = 0;
  /// Closes, but after the answer of a call that gathers just now: a log-out over this connection is to be answered.
  /// Nothing else is sent any more.
  virtual void close_once_answered(int code, std::string_view reason) { close(code, reason); }
  /// While on, frames wait, so that what a call tells this connection leaves together with the call's answer: one
  /// send instead of two. For calls that are short, because other events wait as well. A socket need not do it.
  virtual void gather(bool /*on*/) {}
  /// The answers of the calls; gathering ends with them.
  virtual void answer(const std::vector<std::shared_ptr<const std::string>>& frames) {
    send_all(frames);
    gather(false);
  }
};

/// What the application keeps for one live connection. Calls come one at a time for one connection, from worker threads
/// but for `overloaded`, with `on_closed` last and exactly once.
class LiveSession {
 public:
  virtual ~LiveSession() = default;
  /// The frames that arrived together, in order (at least one), and when the first of them did.
  virtual void on_frames(std::vector<std::string> frames, std::chrono::steady_clock::time_point arrived) = 0;
  /// Frames for which the queue has no room: nothing is done, and each is told so. Called on the transport's thread;
  /// must not block.
  virtual void overloaded(const std::vector<std::string>& frames) = 0;
  virtual void on_closed() = 0;
};

/// Whose request it is, as far as that is known before anything was looked up.
struct Behalf {
  std::string place;  ///< the address it comes from
  std::string name;   ///< of those who share it: what they call themselves
  bool operator==(const Behalf&) const = default;
};

class Application {
 public:
  virtual ~Application() = default;
  /// Called on a worker thread; may block until the request's deadline.
  virtual Response handle(const Request& request) = 0;
  /// Of a request that is slow by nature (a password is worked on): on whose behalf it comes. It then waits among its
  /// like, keeps no thread from the others, and whoever sends many waits behind their own alone. Nothing for every
  /// other request. Called on the transport's thread; must not block.
  virtual std::optional<Behalf> heavy_for(const Request& /*request*/) const { return std::nullopt; }
  /// An upgrade to WebSocket was asked for. Called on a worker thread. Either a session, or the refusal to
  /// send instead (`refusal.status` >= 400). The session may send on `socket` at once.
  virtual std::unique_ptr<LiveSession> open_live(const Request& request, std::shared_ptr<LiveSocket> socket,
                                                 Response& refusal) = 0;
  /// The answer when the queue is full: 503 with Retry-After. Called on the transport's thread; must not block.
  virtual Response overloaded(const Request& request) = 0;
};

}  // namespace rapport::http
