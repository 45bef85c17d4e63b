#include "report.hpp"

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <string_view>

namespace rapport::load {
namespace {

namespace json = boost::json;
constexpr double kMessages = 10'000;  // processor time is given for so many

double for_10000(const LoadFigures& load, double seconds) {
  return seconds * kMessages / static_cast<double>(load.plan.messages);
}

double mib(std::size_t kib) {
  return static_cast<double>(kib) / 1024;
}

std::string name_of(const Plan& plan) {
  return plan.rate > 0 ? fmt::format("rate {:.0f}/s", plan.rate) : fmt::format("window {}", plan.window);
}

double median(const std::vector<double>& sorted) {
  return sorted[sorted.size() / 2];
}

void print_loads(const Report& report) {
  fmt::print("\n{:14} {:>8} {:>10} {:>10} {:>10} {:>8} {:>8} {:>8} {:>9} {:>8} {:>8}\n", "", "", "server", "postgres",
             "instrum.", "p50", "p99", "max", "", "server", "others");
  fmt::print("{:14} {:>8} {:>10} {:>10} {:>10} {:>8} {:>8} {:>8} {:>9} {:>8} {:>8}\n", "load", "msgs/s", "CPU s/10k",
             "CPU s/10k", "CPU s/10k", "ms", "ms", "ms", "receipts", "RSS MiB", "CPU s");
  for (const auto& load : report.loads) {
    const auto& delivered = load.outcome.delivered;
    fmt::print("{:14} {:8.0f} {:10.2f} {:10.2f} {:10.2f} {:8.1f} {:8.1f} {:8.1f} {:9} {:8.1f} {:8.1f}\n",
               name_of(load.plan), load.outcome.delivered_per_second, for_10000(load, load.spent.server),
               for_10000(load, load.spent.postgres), for_10000(load, load.spent.own), delivered.p50 / 1000,
               delivered.p99 / 1000, delivered.max / 1000, load.outcome.receipts, mib(load.server_rss_kib),
               load.spent.others);
  }
}

std::string text_of(const IdleLevel& level) {
  return level.kib_each ? fmt::format("{:.1f}", *level.kib_each) : level.why_not;
}

void print_idle(const Report& report) {
  fmt::print("\n{:>12} {:>16} {:>16}\n", "idle lines", "plain KiB each", "TLS KiB each");
  for (const auto& level : report.idle) {
    fmt::print("{:12} {:>16} {:>16}\n", level.plain.connections, text_of(level.plain), text_of(level.tls));
  }
}

/// One target, and whether it was met by what was measured here and now.
void print_target(std::string_view target, const std::string& load, double measured, double limit, double stretch,
                  bool at_least = false) {
  const auto meets = [&](double wanted) { return at_least ? measured >= wanted : measured <= wanted; };
  fmt::print("{:46} {:14} {:10.2f}  {}\n", target, load, measured,
             meets(stretch) && stretch != limit ? "met, stretch too"
             : meets(limit)                     ? "met"
                                                : "MISSED");
}

void print_targets_of(const LoadFigures& load) {
  const auto name = name_of(load.plan);
  if (load.plan.rate == 0) {
    print_target("at least 5,000 messages/s (stretch 10,000)", name, load.outcome.delivered_per_second, 5000, 10'000,
                 true);
  }
  print_target("at most 1.5 CPU s for 10,000 (stretch 1.0)", name, for_10000(load, load.spent.server), 1.5, 1.0);
  if (load.plan.rate > 0) {
    print_target("delivered within 20 ms, 99 of 100", name, load.outcome.delivered.p99 / 1000, 20, 20);
  }
}

void print_targets(const Report& report) {
  constexpr double kMegabyte = 1000.0 * 1000.0;
  const auto megabytes = [](std::size_t kib) { return static_cast<double>(kib) * 1024 / kMegabyte; };
  fmt::print("\n{:46} {:14} {:>10}\n", "target", "load", "measured");
  if (report.start) {
    print_target("first answer within 150 ms", "start", median(report.start->milliseconds), 150, 150);
    print_target("at most 40 MB resident", "start", megabytes(report.start->rss_kib), 40, 40);
  }
  for (const auto& load : report.loads) print_targets_of(load);
  if (!report.loads.empty()) {
    print_target("at most 40 MB resident", "after these", megabytes(report.loads.back().server_rss_kib), 40, 40);
  }
  for (const auto& level : report.idle) {
    if (!level.plain.kib_each) continue;
    print_target("at most 16 KiB for an idle plain line", fmt::format("{} lines", level.plain.connections),
                 *level.plain.kib_each, 16, 16);
  }
}

json::object to_object(const Spread& spread) {
  return {{"p50_ms", spread.p50 / 1000}, {"p99_ms", spread.p99 / 1000}, {"max_ms", spread.max / 1000}};
}

json::object to_object(const LoadFigures& load) {
  return {{"load", name_of(load.plan)},
          {"messages", load.plan.messages},
          {"window", load.plan.window},
          {"rate", load.plan.rate},
          {"bytes", load.plan.bytes},
          {"with_receipts", load.plan.receipts},
          {"seconds", load.outcome.seconds},
          {"delivered_per_second", load.outcome.delivered_per_second},
          {"delivered", to_object(load.outcome.delivered)},
          {"acknowledged", to_object(load.outcome.acknowledged)},
          {"receipts", load.outcome.receipts},
          {"receipt_events", load.outcome.receipt_events},
          {"server_cpu_s_per_10000", for_10000(load, load.spent.server)},
          {"postgres_cpu_s_per_10000", for_10000(load, load.spent.postgres)},
          {"own_cpu_s_per_10000", for_10000(load, load.spent.own)},
          {"others_cpu_s", load.spent.others},
          {"server_rss_kib", load.server_rss_kib}};
}

json::object to_object(const IdleLevel& level, bool tls) {
  json::object object{{"connections", level.connections}, {"tls", tls}, {"server_rss_kib", level.rss_kib}};
  if (level.kib_each) object["kib_each"] = *level.kib_each;
  if (!level.why_not.empty()) object["why_not"] = level.why_not;
  return object;
}

/// Numbers as people read them; the library would write 2.5E0.
std::string to_text(const json::value& value) {
  if (value.is_double()) return fmt::format("{:.{}f}", value.get_double(), value.get_double() < 1000 ? 3 : 0);
  if (const auto* array = value.if_array()) {
    std::string text;
    for (const auto& element : *array) text += (text.empty() ? "[" : ",") + to_text(element);
    return text.empty() ? "[]" : text + "]";
  }
  if (const auto* object = value.if_object()) {
    std::string text;
    for (const auto& [name, field] : *object) {
      text += (text.empty() ? "{" : ",") + json::serialize(name) + ":" + to_text(field);
    }
    return text + "}";
  }
  return json::serialize(value);
}

}  // namespace

void print_tables(const Report& report) {
  fmt::print("{}{}, {} clients with {} therapists, {} idle lines beside them; all delivered once and in order\n",
             report.engine, report.tls ? ", TLS" : "", report.pairs, report.therapists, report.crowd);
  if (report.start) {
    const auto& times = report.start->milliseconds;
    fmt::print("\nstart: first answer after {:.0f} ms ({:.0f} to {:.0f}, {} starts), {:.1f} MiB resident\n",
               median(times), times.front(), times.back(), times.size(), mib(report.start->rss_kib));
  }
  if (!report.loads.empty()) print_loads(report);
  if (!report.idle.empty()) print_idle(report);
  if (report.plain_inserts_per_second) {
    fmt::print("\nbare rows stored by SQLite on this disk: {:.0f}/s\n", *report.plain_inserts_per_second);
  }
  print_targets(report);
}

std::string to_json(const Report& report) {
  json::object object{{"engine", report.engine},
                      {"pairs", report.pairs},
                      {"therapists", report.therapists},
                      {"crowd", report.crowd},
                      {"tls", report.tls}};
  if (report.start) {
    object["start"] = {{"median_ms", median(report.start->milliseconds)},
                       {"all_ms", json::array(report.start->milliseconds.begin(), report.start->milliseconds.end())},
                       {"rss_kib", report.start->rss_kib}};
  }
  json::array loads;
  for (const auto& load : report.loads) loads.emplace_back(to_object(load));
  object["loads"] = std::move(loads);
  json::array idle;
  for (const auto& level : report.idle) {
    idle.emplace_back(to_object(level.plain, false));
    idle.emplace_back(to_object(level.tls, true));
  }
  object["idle"] = std::move(idle);
  if (report.plain_inserts_per_second) object["plain_inserts_per_second"] = *report.plain_inserts_per_second;
  return to_text(object);
}

}  // namespace rapport::load
