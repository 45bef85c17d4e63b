#pragma once
/// @file The sending side of a live connection, as the application holds it. It may outlive the connection.
#include <functional>
#include <mutex>
#include <vector>

#include "http/application.hpp"

namespace rapport::net {

class Outbox final : public http::LiveSocket {
 public:
  using Frame = std::shared_ptr<const std::string>;
  struct Close {
    int code = 0;  ///< 0 = not asked for
    std::string reason = {};
  };

  /// `wake` is called at most once for what gathers until the next take(); from any thread, never after detach().
  Outbox(std::size_t max_frames, std::size_t max_bytes, std::function<void()> wake)
      : max_frames_(max_frames), max_bytes_(max_bytes), wake_(std::move(wake)) {}

  bool send(Frame frame) override;
  bool send_all(const std::vector<Frame>& frames) override;
  void close(int code, std::string_view reason) override;
  void close_once_answered(int code, std::string_view reason) override;
  void gather(bool on) override;
  void answer(const std::vector<Frame>& frames) override;

  /// What waits, and whether to close after it. Gathering starts anew.
  std::vector<Frame> take(Close& close);
  /// What take() gave has left: it no longer counts against the limits.
  void sent();
  /// True once the connection is to end.
  bool is_closing();
  /// True once our side asked for the end; not when the other side simply went.
  bool is_cut_off();
  /// The connection is over: sends give false from now on.
  void detach();

 private:
  bool push_locked(Frame frame);
  bool push_all_locked(const std::vector<Frame>& frames);
  void close_locked(int code, std::string_view reason);
  void stop_gathering_locked();
  void wake_locked();

  std::mutex mutex_;
  std::vector<Frame> frames_;
  std::size_t bytes_ = 0;
  std::size_t in_flight_ = 0;  ///< bytes the writer took and has not sent: a frame stuck in the socket still counts
  std::size_t in_flight_frames_ = 0;
  const std::size_t max_frames_;
  const std::size_t max_bytes_;
  std::function<void()> wake_;
  bool woken_ = false;
  bool gathers_ = false;
  bool closed_ = false;
  Close after_answer_;  ///< asked for by close_once_answered, and not due yet
  Close close_;
};

}  // namespace rapport::net
