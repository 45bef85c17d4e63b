#pragma once
/// @file The one place where an Error becomes an HTTP status and a body (RFC 9457, application/problem+json).
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "http/response.hpp"

namespace rapport::http {

/// 400 for a body that cannot be read at all, 422 for one that says the wrong thing; the rest by kind.
int status_of(const Error& error);
/// "Not Found" for 404; "" for a status this server does not use.
std::string_view title_of(int status);
/// {type, title, status, detail, code, errors:[{pointer, detail}], retry_after}; `errors` only if there are any,
/// `retry_after` (seconds, at least 1) where coming back later helps: a frame has no headers that could say it.
std::string problem_body(const Error& error);
/// Adds Retry-After (seconds, at least 1) where coming back later helps.
Response problem_response(const Error& error);
/// What is wrong with a request that no route has seen: the status is said, not found from a kind of error.
Response transport_problem(int status, std::string_view code, std::string detail);
/// The same answer to a frame of the live connection: {"id":7,"status":422,"body":{...}}.
std::string problem_frame(std::int64_t id, const Error& error);

}  // namespace rapport::http
