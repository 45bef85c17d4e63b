/// @file The PostgreSQL engine: units of work, their retries, and the order in which events are told.
#include <algorithm>
#include <array>
#include <chrono>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

#include "store/commit_counter.hpp"
#include "store/database.hpp"
#include "store/postgres/connection_pool.hpp"

namespace rapport::store {
namespace postgres {
namespace {

constexpr int kTries = 5;
constexpr auto kTimeToOpen = std::chrono::seconds(15);
/// What has so much time has no deadline worth a setting on the server.
constexpr auto kAsGoodAsForever = std::chrono::hours(24);

/// `begin` and, in the same round trip, the time the server may take for any one statement.
std::string begin_with(const std::string& begin, Deadline deadline) {
  const auto now = std::chrono::steady_clock::now();
  if (deadline > now + kAsGoodAsForever) return begin;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - now).count();
  return begin + "; SET LOCAL statement_timeout = " + std::to_string(std::max<std::int64_t>(left, 1));
}

class Transaction final : public WriteTx {
 public:
  Transaction(Connection& connection, Deadline deadline) : connection_(connection), deadline_(deadline) {}

  void each(const Query& query, const Values& values, const std::function<void(const Row&)>& row) override {
    require_time(query.name());
    connection_.each(query, values, row);
  }
  std::int64_t execute(const Query& query, const Values& values) override {
    require_time(query.name());
    return connection_.execute(query, values);
  }
  std::vector<std::int64_t> execute_many(const Query& query, const std::vector<Values>& rows) override {
    require_time(query.name());
    return connection_.execute_many(query, rows);
  }

  void script(std::string_view sql) {
    connection_.script(std::string(sql));
    if (!connection_.in_transaction()) throw std::logic_error("postgres: a script ended the transaction it is part of");
    changed_tables_ = true;
  }
  bool changed_tables() const { return changed_tables_; }
  void require_time(std::string_view doing) const {
    if (std::chrono::steady_clock::now() >= deadline_) throw deadline_passed("too late for " + std::string(doing));
  }

 private:
  Connection& connection_;
  Deadline deadline_;
  bool changed_tables_ = false;
};

/// Keeps the events of one room in commit order. The transaction that gave an event its number holds the lock on
/// the room's row until COMMIT, so two transactions of one room commit one after the other; but after COMMIT the
/// second could overtake the first on the way to the sink. So the first takes the room's mutex while it still holds
/// the row and lets go after publishing: the second gets the row only after that COMMIT began, and the mutex only
/// after the first has published. No one who holds a mutex waits for a row, so the two kinds of lock cannot
/// deadlock; and all take their mutexes in the same order, each once.
class PublishOrder {
 public:
  using Locks = std::vector<std::unique_lock<std::mutex>>;

  Locks lock_rooms_of(const std::vector<live::Event>& events) {
    std::vector<std::size_t> stripes;
    stripes.reserve(events.size());
    for (const auto& event : events) stripes.push_back(std::hash<RoomId>()(event.room) % stripes_.size());
    std::sort(stripes.begin(), stripes.end());
    stripes.erase(std::unique(stripes.begin(), stripes.end()), stripes.end());
    Locks locks;
    locks.reserve(stripes.size());
    for (const auto stripe : stripes) locks.emplace_back(stripes_.at(stripe));
    return locks;
  }

 private:
  std::array<std::mutex, 64> stripes_;
};

/// Long enough that two who met do not meet again, and longer each time.
void wait_before_retry(int tries) {
  thread_local std::minstd_rand random(std::random_device{}());
  std::uniform_int_distribution<int> micros(500, 4000 * tries);
  std::this_thread::sleep_for(std::chrono::microseconds(micros(random)));
}

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(const PostgresOptions& options, live::EventSink* events) : pool_(options), events_(events) {
    create_schema(options.schema);
  }

  bool wipe_deleted(Deadline /*deadline*/) override { return true; }
  std::string_view engine() const override { return "postgres"; }

  void run_script(WriteTx& tx, std::string_view sql) override { dynamic_cast<Transaction&>(tx).script(sql); }

  int prepare_for_test(const Query& query) override { return pool_.lease(in_time())->columns_of(query); }

