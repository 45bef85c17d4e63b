#include "store/postgres/failures.hpp"

#include <string_view>

namespace rapport::store::postgres {
namespace {

Error storage_error() {
  return Error{ErrorKind::storage, "storage.unavailable",
               "The data cannot be reached at the moment; please try again."};
}
Error overloaded_error() {
  return Error{ErrorKind::overloaded, "overloaded", "The service is busy at the moment; please try again.", {}, 1};
}
Error timed_out_error() {
  return Error{ErrorKind::timed_out, "timed_out",
               "This took too long and was given up. Look whether it was done before you do it again."};
}
Error internal_error() {
  return Error{ErrorKind::internal, "internal", "Something went wrong on our side; nothing was done."};
}

std::string_view sql_state(const PGresult* result) {
  const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  return state == nullptr ? std::string_view() : std::string_view(state);
}

std::string describe(PGconn* connection, const PGresult* result, const std::string& doing) {
  const char* primary = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  std::string text = "postgres: " + doing + ": ";
  text += primary != nullptr ? primary : PQerrorMessage(connection);
  const auto state = sql_state(result);
  if (!state.empty()) text.append(" (").append(state).append(")");
  return text;
}

/// The server cannot go on, though the statement is all right: no room on the disk, read-only, shutting down,
/// failing hardware.
bool is_server_trouble(std::string_view state) {
  return state.starts_with("08") || state.starts_with("53") || state.starts_with("57") || state.starts_with("58") ||
         state.starts_with("28") || state.starts_with("XX") || state == "25006";
}

}  // namespace

SerializationFailure::SerializationFailure(const std::string& what_for_the_log)
    : StorageFailure(overloaded_error(), what_for_the_log) {}

ConnectionLost::ConnectionLost(const std::string& what_for_the_log)
    : StorageFailure(storage_error(), what_for_the_log) {}

StorageFailure deadline_passed(const std::string& what_for_the_log) {
  return StorageFailure(timed_out_error(), "postgres: " + what_for_the_log);
}

StorageFailure overloaded(const std::string& what_for_the_log) {
  return StorageFailure(overloaded_error(), "postgres: " + what_for_the_log);
}

void throw_failure(PGconn* connection, const PGresult* result, const std::string& doing) {
  const auto state = sql_state(result);
  const auto text = describe(connection, result, doing);
  if (PQstatus(connection) == CONNECTION_BAD) throw ConnectionLost(text);
  if (state.starts_with("23")) throw ConstraintViolation(text);
  if (state == "40001" || state == "40P01") throw SerializationFailure(text);
  if (state == "57014" || state == "55P03") throw StorageFailure(timed_out_error(), text);
  if (state == "53300") throw StorageFailure(overloaded_error(), text);
  if (is_server_trouble(state)) throw StorageFailure(storage_error(), text);
  throw StorageFailure(internal_error(), text);
}

}  // namespace rapport::store::postgres
