#include "store/sqlite/writer_thread.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "store/commit_counter.hpp"

namespace rapport::store::sqlite {
namespace {

constexpr std::size_t kMaxQueuedJobs = 4096;
constexpr int kPagesPerCheckpoint = 1000;
constexpr int kPagesOfALargeWal = 4000;
constexpr auto kIdleTime = std::chrono::milliseconds(500);
constexpr auto kWipeAgainAfter = std::chrono::milliseconds(50);
constexpr int kBusyMilliseconds = 5000;
/// From one commit to the next while there is much to write. It adds at most this to the time of an answer.
constexpr auto kGatherTime = std::chrono::milliseconds(4);
/// More need not be waited for: each has paid for its commit as little as it ever will, and callers are threads that
/// could do something else.
constexpr std::size_t kEnoughJobs = 8;
constexpr int kGroupsWithoutWait = 32;

StorageFailure refused_late() {
  return {Error{ErrorKind::timed_out, "storage.timed_out", "The data could not be written in time."},
          "deadline passed in the writer's queue"};
}
StorageFailure refused_full() {
  return {Error{ErrorKind::overloaded, "storage.overloaded", "There is too much to write.", {}, 1},
          "the writer's queue is full"};
}
StorageFailure lost(const std::string& why) {
  return {Error{ErrorKind::storage, "storage.failed", "The data could not be written."}, why};
}

}  // namespace

/// Refuses to go on after a failed statement, as PostgreSQL does, so that a caller who swallows an exception is
/// found out on either engine.
class SqliteWriteTx final : public WriteTx {
 public:
  explicit SqliteWriteTx(Connection& connection) : connection_(connection) {}

  void each(const Query& query, const Values& values, const std::function<void(const Row&)>& row) override {
    std::exception_ptr of_caller;
    guard([&] {
      connection_.each(query, values, [&](const Row& current) {
        if (!of_caller) call(row, current, of_caller);
      });
    });
    if (of_caller) std::rethrow_exception(of_caller);
  }
  std::int64_t execute(const Query& query, const Values& values) override {
    return guard([&] { return connection_.execute(query, values); });
  }
  std::vector<std::int64_t> execute_many(const Query& query, const std::vector<Values>& rows) override {
    std::vector<std::int64_t> changed;
    changed.reserve(rows.size());
    for (const Values& values : rows) changed.push_back(execute(query, values));
    return changed;
  }
  void run(const std::string& sql) {
    guard([&] { connection_.run(sql); });
  }
  bool has_failed() const { return failed_; }

 private:
  template <class F>
  auto guard(F f) -> std::invoke_result_t<F> {
    if (failed_) throw std::logic_error("a transaction goes on after a failed statement");
    try {
      return f();
    } catch (...) {
      failed_ = true;
      throw;
    }
  }
  // What a caller's own function throws is no failure of the statement.
  static void call(const std::function<void(const Row&)>& row, const Row& current, std::exception_ptr& thrown) {
    try {
      row(current);
    } catch (...) {
      thrown = std::current_exception();
    }
  }

  Connection& connection_;
  bool failed_ = false;
};

/// Kept by the caller and the writer together. After `answer` the writer lets go of it and of its exception.
struct WriterThread::Job {
  Deadline deadline = {};
  const std::function<bool(WriteTx&)>* work = nullptr;
  std::vector<live::Event> events = {};
  std::exception_ptr failure = {};
  std::mutex mutex = {};
  std::condition_variable answered = {};
  bool done = false;

  /// Told outside of the lock, or the caller would wake up only to wait for it.
  void answer() {
    {
      const std::lock_guard lock(mutex);
      done = true;
    }
    answered.notify_one();
  }
  void wait() {
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return done; });
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  }
};

WriterThread::WriterThread(const std::string& file, int max_jobs_per_commit, live::EventSink* events)
    : connection_(file, Mode::writer),
      max_jobs_per_commit_(static_cast<std::size_t>(std::max(1, max_jobs_per_commit))),
      events_(events) {
  sqlite3_wal_hook(connection_.handle(), &WriterThread::on_wal_grown, this);
  thread_ = std::thread([this] { work_until_stopped(); });
}

