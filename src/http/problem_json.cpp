#include "http/problem_json.hpp"

#include <algorithm>

#include "http/problem_types.hpp"
#include "http/shape.hpp"

namespace rapport::http {
namespace {

int status_of_invalid(std::string_view code) {
  for (const std::string_view unreadable : {"body.missing", "body.not_utf8", "body.not_json", "body.too_deep"}) {
    if (code == unreadable) return 400;
  }
  return 422;
}

void write_member(std::string& out, std::string_view name, std::string_view text) {
  out += ",\"";
  out += name;
  out += "\":";
  write_string(out, text);
}

void write_fields(std::string& out, const std::vector<FieldError>& fields) {
  out += ",\"errors\":[";
  bool first = true;
  for (const auto& field : fields) {
    out += first ? "{\"pointer\":" : ",{\"pointer\":";
    first = false;
    write_string(out, field.path);
    write_member(out, "detail", field.message);
    out += '}';
  }
  out += ']';
}

bool is_passing(ErrorKind kind) {
  return kind == ErrorKind::too_many || kind == ErrorKind::overloaded || kind == ErrorKind::timed_out ||
         kind == ErrorKind::storage;
}

int seconds_to_wait(const Error& error) {
  return std::max(1, error.retry_after_seconds);
}

}  // namespace

int status_of(const Error& error) {
  // The one answer that is "not found" to the rest of the program but has a status of its own.
  if (error.code == "method_not_allowed") return 405;
  switch (error.kind) {
    case ErrorKind::invalid:
      return status_of_invalid(error.code);
    case ErrorKind::unauthenticated:
      return 401;
    case ErrorKind::forbidden:
      return 403;
    case ErrorKind::not_found:
      return 404;
    case ErrorKind::conflict:
      return 409;
    case ErrorKind::too_large:
      return 413;
    case ErrorKind::too_many:
      return 429;
    case ErrorKind::overloaded:
    case ErrorKind::timed_out:
    case ErrorKind::storage:
      return 503;
    case ErrorKind::internal:
      return 500;
  }
  return 500;
}

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 409:
      return "Conflict";
    case 408:
      return "Request Timeout";
    case 413:
      return "Content Too Large";
    case 422:
      return "Unprocessable Content";
    case 426:
      return "Upgrade Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    default:
      return "";
  }
}

namespace {

std::string body_of(const Error& error, int status) {
  std::string out = "{\"type\":\"" + problem_type_uri(error.code) + '"';
  write_member(out, "title", title_of(status));
  out += ",\"status\":";
  write_integer(out, status);
  write_member(out, "detail", error.detail);
  write_member(out, "code", error.code);
  if (!error.fields.empty()) write_fields(out, error.fields);
  if (is_passing(error.kind)) {
    out += ",\"retry_after\":";
    write_integer(out, seconds_to_wait(error));
  }
  out += '}';
  return out;
}

}  // namespace

std::string problem_body(const Error& error) {
  return body_of(error, status_of(error));
}

Response transport_problem(int status, std::string_view code, std::string detail) {
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/problem+json"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Cache-Control", "no-store"}};
  response.body = body_of({ErrorKind::invalid, std::string(code), std::move(detail)}, status);
  return response;
}

Response problem_response(const Error& error) {
  Response response;
  response.status = status_of(error);
  response.headers.emplace_back("Content-Type", "application/problem+json");
  if (is_passing(error.kind)) {
    response.headers.emplace_back("Retry-After", std::to_string(seconds_to_wait(error)));
  }
  response.body = problem_body(error);
  return response;
}

std::string problem_frame(std::int64_t id, const Error& error) {
  std::string out = "{\"id\":";
  write_integer(out, id);
  out += ",\"status\":";
  write_integer(out, status_of(error));
  out += ",\"body\":" + problem_body(error) + "}";
  return out;
}

}  // namespace rapport::http
