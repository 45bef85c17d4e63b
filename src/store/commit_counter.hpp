#pragma once
/// @file What this program has committed since it began, in all its databases: for whoever watches it.
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace rapport::store {

/// Thread-safe. A commit may hold several writes (SQLite), which then share its time.
class CommitCounter {
 public:
  struct Sum {
    std::uint64_t commits = 0;
    std::uint64_t writes = 0;  ///< that shared them
    double seconds = 0;        ///< that they took together
  };

  void add(std::size_t writes, std::chrono::steady_clock::duration took) {
    commits_ += 1;
    writes_ += writes;
    nanoseconds_ += static_cast<std::uint64_t>(std::chrono::nanoseconds(took).count());
  }
  Sum sum() const { return {commits_, writes_, static_cast<double>(nanoseconds_) / 1e9}; }

 private:
  std::atomic<std::uint64_t> commits_ = 0;
  std::atomic<std::uint64_t> writes_ = 0;
  std::atomic<std::uint64_t> nanoseconds_ = 0;
};

/// The one of this process.
inline CommitCounter& commit_counter() {
  static CommitCounter counter;
  return counter;
}

}  // namespace rapport::store