WriterThread::~WriterThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  queued_.notify_one();
  thread_.join();
}

void WriterThread::run(Deadline deadline, const std::function<bool(WriteTx&)>& work) {
  if (std::this_thread::get_id() == thread_.get_id()) {
    throw std::logic_error("a write inside of a write would wait for itself");
  }
  enqueue(deadline, work)->wait();
}

bool WriterThread::wipe(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto mine = ++wipes_asked_;
  queued_.notify_one();
  return wiped_.wait_until(lock, deadline, [&] { return wipes_done_ >= mine; });
}

std::shared_ptr<WriterThread::Job> WriterThread::enqueue(Deadline deadline, const std::function<bool(WriteTx&)>& work) {
  auto job = std::make_shared<Job>();
  job->deadline = deadline;
  job->work = &work;
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_ || queue_.size() >= kMaxQueuedJobs) throw refused_full();
    queue_.push_back(job);
    wake = queue_.size() == wanted_;
  }
  if (wake) queued_.notify_one();
  return job;
}

void WriterThread::work_until_stopped() {
  while (!is_finished()) {
    Group group = next_group();
    const bool is_idle = group.empty();
    refuse_late_jobs(group);
    if (!group.empty()) {
      commit_group(group);
      checkpoint_if_due();
    }
    wipe_if_asked();
    if (is_idle) shrink_wal();
  }
}

bool WriterThread::is_finished() {
  const std::lock_guard lock(mutex_);
  return stopping_ && queue_.empty();
}

WriterThread::Group WriterThread::next_group() {
  std::unique_lock lock(mutex_);
  wait_for_first(lock);
  wait_for_more(lock);
  last_began_ = Clock::now();
  Group group;
  const auto count = static_cast<std::ptrdiff_t>(std::min(queue_.size(), max_jobs_per_commit_));
  std::move(queue_.begin(), queue_.begin() + count, std::back_inserter(group));
  queue_.erase(queue_.begin(), queue_.begin() + count);
  return group;
}

void WriterThread::wait_for_first(std::unique_lock<std::mutex>& lock) {
  const auto has_work = [&] { return stopping_ || !queue_.empty() || wipes_asked_ > wipes_tried_; };
  wanted_ = 1;
  // Without a WAL to shrink there is nothing to wake up for.
  if (wipes_tried_ > wipes_done_) {
    queued_.wait_for(lock, kWipeAgainAfter, has_work);
  } else if (wal_pages_ == 0) {
    queued_.wait(lock, has_work);
  } else {
    queued_.wait_for(lock, kIdleTime, has_work);
  }
  wanted_ = 0;
}

/// A wait that brought nobody is not repeated for a while: then there is one caller, who waits for us.
void WriterThread::wait_for_more(std::unique_lock<std::mutex>& lock) {
  const auto enough = std::min(kEnoughJobs, max_jobs_per_commit_);
  const auto until = last_began_ + kGatherTime;
  if (stopping_ || queue_.empty() || queue_.size() >= enough || Clock::now() >= until) return;
  if (without_wait_ > 0) {
    --without_wait_;
    return;
  }
  const auto before = queue_.size();
  wanted_ = enough;
  queued_.wait_until(lock, until, [&] { return stopping_ || queue_.size() >= enough; });
  wanted_ = 0;
  if (queue_.size() == before) without_wait_ = kGroupsWithoutWait;
}

void WriterThread::refuse_late_jobs(Group& group) {
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(group, [&](const std::shared_ptr<Job>& job) {
    if (now < job->deadline) return false;
    job->failure = std::make_exception_ptr(refused_late());
    job->answer();
    return true;
  });
}

// Nobody hears of anything before COMMIT, not even of a refusal: it may rest on what another job of the group did.
void WriterThread::commit_group(Group& group) {
  try {
    run_group(group);
    publish(group);
  } catch (const StorageFailure& failure) {
    roll_back_all();
    for (const auto& job : group) {
      job->failure = std::make_exception_ptr(StorageFailure(failure.error(), failure.what()));
    }
  } catch (const std::exception& defect) {
    roll_back_all();
    for (const auto& job : group) job->failure = std::make_exception_ptr(lost(defect.what()));
  }
  for (const auto& job : group) job->answer();
}