  /// With sequential scans made costly, so that one is in the plan only where no index can serve; an empty table
  /// would be scanned whatever indexes it has.
  std::string explain_for_test(const Query& query) override {
    const auto lease = pool_.lease(in_time());
    lease->command("BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off");
    try {
      auto plan = lease->explain(query);
      lease->rollback();
      return plan;
    } catch (...) {
      lease->rollback();
      throw;
    }
  }

 protected:
  void run_read(Deadline deadline, const std::function<void(ReadTx&)>& f) override {
    run_unit(deadline, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", [&](ConnectionPool::Lease& connection) {
      Transaction tx(*connection, deadline);
      f(tx);
      tx.require_time("COMMIT");
      connection->command("COMMIT");
    });
  }

  void run_write(Deadline deadline, const std::function<bool(WriteTx&)>& f) override {
    run_unit(deadline, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", [&](ConnectionPool::Lease& connection) {
      Transaction tx(*connection, deadline);
      if (!f(tx)) return connection->rollback();
      tx.require_time("COMMIT");  // begun too late, its answer would not be waited for
      commit(*connection, tx.take_events());
      if (tx.changed_tables()) pool_.renew_others(connection);
    });
  }

 private:
  using Unit = std::function<void(ConnectionPool::Lease&)>;

  static Deadline in_time() { return std::chrono::steady_clock::now() + kTimeToOpen; }

  /// Runs the whole unit again when the server could not let it and another go on.
  void run_unit(Deadline deadline, const std::string& begin, const Unit& unit) {
    for (int tries = 1;; ++tries) {
      try {
        return with_transaction(deadline, begin, unit);
      } catch (const SerializationFailure&) {
        if (tries == kTries) throw;
      }
      wait_before_retry(tries);
    }
  }

  void with_transaction(Deadline deadline, const std::string& begin, const Unit& unit) {
    auto lease = begin_on_live_connection(deadline, begin);
    try {
      unit(lease);
    } catch (...) {
      lease->rollback();
      throw;
    }
  }

  /// A connection that was lost while no one used it is noticed by BEGIN, when nothing has been done yet: so
  /// another is tried, until one that was opened for this fails.
  ConnectionPool::Lease begin_on_live_connection(Deadline deadline, const std::string& begin) {
    for (;;) {
      auto lease = pool_.lease(deadline);
      try {
        lease->command(begin_with(begin, deadline));
        return lease;
      } catch (const ConnectionLost&) {
        if (!lease.reused()) throw;
        pool_.renew();
      }
    }
  }

  /// If the connection is lost here no one knows whether the commit took place; the failure tells the sender to send
  /// again, which the sender's own id makes harmless, and what is sent again is told again.
  void commit(Connection& connection, std::vector<live::Event> events) {
    // COMMIT of a failed transaction "succeeds" as a rollback.
    if (connection.in_failed_transaction())
      throw std::logic_error("postgres: a failed transaction was to be committed");
    const auto locks = order_.lock_rooms_of(events);
    const auto begin = std::chrono::steady_clock::now();
    connection.command("COMMIT");
    commit_counter().add(1, std::chrono::steady_clock::now() - begin);
    if (events_ == nullptr || events.empty()) return;
    try {
      events_->publish(std::move(events));
    } catch (const std::exception& reason) {
      throw untold(reason.what());
    }
  }

  /// Asked first: who may use a schema need not have the right to make one.
  void create_schema(const std::string& schema) {
    const auto lease = pool_.lease(in_time());
    const auto found = lease->command("SELECT current_schema() IS NOT NULL");
    if (*PQgetvalue(found.get(), 0, 0) == 't') return;
    try {
      lease->command("CREATE SCHEMA IF NOT EXISTS " + lease->quoted(schema));
    } catch (const ConstraintViolation&) {
      // Another node made it at the same moment.
    }
  }

  ConnectionPool pool_;
  PublishOrder order_;
  live::EventSink* events_;
};

}  // namespace
}  // namespace postgres

std::unique_ptr<Database> open_postgres(const PostgresOptions& options, live::EventSink* events) {
  return std::make_unique<postgres::PostgresDatabase>(options, events);
}

}  // namespace rapport::store
