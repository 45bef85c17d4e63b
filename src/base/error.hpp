#pragma once
/// @file What can go wrong, in words that belong to no protocol. One place per protocol turns an Error into
/// an answer (HTTP problem+json, a WebSocket answer, a command's exit status).
#include <string>
#include <utility>
#include <vector>

namespace rapport {

/// The kinds a caller can act upon. Everything else about an error is text.
enum class ErrorKind {
  invalid,  ///< the input is wrong; `fields` says where
  unauthenticated,
  forbidden,
  not_found,  ///< also the answer for what the viewer may not know to exist
  conflict,   ///< the state does not allow it (an id used for something else, an old revision)
  too_large,
  too_many,    ///< a rate limit; `retry_after_seconds` says when to come back
  overloaded,  ///< the server has too much to do; nothing was done
  timed_out,   ///< the deadline passed; whether a change was made is not known
  storage,     ///< disk full, read-only, database gone; nothing was done
  internal,    ///< a defect of ours; `detail` is a reference number, the log has the rest
};

/// What is wrong with one part of the input. `path` is a JSON pointer ("/text").
struct FieldError {
  std::string path;
  std::string message;
};

/// `code` is a stable word for programs ("message.too_long"); `detail` is a sentence that is safe to show.
struct Error {
  ErrorKind kind = ErrorKind::internal;
  std::string code;
  std::string detail;
  std::vector<FieldError> fields = {};
  int retry_after_seconds = 0;
};

inline Error invalid(std::string code, std::string detail, std::vector<FieldError> fields = {}) {
  return Error{ErrorKind::invalid, std::move(code), std::move(detail), std::move(fields)};
}
inline Error not_found(std::string detail = "There is nothing here, or it is not yours to see.") {
  return Error{ErrorKind::not_found, "not_found", std::move(detail)};
}
inline Error forbidden(std::string detail) {
  return Error{ErrorKind::forbidden, "forbidden", std::move(detail)};
}

}  // namespace rapport
