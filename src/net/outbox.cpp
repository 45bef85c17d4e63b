#include "net/outbox.hpp"

#include <utility>

namespace rapport::net {
namespace {
constexpr int kTryAgainLater = 1013;
}

bool Outbox::send(Frame frame) {
  const std::lock_guard lock(mutex_);
  const bool kept = after_answer_.code == 0 && push_locked(std::move(frame));
  wake_locked();
  return kept;
}

bool Outbox::send_all(const std::vector<Frame>& frames) {
  const std::lock_guard lock(mutex_);
  const bool kept = after_answer_.code == 0 && push_all_locked(frames);
  wake_locked();
  return kept;
}

void Outbox::answer(const std::vector<Frame>& frames) {
  const std::lock_guard lock(mutex_);
  push_all_locked(frames);
  stop_gathering_locked();
}

void Outbox::close(int code, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  close_locked(code, reason);
}

void Outbox::close_once_answered(int code, std::string_view reason) {
  const std::lock_guard lock(mutex_);
  if (gathers_) {
    after_answer_ = {code, std::string(reason)};
  } else {
    close_locked(code, reason);
  }
}

void Outbox::gather(bool on) {
  const std::lock_guard lock(mutex_);
  if (on) {
    gathers_ = true;
  } else {
    stop_gathering_locked();
  }
}

std::vector<Outbox::Frame> Outbox::take(Close& close) {
  const std::lock_guard lock(mutex_);
  woken_ = false;
  close = close_;
  in_flight_ = std::exchange(bytes_, 0);
  in_flight_frames_ = frames_.size();
  return std::exchange(frames_, {});
}

void Outbox::sent() {
  const std::lock_guard lock(mutex_);
  in_flight_ = 0;
  in_flight_frames_ = 0;
}

bool Outbox::is_closing() {
  const std::lock_guard lock(mutex_);
  return closed_;
}

bool Outbox::is_cut_off() {
  const std::lock_guard lock(mutex_);
  return closed_ && close_.code != 0;
}

void Outbox::detach() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  frames_.clear();
  wake_ = nullptr;
}

bool Outbox::push_all_locked(const std::vector<Frame>& frames) {
  bool kept = !closed_;
  for (const auto& frame : frames) kept = kept && push_locked(frame);
  return kept;
}

void Outbox::close_locked(int code, std::string_view reason) {
  if (std::exchange(closed_, true)) return;
  close_ = {code >= 1000 ? code : 1000, std::string(reason.substr(0, 120))};  // a close frame holds 123 bytes of text
  woken_ = false;  // a writer stuck in the socket must hear of it too
  wake_locked();
}

void Outbox::stop_gathering_locked() {
  gathers_ = false;
  if (after_answer_.code != 0) close_locked(after_answer_.code, after_answer_.reason);
  if (!frames_.empty()) wake_locked();
}

bool Outbox::push_locked(Frame frame) {
  if (closed_ || !frame) return false;
  const bool full =
      frames_.size() + in_flight_frames_ >= max_frames_ || bytes_ + in_flight_ + frame->size() > max_bytes_;
  if (full) {
    // Slow readers are cut off rather than kept in memory; they come back and resume.
    closed_ = true;
    frames_.clear();
    bytes_ = 0;
    close_ = {kTryAgainLater, "too slow"};
    woken_ = false;
    return false;
  }
  bytes_ += frame->size();
  frames_.push_back(std::move(frame));
  return true;
}

void Outbox::wake_locked() {
  if (gathers_ && !closed_) return;
  if (wake_ && !std::exchange(woken_, true)) wake_();
}

}  // namespace rapport::net
