/// @file The lock on a schema: an advisory lock, which PostgreSQL gives up when the connection that holds it ends.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <optional>
#include <utility>

#include "store/data_lock.hpp"
#include "store/postgres/connection.hpp"

namespace rapport::store {
namespace postgres {
namespace {

constexpr auto kTimeToOpen = std::chrono::seconds(15);
/// The first of the two numbers of the lock is ours, the second is that of the schema.
constexpr auto kTryLock =
    "SELECT pg_try_advisory_lock(1382117488, n.oid::int) FROM pg_namespace n WHERE n.nspname = current_schema()";

/// The server's process that holds the lock.
constexpr auto kHolder =
    "SELECT l.pid FROM pg_locks l JOIN pg_namespace n ON l.objid = n.oid WHERE n.nspname = current_schema()"
    " AND l.locktype = 'advisory' AND l.classid = 1382117488 AND l.granted"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())";

class SchemaLock final : public DataLock {
 public:
  explicit SchemaLock(PostgresOptions options) : options_(std::move(options)) {}

  bool take(Deadline deadline) {
    connection_.emplace(options_, deadline);
    // Should this computer go away without a word, the server notices within a minute.
    connection_->command(
        "SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; SET tcp_keepalives_count = 3");
    const auto taken = connection_->command(kTryLock);
    if (PQntuples(taken.get()) != 1 || *PQgetvalue(taken.get(), 0, 0) != 't') return false;
    backend_ = connection_->backend();
    return true;
  }

  bool keep(Deadline deadline) override {
    try {
      if (!connection_) return take_again(deadline);
      connection_->wait_until(deadline);
      connection_->command("SELECT 1");
    } catch (const StorageFailure&) {
      connection_.reset();  // tried again at the next call
    }
    return true;
  }

 private:
  bool take_again(Deadline deadline) {
    if (take(deadline)) return true;
    const int now = holder();
    connection_.reset();
    return now == backend_ || now == 0;
  }

  /// 0 for nobody.
  int holder() {
    const auto found = connection_->command(kHolder);
    return PQntuples(found.get()) == 1 ? std::atoi(PQgetvalue(found.get(), 0, 0)) : 0;
  }

  PostgresOptions options_;
  std::optional<Connection> connection_;
  /// Of the connection that last had the lock. The server may not have noticed that we gave that one up, when it hung
  /// for a while: then the lock is held by nobody else, and is to be had when that process ends.
  int backend_ = -1;
};

}  // namespace
}  // namespace postgres

Result<std::unique_ptr<DataLock>> lock_postgres(const PostgresOptions& options) {
  auto lock = std::make_unique<postgres::SchemaLock>(options);
  if (lock->take(std::chrono::steady_clock::now() + postgres::kTimeToOpen)) return lock;
  return fail(
      {ErrorKind::conflict, "data.in_use",
       fmt::format("The schema {} of the database is in use by another rapport; end that first.", options.schema)});
}

}  // namespace rapport::store
