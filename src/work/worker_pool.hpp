#pragma once
/// @file Threads that may block, fed by a bounded queue; lanes, whose jobs keep their order; and turns that are fair.
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace rapport {

using Job = std::function<void()>;

struct WorkerPoolOptions {
  std::size_t threads = 16;
  std::size_t queue_limit = 2048;                      ///< jobs waiting, not counting those that run
  std::chrono::milliseconds max_expected_wait{10000};  ///< refuse what would wait longer than anyone wants
  bool gives_way = false;                              ///< its threads leave the processor to those of the others
};

/// A job should not throw; one that does is dropped, the thread lives on. Thread-safe.
class WorkerPool {
 public:
  explicit WorkerPool(const WorkerPoolOptions& options);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// False (and nothing is kept) when the queue is full, the expected wait is too long or the pool was drained.
  bool try_submit(Job job);
  /// For work that must happen and is bounded elsewhere (clean-up, the next turn of a lane). False only after drain().
  bool submit(Job job);
  /// Jobs in the queue, without those that run.
  std::size_t waiting() const;
  /// Runs what is queued, also what that work submits, then ends the threads. May be called more than once,
  /// never from a job.
  void drain();

 private:
  void run();
  /// How long a job submitted now would wait, by the average of the recent ones.
  std::chrono::microseconds expected_wait_locked() const;

  const WorkerPoolOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  std::size_t running_ = 0;
  double average_micros_ = 0;
  bool draining_ = false;
  bool ended_ = false;
  std::mutex join_mutex_;
  std::vector<std::thread> threads_;
};

/// Jobs of one lane run one at a time, in order, on the pool. Jobs of different lanes run side by side.
/// The lane may be destroyed while jobs wait: they still run. Thread-safe.
class KeyedLane {
 public:
  explicit KeyedLane(WorkerPool& pool);
  /// False only when the pool was drained.
  bool post(Job job);
  /// The same for what may be refused: false (and nothing is kept) also when the lane would have to wait and the pool
  /// has no room for it, as try_submit() says.
  bool try_post(Job job);

 private:
  struct State;
  static void run_one(const std::shared_ptr<State>& state);
  std::shared_ptr<State> state_;
};

struct FairQueueOptions {
  std::size_t at_once = 2;  ///< jobs of one place in the pool's queue or running
  std::size_t of_one = 32;  ///< jobs of one name of a place that may wait
  std::size_t of_place = 128;
  std::size_t of_all = 1024;
};

/// Jobs that many want done on one pool. Places take turns, and within a place its names do, of which one job runs at a
/// time: whoever brings many waits behind their own, and under many names behind those of the same place. The queue may
/// be destroyed while jobs wait: they still run. Thread-safe.
class FairQueue {
 public:
  /// `pool` outlives the jobs.
  FairQueue(WorkerPool& pool, const FairQueueOptions& options);
  /// False (and nothing is kept) when too many wait, or the pool has no room, as its try_submit() says.
  bool try_submit(const std::string& place, const std::string& name, Job job);

 private:
  struct State;
  static void run_next(const std::shared_ptr<State>& state, const std::string& place);
  std::shared_ptr<State> state_;
};

}  // namespace rapport
