#pragma once
/// @file One database, whichever engine. `read` runs on the calling thread with a leased reader; `write` runs
/// once for all or nothing and returns only when it is durable. A write's function may run again (PostgreSQL
/// serialization failure), so it touches nothing but its transaction. A function that returns an error is rolled
/// back. A write that fails with a StorageFailure may have been stored all the same (the answer to COMMIT was lost, or
/// its events could not be told): whatever is written must bear being sent again, and then emits its events again.
#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::store {

class Database {
 public:
  virtual ~Database() = default;

  /// f: (ReadTx&) -> Result<T>. StorageFailure becomes its error.
  template <class F>
  auto read(Deadline deadline, F f) -> std::invoke_result_t<F, ReadTx&> {
    std::optional<std::invoke_result_t<F, ReadTx&>> outcome;
    try {
      run_read(deadline, [&](ReadTx& tx) {
        tx.now_ = clock_->now();
        outcome.emplace(f(tx));
      });
    } catch (const StorageFailure& failure) {
      return fail(logged(failure));
    }
    return std::move(*outcome);
  }

  /// f: (WriteTx&) -> Result<T>.
  template <class F>
  auto write(Deadline deadline, F f) -> std::invoke_result_t<F, WriteTx&> {
    std::optional<std::invoke_result_t<F, WriteTx&>> outcome;
    try {
      run_write(deadline, [&](WriteTx& tx) {
        tx.now_ = clock_->now();
        outcome.emplace(f(tx));
        return outcome->has_value();
      });
    } catch (const StorageFailure& failure) {
      if (failure.error().kind == ErrorKind::storage) writes_ = false;
      return fail(logged(failure));
    }
    if (outcome->has_value()) writes_ = true;
    return std::move(*outcome);
  }
  /// What transactions take their moment from; the computer's clock until this is called, before anybody else has the
  /// database. It must outlive it.
  void use_clock(const Clock& clock) { clock_ = &clock; }
  /// False from a write that the storage refused (disk full, read-only, gone) to the next that it took.
  bool takes_writes() const { return writes_; }

  /// Returns when nothing that was deleted or replaced until now can be found in SQLite's files any more, its log
  /// included. False when whoever is reading held that up until the deadline: it is then done as soon as they let it
  /// be. With PostgreSQL it is a matter of its server (VACUUM, archived log), and true at once.
  virtual bool wipe_deleted(Deadline deadline) = 0;

  /// "sqlite" or "postgres", for reports.
  virtual std::string_view engine() const = 0;

  /// Runs DDL text outside of the query registry; for migrations alone.
  virtual void run_script(WriteTx& tx, std::string_view sql) = 0;

  /// Fails if the statement cannot be prepared; returns the number of result columns. For tests.
  virtual int prepare_for_test(const Query& query) = 0;
  /// The engine's plan as text. For tests.
  virtual std::string explain_for_test(const Query& query) = 0;

 protected:
  /// The failure's error, after a line in the log; one a second, with the number of those between.
  static Error logged(const StorageFailure& failure);
  virtual void run_read(Deadline deadline, const std::function<void(ReadTx&)>& f) = 0;
  /// `f` returns whether to commit.
  virtual void run_write(Deadline deadline, const std::function<bool(WriteTx&)>& f) = 0;

 private:
  static const Clock& computers_clock();

  std::atomic<bool> writes_ = true;
  const Clock* clock_ = &computers_clock();
};

struct SqliteOptions {
  std::string file;
  int readers = 2;
  int max_jobs_per_commit = 64;
};
struct PostgresOptions {
  std::string url;
  std::string schema = "public";  ///< an own schema for an own purpose (the client keys)
  int connections = 8;
};

/// Both create what is missing and throw StorageFailure when the place cannot be used. `events` may be null and
/// must outlive the database.
std::unique_ptr<Database> open_sqlite(const SqliteOptions& options, live::EventSink* events);
std::unique_ptr<Database> open_postgres(const PostgresOptions& options, live::EventSink* events);

/// For a program that only looks at a file of SQLite, also while another has it open. Writing is a defect of the
/// caller. Throws StorageFailure when there is no such file.
std::unique_ptr<Database> open_sqlite_to_read(const std::string& file);

/// Shows `f` what is in a file of SQLite that nobody has open, and leaves that file and those beside it as they are,
/// also when a killed program left a WAL. False when there is no such file or nothing in it yet. Throws StorageFailure.
bool look_into_sqlite(const std::string& file, Deadline deadline, const std::function<void(ReadTx&)>& f);

}  // namespace rapport::store
