// Loads a server on this computer and says what it did. It refuses any other address. It is one thread on epoll with
// a WebSocket client of its own, because on two cores the instrument must leave the server nearly all of them; its own
// processor time is part of the report, so that this can be checked.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>

#include "exchange.hpp"
#include "idle.hpp"
#include "make_practice.hpp"
#include "options.hpp"
#include "plain.hpp"
#include "practice.hpp"
#include "server_process.hpp"

namespace rapport::load {
namespace {

namespace json = boost::json;

/// Two descriptors for a connection on one computer: ours and, inherited, the server's.
void allow_many_descriptors() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  constexpr rlim_t kWanted = 40'000;
  const rlimit wanted{kWanted, std::max<rlim_t>(kWanted, limit.rlim_max)};
  if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) return;
  limit.rlim_cur = limit.rlim_max;  // as far as one may without being root
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string read_file(const std::string& name) {
  std::ifstream file(name);
  if (!file) throw std::runtime_error("cannot read " + name);
  return {std::istreambuf_iterator<char>(file), {}};
}

json::object to_json(const Spread& spread) {
  return {{"p50_ms", spread.p50 / 1000}, {"p99_ms", spread.p99 / 1000}, {"max_ms", spread.max / 1000}};
}

/// Numbers as people read them; the library would write 2.5E0.
std::string to_text(const json::value& value) {
  if (value.is_double()) return fmt::format("{:.{}f}", value.get_double(), value.get_double() < 1000 ? 3 : 0);
  if (const auto* array = value.if_array()) {
    std::string text;
    for (const auto& element : *array) text += (text.empty() ? "[" : ",") + to_text(element);
    return text + "]";
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

/// Processor seconds of everybody who takes part, at one moment.
struct Spent {
  double server = 0;
  double own = 0;
  double postgres = 0;
  double computer = 0;
};

class Measurement {
 public:
  explicit Measurement(const Options& options) : options_(options), folder_(options.folder) {
    if (options.database.empty() || options.server.empty()) return;
    database_.emplace(options.database);
    options_.database = database_->url();
  }

  json::object run() {
    if (options_.at.empty()) {
      accounts_ =
          options_.demo ? make_demo_practice(options_, folder_.name()) : make_own_practice(options_, folder_.name());
      server_.emplace(options_, folder_.name());
      report_["start_ms"] = server_->start_milliseconds();
      report_["start_rss_kib"] = server_->start_rss_kib();
    }
    const Loopback server = server_ ? server_->address() : Loopback(options_.at);
    if (options_.start_only) return report_;
    if (!server_) accounts_ = read_file(options_.accounts);
    if (!options_.database.empty()) postgres_ = postgres_process(options_.database);
    const auto practice = log_everybody_in(server, accounts_, options_.pairs);
    if (options_.idle.empty()) {
      exchange(server, practice);
    } else {
      idle(server, practice);
    }
    if (options_.plain) {
      report_["plain_inserts_per_second"] =
          plain_inserts_per_second(folder_.name(), options_.messages, options_.bytes + 41);
    }
    return report_;
  }

 private:
  Spent spent() const {
    return {server_ ? cpu_seconds_of(server_->process()) : 0, own_cpu_seconds(),
            postgres_ ? cpu_seconds_with_children(*postgres_) : 0, cpu_seconds_of_computer()};
  }

  /// Whoever else kept the computer busy: with more than a little of it, the figures say less.
  static double others(const Spent& spent) { return spent.computer - spent.server - spent.own - spent.postgres; }

  void exchange(const Loopback& server, const Practice& practice) {
    Exchange exchange(server, practice);
    Plan plan{options_.messages, options_.window, options_.bytes, options_.rate, options_.receipts};
    // Keys are fetched and statements prepared with the first messages; that is not what is to be known.
    Plan warm = plan;
    warm.messages = std::min<std::size_t>(std::max<std::size_t>(options_.pairs * 8, 500), 4000);
    exchange.run(warm);
    if (options_.hold) hold();
    const auto before = spent();
    const auto outcome = exchange.run(plan);
    report(practice, outcome, before, spent());
    check_stored(server, practice);
  }

  void hold() const {
    fmt::print(stderr, "server process {}; Enter starts the measured part\n", server_ ? server_->process() : 0);
    (void)std::getchar();
  }

  void report(const Practice& practice, const Outcome& outcome, const Spent& before, const Spent& after) {
    const double per_10000 = 10'000 / static_cast<double>(options_.messages);
    report_["pairs"] = options_.pairs;
    report_["therapists"] = practice.people.size() - practice.rooms.size();
    report_["messages"] = options_.messages;
    report_["window"] = options_.window;
    report_["bytes"] = options_.bytes;
    report_["rate"] = options_.rate;
    report_["seconds"] = outcome.seconds;
    report_["delivered_per_second"] = outcome.delivered_per_second;
    report_["delivered"] = to_json(outcome.delivered);
    report_["acknowledged"] = to_json(outcome.acknowledged);
    report_["receipts"] = outcome.receipts;
    report_["receipt_events"] = outcome.receipt_events;
    if (server_) {
      report_["server_cpu_s_per_10000"] = (after.server - before.server) * per_10000;
      report_["server_rss_kib"] = rss_kib_of(server_->process());
    }
    if (postgres_) {
      report_["postgres_cpu_s_per_10000"] = (after.postgres - before.postgres) * per_10000;
    }
    report_["own_cpu_s_per_10000"] = (after.own - before.own) * per_10000;
    report_["others_cpu_s"] = others(after) - others(before);
  }

  /// What was delivered must also be what is stored.
  void check_stored(const Loopback& server, const Practice& practice) {
    std::int64_t stored = 0;
    for (const auto& room : practice.rooms) stored += last_seq(server, practice.people[room.therapist], room.room);
    report_["events_stored_in_rooms"] = stored;
    report_["verified"] = true;
  }

  void idle(const Loopback& server, const Practice& practice) {
    if (!server_) throw std::runtime_error("--idle needs --server: it looks at the server's memory");
    json::array levels;
    for (const auto& level : measure_idle(server, practice, server_->process(), options_.idle)) {
      levels.push_back(json::object{
          {"connections", level.connections}, {"server_rss_kib", level.rss_kib}, {"kib_each", level.kib_each}});
    }
    report_["idle"] = std::move(levels);
  }

  Options options_;
  TemporaryFolder folder_;
  std::optional<TemporaryDatabase> database_;  // before the server, which goes first
  std::string accounts_;
  std::optional<ServerProcess> server_;
  std::optional<pid_t> postgres_;
  json::object report_;
};

void print(const json::object& report) {
  for (const auto& [name, value] : report) {
    fmt::print("{:28} {}\n", std::string_view(name.data(), name.size()), to_text(value));
  }
}

int run(const Options& options) {
  allow_many_descriptors();
  const auto report = Measurement(options).run();
  if (options.json) {
    fmt::print("{}\n", to_text(report));
  } else {
    print(report);
  }
  return 0;
}

}  // namespace
}  // namespace rapport::load

int main(int count, char** values) {
  using namespace rapport::load;
  try {
    return run(read_options(count, values));
  } catch (const std::invalid_argument& mistake) {
    fmt::print(stderr, "rapport_load: {}\n\n{}", mistake.what(), usage());
    return 2;
  } catch (const std::exception& failure) {
    fmt::print(stderr, "rapport_load: {}\n", failure.what());
    return 1;
  }
}
