#pragma once
/// @file The one thread that writes. Jobs that wait together share one commit, and with it one fsync. When jobs keep
/// coming the thread waits a few milliseconds between two commits, so that more of them share one: a commit costs as
/// much as ten messages, whatever is in it. A job that comes after a pause never waits, nor does a single caller who
/// writes one thing after another, except now and then.
/// It alone checkpoints, too: SQLite before 3.51.3 can corrupt a WAL that two connections reset at once.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "store/sqlite/connection.hpp"

namespace rapport::store::sqlite {

class SqliteWriteTx;

class WriterThread {
 public:
  /// `events` may be null.
  WriterThread(const std::string& file, int max_jobs_per_commit, live::EventSink* events);
  /// Finishes what is queued, then closes the connection.
  ~WriterThread();
  WriterThread(const WriterThread&) = delete;
  WriterThread& operator=(const WriterThread&) = delete;

  /// Returns when the job is durable or rolled back; throws what it threw, or why it was not done.
  void run(Deadline deadline, const std::function<bool(WriteTx&)>& work);
  /// Writes the WAL into the file and empties it, so that what was deleted until now is in neither. False when readers
  /// held it up until the deadline; it is tried on until it is done.
  bool wipe(Deadline deadline);

 private:
  struct Job;
  using Clock = std::chrono::steady_clock;
  using Group = std::vector<std::shared_ptr<Job>>;

  std::shared_ptr<Job> enqueue(Deadline deadline, const std::function<bool(WriteTx&)>& work);
  void work_until_stopped();
  /// Empty when nothing came within the idle time or the thread is to stop.
  Group next_group();
  void wait_for_first(std::unique_lock<std::mutex>& lock);
  void wait_for_more(std::unique_lock<std::mutex>& lock);
  bool is_finished();
  static void refuse_late_jobs(Group& group);
  void commit_group(Group& group);
  void run_group(Group& group);
  void run_job(Job& job, bool alone);
  bool run_work(Job& job);
  void undo_job(bool alone);
  void publish(Group& group);
  void roll_back_all() noexcept;
  void checkpoint_if_due();
  void wipe_if_asked();
  /// What the engine says of it.
  int truncate_wal();
  void shrink_wal();
  static int on_wal_grown(void* self, sqlite3* handle, const char* database, int pages);

  Connection connection_;
  const StatementHandle begin_ = connection_.prepare("BEGIN IMMEDIATE");
  const StatementHandle commit_ = connection_.prepare("COMMIT");
  const StatementHandle begin_job_ = connection_.prepare("SAVEPOINT job");
  const StatementHandle keep_job_ = connection_.prepare("RELEASE job");
  const std::size_t max_jobs_per_commit_;
  live::EventSink* const events_;
  int wal_pages_ = 0;
  int checkpointed_pages_ = 0;

  Clock::time_point last_began_ = {};  ///< when the last group was taken
  int without_wait_ = 0;               ///< so many groups are taken as they are, because waiting brought nobody

  std::mutex mutex_;
  std::condition_variable queued_;  ///< there are wanted_ jobs
  std::deque<std::shared_ptr<Job>> queue_;
  std::size_t wanted_ = 0;  ///< how many the thread waits for; 0: it is at work and looks by itself
  bool stopping_ = false;
  // Calls of wipe: how many came, and up to which all is tried, or done.
  std::uint64_t wipes_asked_ = 0;
  std::uint64_t wipes_tried_ = 0;
  std::uint64_t wipes_done_ = 0;
  std::condition_variable wiped_;
  std::thread thread_;  // last: it uses all of the above
};

/// Runs DDL inside of a transaction that WriterThread gave out.
void run_script(WriteTx& tx, const std::string& sql);

}  // namespace rapport::store::sqlite
