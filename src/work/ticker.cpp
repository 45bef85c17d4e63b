#include "work/ticker.hpp"

#include <exception>
#include <utility>

#include "base/log.hpp"

namespace rapport::work {
namespace {

using Steady = std::chrono::steady_clock;

void call(const std::function<void()>& job) {
  try {
    job();
  } catch (const std::exception& thrown) {
    log::error("ticker.failed", {{"what", thrown.what()}});
  }
}

/// The first of the times after `last`, a whole number of periods later, that has not passed yet.
Steady::time_point next_time(Steady::time_point last, std::chrono::milliseconds period) {
  const auto missed = (Steady::now() - last) / period;
  return last + (missed + 1) * period;
}

}  // namespace

Ticker::Ticker(std::chrono::milliseconds period, std::function<void()> job)
    : period_(period), job_(std::move(job)), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Ticker::run() {
  auto due = Steady::now() + period_;
  std::unique_lock lock(mutex_);
  while (!wake_.wait_until(lock, due, [this] { return stopping_; })) {
    lock.unlock();
    call(job_);
    lock.lock();
    due = next_time(due, period_);
  }
}

}  // namespace rapport::work
