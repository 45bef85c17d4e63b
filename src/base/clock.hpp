#pragma once
/// @file Time is passed in, never asked for: tests and the demo practice move it.
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace rapport {

/// Microseconds since 1970-01-01 UTC; stored as a 64-bit integer in both engines.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

inline std::int64_t to_micros(Time time) {
  return time.time_since_epoch().count();
}
inline Time from_micros(std::int64_t micros) {
  return Time(std::chrono::microseconds(micros));
}

/// RFC 3339 in UTC with milliseconds: "2026-11-24T09:30:00.000Z".
std::string to_rfc3339(Time time);
/// The same and every other form of RFC 3339, with an offset or more digits; what is finer than a microsecond is cut
/// off. Nothing when it is not well-formed or names a day that does not exist. A leap second is the one after it.
std::optional<Time> from_rfc3339(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

/// The computer's clock. It may jump: order never rests on it, only on sequence numbers.
class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()); }
};

/// A clock that a test sets.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() const override {
    const std::lock_guard lock(mutex_);
    return now_;
  }
  void set(Time time) {
    const std::lock_guard lock(mutex_);
    now_ = time;
  }

 private:
  mutable std::mutex mutex_;
  Time now_;
};

/// When an answer is no longer of use. Waiting in a queue counts.
using Deadline = std::chrono::steady_clock::time_point;

}  // namespace rapport
