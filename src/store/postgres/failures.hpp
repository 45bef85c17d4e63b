#pragma once
/// @file What the server or libpq reports, as the exceptions of the store.
#include <libpq-fe.h>

#include <memory>
#include <string>

#include "store/transaction.hpp"

namespace rapport::store::postgres {

/// Two transactions could not both go on (SQLSTATE 40001, 40P01): the whole unit may be run again.
class SerializationFailure : public StorageFailure {
 public:
  explicit SerializationFailure(const std::string& what_for_the_log);
};

/// The connection is gone; whatever it was doing is undone, except when it was committing.
class ConnectionLost : public StorageFailure {
 public:
  explicit ConnectionLost(const std::string& what_for_the_log);
};

struct ResultDeleter {
  void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultDeleter>;

StorageFailure deadline_passed(const std::string& what_for_the_log);
StorageFailure overloaded(const std::string& what_for_the_log);

/// Throws what fits the failed (or missing) result. `doing` names the statement for the log; parameters are never
/// part of the text, and neither is the server's DETAIL, which quotes values of rows.
[[noreturn]] void throw_failure(PGconn* connection, const PGresult* result, const std::string& doing);

}  // namespace rapport::store::postgres