void WriterThread::run_group(Group& group) {
  connection_.run(begin_);
  for (const auto& job : group) run_job(*job, group.size() == 1);
  if (!connection_.in_transaction()) return;
  const auto begin = Clock::now();
  connection_.run(commit_);
  commit_counter().add(group.size(), Clock::now() - begin);
}

void WriterThread::run_job(Job& job, bool alone) {
  if (!alone) connection_.run(begin_job_);
  bool keep = false;
  try {
    keep = run_work(job);
  } catch (...) {
    job.failure = std::current_exception();
  }
  if (!connection_.in_transaction()) {
    if (alone && job.failure) return;  // its own failure says best what happened
    throw lost("the transaction was given up by the engine");
  }
  if (!keep) {
    job.events.clear();
    undo_job(alone);
  } else if (!alone) {
    connection_.run(keep_job_);
  }
}

bool WriterThread::run_work(Job& job) {
  SqliteWriteTx tx(connection_);
  const bool keep = (*job.work)(tx);
  if (!keep) return false;
  if (tx.has_failed()) throw std::logic_error("a transaction is to be kept after a failed statement");
  // Found at COMMIT, it would take the whole group with it.
  if (connection_.has_unmet_foreign_keys()) throw ConstraintViolation("a deferred foreign key is unmet");
  job.events = tx.take_events();
  return true;
}

void WriterThread::undo_job(bool alone) {
  connection_.run(alone ? "ROLLBACK" : "ROLLBACK TO job; RELEASE job");
}

/// Whoever could not be told of gets a failure although the commit stands: what is sent again is told again, while a
/// message that was answered and not told would stay unseen until the next one.
void WriterThread::publish(Group& group) {
  std::vector<live::Event> all;
  Group telling;
  for (const auto& job : group) {
    if (job->events.empty()) continue;
    telling.push_back(job);
    std::ranges::move(job->events, std::back_inserter(all));
  }
  if (all.empty() || events_ == nullptr) return;
  try {
    events_->publish(std::move(all));
  } catch (const std::exception& reason) {
    for (const auto& job : telling) job->failure = std::make_exception_ptr(untold(reason.what()));
  }
}

void WriterThread::roll_back_all() noexcept {
  if (connection_.in_transaction()) sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

int WriterThread::on_wal_grown(void* self, sqlite3*, const char*, int pages) {
  static_cast<WriterThread*>(self)->wal_pages_ = pages;
  return SQLITE_OK;
}

void WriterThread::checkpoint_if_due() {
  if (wal_pages_ < checkpointed_pages_) checkpointed_pages_ = 0;  // the WAL was begun anew
  if (wal_pages_ - checkpointed_pages_ < kPagesPerCheckpoint) return;
  checkpointed_pages_ = wal_pages_;
  // A failure leaves the pages in the WAL, where they are just as safe, and the next one tries again.
  sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

void WriterThread::wipe_if_asked() {
  std::uint64_t asked = 0;
  {
    const std::lock_guard lock(mutex_);
    if (wipes_asked_ == wipes_done_) return;
    asked = wipes_asked_;
  }
  const bool done = truncate_wal() == SQLITE_OK;
  const std::lock_guard lock(mutex_);
  wipes_tried_ = asked;
  if (!done) return;
  wipes_done_ = asked;
  wiped_.notify_all();
}

int WriterThread::truncate_wal() {
  connection_.wait_when_busy(0);  // a long read must not hold up the writes that may come meanwhile
  const int code =
      sqlite3_wal_checkpoint_v2(connection_.handle(), nullptr, SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  connection_.wait_when_busy(kBusyMilliseconds);
  return code;
}

void WriterThread::shrink_wal() {
  const bool large = wal_pages_ >= kPagesOfALargeWal;
  wal_pages_ = 0;
  checkpointed_pages_ = 0;
  if (large && truncate_wal() == SQLITE_BUSY) wal_pages_ = kPagesOfALargeWal;
}

void run_script(WriteTx& tx, const std::string& sql) {
  dynamic_cast<SqliteWriteTx&>(tx).run(sql);
}

}  // namespace rapport::store::sqlite
