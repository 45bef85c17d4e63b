#include "work/worker_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace rapport {
namespace {

void run_guarded(Job& job) {
  try {
    job();
  } catch (...) {
    // A job answers for its own errors; a thread must not end the process for one that forgot.
  }
}

/// Linux keeps a niceness for each thread.
void let_others_go_first() {
  constexpr int niceness = 5;  // a third of the time of the others, when all want it
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
}

}  // namespace

WorkerPool::WorkerPool(const WorkerPoolOptions& options) : options_(options) {
  const std::size_t count = std::max<std::size_t>(1, options_.threads);
  try {
    for (std::size_t i = 0; i < count; ++i) threads_.emplace_back([this] { run(); });
  } catch (...) {
    drain();  // a thread that was started must be joined, or the process ends
    throw;
  }
}

WorkerPool::~WorkerPool() {
  drain();
}

bool WorkerPool::try_submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (draining_ || queue_.size() >= options_.queue_limit) return false;
    if (expected_wait_locked() > options_.max_expected_wait) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

bool WorkerPool::submit(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (ended_) return false;
    queue_.push_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

std::size_t WorkerPool::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

void WorkerPool::drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
    ended_ = queue_.empty() && running_ == 0;
  }
  wake_.notify_all();
  const std::lock_guard lock(join_mutex_);
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

std::chrono::microseconds WorkerPool::expected_wait_locked() const {
  const auto threads = static_cast<double>(std::max<std::size_t>(1, options_.threads));
  const double micros = static_cast<double>(queue_.size()) * average_micros_ / threads;
  return std::chrono::microseconds(static_cast<std::int64_t>(micros));
}

void WorkerPool::run() {
  if (options_.gives_way) let_others_go_first();
  constexpr double weight = 0.05;  // about the last twenty jobs count
  std::unique_lock lock(mutex_);
  for (;;) {
    wake_.wait(lock, [this] { return !queue_.empty() || ended_; });
    if (queue_.empty()) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    ++running_;
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    run_guarded(job);
    job = nullptr;  // what it holds goes away outside the lock
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    lock.lock();
    --running_;
    average_micros_ += weight * (took.count() - average_micros_);
    if (draining_ && queue_.empty() && running_ == 0) {
      ended_ = true;
      wake_.notify_all();
    }
  }
}

struct KeyedLane::State {
  explicit State(WorkerPool& the_pool) : pool(the_pool) {}
  WorkerPool& pool;
  std::mutex mutex;
  std::list<Job> jobs;  // takes no memory while empty, as most lanes are
  bool scheduled = false;
};

KeyedLane::KeyedLane(WorkerPool& pool) : state_(std::make_shared<State>(pool)) {}

bool KeyedLane::post(Job job) {
  const auto state = state_;  // the job may end the lane's owner before this returns
  {
    const std::lock_guard lock(state->mutex);
    state->jobs.push_back(std::move(job));
    if (std::exchange(state->scheduled, true)) return true;
  }
  return state->pool.submit([state] { run_one(state); });
}

bool KeyedLane::try_post(Job job) {
  const auto state = state_;
  // Held throughout, so that nobody relies on a place in the queue which the lane then does not get.
  const std::lock_guard lock(state->mutex);
  state->jobs.push_back(std::move(job));
  if (state->scheduled) return true;
  state->scheduled = state->pool.try_submit([state] { run_one(state); });
  if (!state->scheduled) state->jobs.pop_back();
  return state->scheduled;
}

void KeyedLane::run_one(const std::shared_ptr<State>& state) {
  Job job;
  {
    const std::lock_guard lock(state->mutex);
    job = std::move(state->jobs.front());
    state->jobs.pop_front();
  }
  run_guarded(job);
  job = nullptr;
  {
    const std::lock_guard lock(state->mutex);
    if (state->jobs.empty()) {
      state->scheduled = false;
      return;
    }
  }
  // One job a turn, so that a busy lane does not keep a thread from the others.
  state->pool.submit([state] { run_one(state); });
}

struct FairQueue::State {
  State(WorkerPool& the_pool, std::size_t the_most) : pool(the_pool), at_most(the_most) {}
  WorkerPool& pool;
  const std::size_t at_most;
  std::mutex mutex;
  std::unordered_map<std::string, std::deque<Job>>
      waiting;  ///< of everybody who has one in the pool's queue or running
};

FairQueue::FairQueue(WorkerPool& pool, std::size_t at_most) : state_(std::make_shared<State>(pool, at_most)) {}

bool FairQueue::try_submit(const std::string& whose, Job job) {
  const std::lock_guard lock(state_->mutex);
  const auto [place, is_first] = state_->waiting.try_emplace(whose);
  auto& jobs = place->second;
  if (!is_first && jobs.size() >= state_->at_most) return false;
  jobs.push_back(std::move(job));
  if (!is_first || state_->pool.try_submit([state = state_, whose] { run_one(state, whose); })) return true;
  state_->waiting.erase(place);
  return false;
}

void FairQueue::run_one(const std::shared_ptr<State>& state, const std::string& whose) {
  Job job;
  {
    const std::lock_guard lock(state->mutex);
    auto& jobs = state->waiting.at(whose);
    job = std::move(jobs.front());
    jobs.pop_front();
  }
  run_guarded(job);
  job = nullptr;
  {
    const std::lock_guard lock(state->mutex);
    const auto place = state->waiting.find(whose);
    if (place->second.empty()) {
      state->waiting.erase(place);
      return;
    }
  }
  state->pool.submit([state, whose] { run_one(state, whose); });
}

}  // namespace rapport
