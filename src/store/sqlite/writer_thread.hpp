#pragma once
/// @file The one thread that writes. Jobs that wait together share one commit, and with it one fsync.
/// It alone checkpoints, too: SQLite before 3.51.3 can corrupt a WAL that two connections reset at once.
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

 private:
  struct Job;
  using Group = std::vector<std::shared_ptr<Job>>;

  std::shared_ptr<Job> enqueue(Deadline deadline, const std::function<bool(WriteTx&)>& work);
  void work_until_stopped();
  /// Empty when nothing came within the idle time or the thread is to stop.
  Group next_group();
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
  void shrink_wal();
  static int on_wal_grown(void* self, sqlite3* handle, const char* database, int pages);

  Connection connection_;
  const std::size_t max_jobs_per_commit_;
  live::EventSink* const events_;
  int wal_pages_ = 0;
  int checkpointed_pages_ = 0;

  std::mutex mutex_;
  std::condition_variable queued_;
  std::deque<std::shared_ptr<Job>> queue_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

/// Runs DDL inside of a transaction that WriterThread gave out.
void run_script(WriteTx& tx, const std::string& sql);

}  // namespace rapport::store::sqlite
