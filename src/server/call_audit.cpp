#include "server/call_audit.hpp"

#include <algorithm>

#include "base/log.hpp"
#include "http/problem_json.hpp"

namespace rapport::server {
namespace {

bool has_failed(const http::Response& response) {
  return response.status >= 400;
}

bool is_refused(const http::Response& response) {
  return response.status == 401 || response.status == 403;
}

/// What was over a limit was not looked at, and nonsense of somebody unknown is nobody's: rows for these would let
/// anyone fill the audit.
bool deserves_row(const Context& context, const http::Response& response) {
  if (!has_failed(response) || response.status == 429) return false;
  return !context.viewer.account.is_nil() || is_refused(response) || response.status == 500;
}

void withhold(const http::Call& call, std::vector<http::Response>& responses) {
  log::error("audit.forgotten", {{"route", std::string(to_text(call.route->method)) + " " + call.route->pattern}});
  for (auto& response : responses) {
    if (has_failed(response)) continue;
    response = http::problem_response(
        {ErrorKind::internal, "internal", "Something went wrong on our side: this was not written into the audit."});
  }
}

/// "room 0190…": what the permission is about, whoever's it is.
std::string thing_asked_for(const http::Call& call) {
  const auto& parameter = call.route->scope_parameter;
  return parameter.empty() ? std::string() : parameter + " " + call.path_text(parameter);
}

access::AuditEntry failure_of(const Context& context, const http::Call& call,
                              const std::vector<http::Response>& responses) {
  auto entry = audit_entry_of(context, call);
  if (context.viewer.account.is_nil()) {
    entry.viewer.reset();
    entry.role.reset();
  }
  if (call.route->scope_parameter == "room") entry.room = call.path_id<RoomId>("room");
  entry.view = context.failed_at.empty() ? thing_asked_for(call) : context.failed_at;
  entry.count = std::count_if(responses.begin(), responses.end(),
                              [&](const http::Response& response) { return deserves_row(context, response); });
  if (entry.count == std::count_if(responses.begin(), responses.end(), is_refused)) {
    entry.outcome = access::Outcome::refused;
  }
  return entry;
}

}  // namespace

std::int64_t settle_audit(Context& context, const http::Call& call, std::vector<http::Response>& responses,
                          Deadline deadline) {
  if (call.route->audit.empty()) return 0;
  const bool all_failed = std::all_of(responses.begin(), responses.end(), has_failed);
  if (!all_failed && !context.is_written_down) withhold(call, responses);
  const auto deserves = [&](const http::Response& response) { return deserves_row(context, response); };
  if (std::none_of(responses.begin(), responses.end(), deserves)) return 0;
  const auto entry = failure_of(context, call, responses);
  // The failure is what the caller hears, even if this row cannot be written either.
  (void)context.house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    access::write_audit(tx, entry);
    return {};
  });
  return entry.count;
}

}  // namespace rapport::server
