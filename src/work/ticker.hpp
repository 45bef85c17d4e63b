#pragma once
/// @file Something that is done again and again while the program runs, on a thread of its own.
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace rapport::work {

/// Calls a function every period, for the first time after one period. Calls never overlap: the times that pass while
/// one runs are left out, not made up for. A call that throws is logged, and the next one comes all the same.
class Ticker {
 public:
  /// `period` is more than 0.
  Ticker(std::chrono::milliseconds period, std::function<void()> job);
  /// Waits for a call that runs; a job that may take long has to be told by its owner before.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

 private:
  void run();

  const std::chrono::milliseconds period_;
  const std::function<void()> job_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;  ///< last: it uses all of the above
};

}  // namespace rapport::work
