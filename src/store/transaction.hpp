#pragma once
/// @file What code that needs data is given: a view of the database that is consistent while it lives.
/// Failures of the engine (disk full, connection lost, deadline passed) are thrown as StorageFailure and caught
/// once, by the caller of Database::read/write; code inside a transaction writes only what it is about.
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "live/event.hpp"
#include "store/query.hpp"
#include "store/row.hpp"

namespace rapport::store {

class StorageFailure : public std::runtime_error {
 public:
  StorageFailure(Error error, const std::string& what_for_the_log)
      : std::runtime_error(what_for_the_log), error_(std::move(error)) {}
  const Error& error() const { return error_; }

 private:
  Error error_;
};

/// What was written stands, but those whom it concerns could not be told: the sender is to send it again.
StorageFailure untold(const std::string& what_for_the_log);

/// A row with that key is there already (unique or foreign key): the caller of `execute` may catch it, the
/// transaction must then be given up (PostgreSQL goes on no further). Prefer ON CONFLICT DO NOTHING.
class ConstraintViolation : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

using Values = std::vector<Value>;

class ReadTx {
 public:
  virtual ~ReadTx() = default;

  /// The moment at which this transaction looks, by the house's clock: what ends by itself has ended for all of its
  /// statements or for none.
  Time now() const { return now_; }

  /// Calls `each` for every row, in order.
  virtual void each(const Query& query, const Values& values, const std::function<void(const Row&)>& row) = 0;

  /// The first row mapped, or nothing.
  template <class Map>
  auto first(const Query& query, const Values& values, Map map)
      -> std::optional<std::invoke_result_t<Map, const Row&>> {
    std::optional<std::invoke_result_t<Map, const Row&>> found;
    each(query, values, [&](const Row& row) {
      if (!found) found.emplace(map(row));
    });
    return found;
  }

  template <class Map>
  auto list(const Query& query, const Values& values, Map map) -> std::vector<std::invoke_result_t<Map, const Row&>> {
    std::vector<std::invoke_result_t<Map, const Row&>> found;
    each(query, values, [&](const Row& row) { found.push_back(map(row)); });
    return found;
  }

 private:
  friend class Database;
  Time now_{};
};

class WriteTx : public ReadTx {
 public:
  /// Number of rows changed.
  virtual std::int64_t execute(const Query& query, const Values& values) = 0;

  /// The same statement for many rows: one round trip on PostgreSQL. Number of rows changed by each.
  virtual std::vector<std::int64_t> execute_many(const Query& query, const std::vector<Values>& rows) = 0;

  /// Told to the recipients after commit, in commit order for a room; dropped on rollback.
  void emit(live::Event event) { events_.push_back(std::move(event)); }
  std::vector<live::Event> take_events() { return std::exchange(events_, {}); }

 private:
  std::vector<live::Event> events_;
};

}  // namespace rapport::store
