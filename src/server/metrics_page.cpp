#include "server/metrics_page.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "features/notify/notices_store.hpp"
#include "http/problem_json.hpp"
#include "store/commit_counter.hpp"

namespace rapport::server {
namespace {

constexpr std::chrono::seconds kPatience{2};

// The place of a row is its number in the chain; to count the rows would take longer with every year.
const store::Query kChained("metrics.chained", "SELECT MAX(place) FROM audit WHERE place IS NOT NULL", true);

std::string gauge(std::string_view name, std::string_view help, double value) {
  return metric(name, "gauge", help, fmt::format("{} {}\n", name, value));
}

std::string counter(std::string_view name, std::string_view help, double value) {
  return metric(name, "counter", help, fmt::format("{} {}\n", name, value));
}

std::string of_database(House& house) {
  struct Found {
    notify::Waiting mails;
    std::int64_t chained = 0;
  };
  const auto found =
      house.db.read(std::chrono::steady_clock::now() + kPatience, [](store::ReadTx& tx) -> Result<Found> {
        const auto last = tx.first(kChained, {}, [](const store::Row& row) { return row.maybe_int64(0).value_or(0); });
        return Found{notify::count_waiting(tx), last.value_or(0)};
      });
  auto text = gauge("rapport_database_up", "1 while the database answers.", found ? 1 : 0);
  if (!found) return text;
  text += gauge("rapport_mails_waiting", "Mails that are to be sent, or tried again.",
                static_cast<double>(found->mails.waiting));
  text += gauge("rapport_mails_failed", "Mails that were given up.", static_cast<double>(found->mails.failed));
  text += gauge("rapport_audit_rows", "Rows of the audit that are chained.", static_cast<double>(found->chained));
  return text;
}

std::string of_commits() {
  const auto sum = store::commit_counter().sum();
  return metric("rapport_commit_seconds", "summary", "Commits of the databases, and how long they took.",
                fmt::format("rapport_commit_seconds_sum {}\nrapport_commit_seconds_count {}\n", sum.seconds,
                            sum.commits)) +
         counter("rapport_writes_total", "Writes; by the number of commits: how many shared one.",
                 static_cast<double>(sum.writes));
}

std::string of_process() {
  std::int64_t size = 0;
  std::int64_t resident = 0;
  std::ifstream("/proc/self/statm") >> size >> resident;
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return gauge("process_resident_memory_bytes", "Memory that is resident.",
               static_cast<double>(resident * ::sysconf(_SC_PAGESIZE))) +
         counter("process_cpu_seconds_total", "Processor time, user and system.",
                 seconds(used.ru_utime) + seconds(used.ru_stime));
}

}  // namespace

std::string metrics_text(const Watched& watched) {
  return watched.service.metrics().text() +
         gauge("rapport_queue_depth", "Calls that wait for a worker.", static_cast<double>(watched.server.waiting())) +
         gauge("rapport_connections", "Sockets that are open.", static_cast<double>(watched.server.connections())) +
         gauge("rapport_live_lines", "Live lines that are open.", static_cast<double>(watched.service.live_lines())) +
         of_commits() + of_database(watched.house) + of_process();
}

http::Response MetricsPage::handle(const http::Request& request) {
  if (request.method != http::Method::get || request.target != "/metrics") {
    return http::problem_response(not_found("Only /metrics is here."));
  }
  http::Response response;
  response.headers = {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}, {"Cache-Control", "no-store"}};
  response.body = text_();
  return response;
}

std::unique_ptr<http::LiveSession> MetricsPage::open_live(const http::Request& /*request*/,
                                                          std::shared_ptr<http::LiveSocket> /*socket*/,
                                                          http::Response& refusal) {
  refusal = http::problem_response(not_found("Only /metrics is here."));
  return nullptr;
}

http::Response MetricsPage::overloaded(const http::Request& /*request*/) {
  return http::problem_response({ErrorKind::overloaded, "overloaded", "Please ask again in a moment.", {}, 1});
}

}  // namespace rapport::server
