#include "server/audit_commands.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "access/audit_check.hpp"
#include "server/data_places.hpp"
#include "server/look_in.hpp"
#include "server/measure_commands.hpp"

namespace rapport::server {
namespace {

namespace json = boost::json;
using access::AuditFinding;
using access::AuditReport;

constexpr std::chrono::hours kTimeForAll{6};

Result<AuditReport> check(const config::Settings& settings) {
  TRY_ASSIGN(const auto look, look_in(settings));
  return look.db->read(std::chrono::steady_clock::now() + kTimeForAll, [&](store::ReadTx& tx) {
    return access::check_audit(tx, look.root, audit_heads_file(settings));
  });
}

json::value json_of(const std::optional<Time>& time) {
  return time ? json::value(to_rfc3339(*time)) : json::value(nullptr);
}

json::object json_of(const AuditFinding& finding) {
  return {{"kind", json::string_view(access::to_text(finding.kind))},
          {"from", finding.from},
          {"to", finding.to},
          {"since", json_of(finding.since)},
          {"message", access::explain(finding)}};
}

json::object json_of(const AuditReport& report) {
  json::array findings;
  for (const auto& finding : report.findings) findings.push_back(json_of(finding));
  return {{"rows", report.rows},
          {"first", json_of(report.first)},
          {"last", json_of(report.last)},
          {"heads", report.heads},
          {"last_head", json_of(report.last_head)},
          {"not_chained", report.without_place.rows},
          {"findings", std::move(findings)}};
}

void print_json(json::array results, json::array errors, std::ostream& out) {
  fmt::print(out, "{}\n",
             json::serialize(json::object{{"results", std::move(results)}, {"errors", std::move(errors)}}));
}

int not_done(const Error& error, bool as_json, std::ostream& out, std::ostream& errors) {
  if (as_json) {
    print_json({}, {json::object{{"file", nullptr}, {"line", nullptr}, {"column", nullptr}, {"message", error.detail}}},
               out);
  }
  fmt::print(errors, "rapport: {}\n", error.detail);
  return kNotDone;
}

void print_report(const AuditReport& report, std::ostream& out) {
  fmt::print(out, "{} rows in the chain", report.rows);
  if (report.first && report.last) {
    fmt::print(out, ", {} to {}", to_rfc3339(*report.first), to_rfc3339(*report.last));
  }
  fmt::print(out, "; {} signed heads{}.\n", report.heads,
             report.last_head ? ", the last of " + to_rfc3339(*report.last_head) : "");
  if (report.without_place.rows > 0) {
    fmt::print(out, "{} rows are not chained yet{}: a server does so within a second, or at its next start.\n",
               report.without_place.rows,
               report.without_place.oldest ? ", the oldest of " + to_rfc3339(*report.without_place.oldest) : "");
  }
  for (const auto& finding : report.findings) fmt::print(out, "{}\n", access::explain(finding));
  if (report.findings.empty()) fmt::print(out, "Nothing is missing and nothing was changed.\n");
}

}  // namespace

int verify_audit(const config::Settings& settings, bool as_json, std::ostream& out, std::ostream& errors) {
  const auto report = check(settings);
  if (!report) return not_done(report.error(), as_json, out, errors);
  if (as_json) {
    print_json({json_of(*report)}, {}, out);
  } else {
    print_report(*report, out);
  }
  if (report->findings.empty()) return kDone;
  fmt::print(errors, "rapport: The audit is not as it was written: {}\n", access::explain(report->findings.front()));
  return kNotDone;
}

}  // namespace rapport::server
