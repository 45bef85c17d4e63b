#pragma once
/// @file One SQLite connection, used by one thread at a time, with its prepared statements.
#include <sqlite3.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "store/transaction.hpp"

namespace rapport::store::sqlite {

/// An onlooker reads what nobody has open, and leaves every file as it is.
enum class Mode { writer, reader, onlooker };

struct CloseConnection {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

class Connection {
 public:
  /// A writer creates the file (mode 0600) if it is missing; the others cannot change anything. For an onlooker it is a
  /// URI (see sqlite.org/uri.html).
  /// Throws StorageFailure when the place cannot be used.
  Connection(const std::string& file, Mode mode);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs a text of one or more statements that have no parameters.
  void run(const std::string& sql);
  /// Exactly one statement, to be run again and again. It must go before the connection does.
  StatementHandle prepare(const std::string& sql);
  /// Runs a prepared statement that has neither parameters nor rows.
  void run(const StatementHandle& statement);
  void each(const Query& query, const Values& values, const std::function<void(const Row&)>& row);
  /// Number of rows changed.
  std::int64_t execute(const Query& query, const Values& values);

  /// Number of result columns.
  int columns_of(const Query& query);
  std::string explain(const Query& query);

  /// False after SQLite gave up the whole transaction by itself, as it may when the disk is full.
  bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
  bool has_unmet_foreign_keys() const;
  /// A statement that runs past the deadline is stopped. For readers: stopping a write loses the transaction.
  void stop_at(std::optional<Deadline> deadline) { deadline_ = deadline; }
  void wait_when_busy(int milliseconds) { sqlite3_busy_timeout(handle_.get(), milliseconds); }
  sqlite3* handle() const { return handle_.get(); }

 private:
  class Use;
  void configure(Mode mode, const std::string& file);
  static int on_progress(void* self);

  std::unique_ptr<sqlite3, CloseConnection> handle_;
  std::unordered_map<const Query*, StatementHandle> statements_;  // after handle_: finalized before it closes
  std::optional<Deadline> deadline_;
};

/// Throws what an SQLite result code means: ConstraintViolation or StorageFailure.
[[noreturn]] void throw_code(sqlite3* handle, int code, std::string_view doing);

}  // namespace rapport::store::sqlite
