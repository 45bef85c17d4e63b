#pragma once
/// @file Whether the service can do its work: asks the database, and after a write that failed whether it takes one
/// again, but not more often than once a second however often it
/// is asked itself. Says in the log when the database goes away and when it is back. Thread-safe.
#include <chrono>
#include <mutex>

#include "store/database.hpp"

namespace rapport::server {

class Health {
 public:
  /// `database` outlives it.
  explicit Health(store::Database& database) : database_(database) {}

  /// True when the database answered and the last write was stored within two seconds, now or a moment ago. While one
  /// caller asks it, the others are told what was found last; false once the answer is overdue.
  bool is_well();

 private:
  using Clock = std::chrono::steady_clock;
  bool ask();
  bool can_write();
  bool finish(bool well);

  store::Database& database_;
  std::mutex mutex_;
  bool asking_ = false;
  Clock::time_point asking_since_;  ///< when asking_
  bool well_ = true;
  Clock::time_point asked_at_ = Clock::time_point::min();
};

}  // namespace rapport::server
