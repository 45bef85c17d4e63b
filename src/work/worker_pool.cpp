#include "work/worker_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <unordered_set>
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
  struct Place {
    std::unordered_map<std::string, std::deque<Job>> jobs;  ///< by name, of each at least one
    std::deque<std::string> turns;                          ///< these names, who is next first
    std::unordered_set<std::string> running;                ///< names of which one runs
    std::size_t waiting = 0;
    std::size_t in_pool = 0;  ///< turns that the pool holds, each of which takes one job or finds none to take
  };
  struct Turn {
    std::string name;
    Job job;
  };

  State(WorkerPool& the_pool, const FairQueueOptions& the_options) : pool(the_pool), options(the_options) {}
  bool has_room_for(const std::string& place, const std::string& name) const;
  /// Nothing when all that wait are of names of which one runs: who runs it goes on with the next.
  static std::optional<Turn> next_of(Place& place);
  void end_turn(const std::string& place);

  WorkerPool& pool;
  const FairQueueOptions options;
  std::mutex mutex;
  std::size_t waiting = 0;
  std::unordered_map<std::string, Place> places;  ///< those that have a turn in the pool
};

bool FairQueue::State::has_room_for(const std::string& place, const std::string& name) const {
  if (waiting >= options.of_all) return false;
  const auto found = places.find(place);
  if (found == places.end()) return true;
  if (found->second.waiting >= options.of_place) return false;
  const auto jobs = found->second.jobs.find(name);
  return jobs == found->second.jobs.end() || jobs->second.size() < options.of_one;
}

std::optional<FairQueue::State::Turn> FairQueue::State::next_of(Place& place) {
  const auto next = std::find_if(place.turns.begin(), place.turns.end(),
                                 [&](const std::string& name) { return !place.running.contains(name); });
  if (next == place.turns.end()) return std::nullopt;
  Turn turn{std::move(*next), {}};
  place.turns.erase(next);
  const auto jobs = place.jobs.find(turn.name);
  turn.job = std::move(jobs->second.front());
  jobs->second.pop_front();
  if (jobs->second.empty()) {
    place.jobs.erase(jobs);
  } else {
    place.turns.push_back(turn.name);
  }
  place.running.insert(turn.name);
  --place.waiting;
  return turn;
}

void FairQueue::State::end_turn(const std::string& place) {
  const auto there = places.find(place);
  if (--there->second.in_pool == 0) places.erase(there);
}

FairQueue::FairQueue(WorkerPool& pool, const FairQueueOptions& options)
    : state_(std::make_shared<State>(pool, options)) {}

bool FairQueue::try_submit(const std::string& place, const std::string& name, Job job) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->has_room_for(place, name)) return false;
  auto& there = state_->places[place];
  if (there.in_pool < state_->options.at_once) {
    if (state_->pool.try_submit([state = state_, place] { run_next(state, place); })) {
      ++there.in_pool;
    } else if (there.in_pool == 0) {
      state_->places.erase(place);
      return false;
    }
  }
  const auto [jobs, is_first] = there.jobs.try_emplace(name);
  if (is_first) there.turns.push_back(name);
  jobs->second.push_back(std::move(job));
  ++there.waiting;
  ++state_->waiting;
  return true;
}

void FairQueue::run_next(const std::shared_ptr<State>& state, const std::string& place) {
  std::optional<State::Turn> turn;
  {
    const std::lock_guard lock(state->mutex);
    turn = State::next_of(state->places.at(place));
    if (!turn) return state->end_turn(place);
    --state->waiting;
  }
  run_guarded(turn->job);
  turn->job = nullptr;  // what it holds goes away outside the lock
  {
    const std::lock_guard lock(state->mutex);
    auto& there = state->places.at(place);
    there.running.erase(turn->name);
    if (there.waiting == 0) return state->end_turn(place);
  }
  // One job a turn, so that the other places have theirs.
  state->pool.submit([state, place] { run_next(state, place); });
}

}  // namespace rapport
