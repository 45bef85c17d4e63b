#pragma once
/// @file One connection to PostgreSQL with its prepared statements. Not thread-safe: it is leased from the pool.
/// Nothing here waits for the server beyond the deadline that was given last. A server that does not answer by then is
/// as good as gone: ConnectionLost is thrown and the connection is of no more use, because its answer may still come.
#include <libpq-fe.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "store/database.hpp"
#include "store/postgres/failures.hpp"

namespace rapport::store::postgres {

class Connection {
 public:
  /// Throws ConnectionLost when the server cannot be reached by then.
  Connection(const PostgresOptions& options, Deadline deadline);

  /// From now on.
  void wait_until(Deadline deadline) { deadline_ = deadline; }

  /// Connected, outside of a transaction and of a pipeline: fit for the next one who needs it.
  bool is_idle() const;
  bool in_failed_transaction() const { return PQtransactionStatus(handle_.get()) == PQTRANS_INERROR; }
  bool in_transaction() const { return PQtransactionStatus(handle_.get()) == PQTRANS_INTRANS; }

  /// Statements without parameters in one round trip. The result is that of the last.
  ResultPtr command(const std::string& sql);
  /// As command, for SQL that may change tables: what was prepared is prepared anew.
  void script(const std::string& sql);
  /// Never throws: the connection may be gone.
  void rollback() noexcept;

  void each(const Query& query, const Values& values, const std::function<void(const Row&)>& row);
  std::int64_t execute(const Query& query, const Values& values);
  std::vector<std::int64_t> execute_many(const Query& query, const std::vector<Values>& rows);

  /// A name as an identifier.
  std::string quoted(const std::string& name) const;

  /// Number of columns of the result.
  int columns_of(const Query& query);
  std::string explain(const Query& query);

  /// How this connection was made, for another program: the names and values of libpq, the password among them.
  std::vector<std::pair<std::string, std::string>> parameters() const;

  /// Of the server's process that this connection has.
  int backend() const { return PQbackendPID(handle_.get()); }

 private:
  struct HandleDeleter {
    void operator()(PGconn* handle) const { PQfinish(handle); }
  };
  struct Prepared {
    std::string name;
    std::vector<Oid> types;  ///< of the parameters, as the server understood them
    int columns = 0;
  };

  void connect(const std::string& url);
  /// Sends what is to be sent and waits for what libpq needs next.
  void wait_for_socket(short events, const std::string& doing);
  /// As PQgetResult, up to the deadline.
  ResultPtr next_result(const std::string& doing);
  /// What the statement that was sent gives in the end: as PQexec, the last result.
  ResultPtr only_result(const std::string& doing);
  ResultPtr checked(ResultPtr result, const std::string& doing);
  ResultPtr run(const Query& query, const Values& values);
  const Prepared& prepared_for(const Query& query, std::span<const Values> rows);
  const Prepared& prepare(const Query& query, const std::vector<Oid>& types);
  void forget(const Query& query);
  void send(const Prepared& prepared, const Values& values);
  void require(int sent);

  std::unique_ptr<PGconn, HandleDeleter> handle_;
  std::unordered_map<const Query*, Prepared> prepared_;
  std::int64_t prepared_so_far_ = 0;
  Deadline deadline_;
  bool given_up_ = false;  ///< the server did not answer in time

  friend class Pipeline;
};

}  // namespace rapport::store::postgres
