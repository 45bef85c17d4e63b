#include "measurement.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "certificate.hpp"
#include "plain.hpp"

namespace rapport::load {
namespace {

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

Spent difference(const Spent& after, const Spent& before) {
  return {after.server - before.server, after.own - before.own, after.postgres - before.postgres,
          after.others - before.others};
}

/// Those that the targets speak of: a phone that is back, messages one by one as fast as they are answered, and by the
/// clock as a practice of a thousand messages a second, or five, would see them.
std::vector<Plan> plans_of(const Options& options) {
  Plan plan{options.messages, options.window, options.bytes, options.rate, options.receipts};
  if (!options.all) return {plan};
  const auto with = [&](std::size_t messages, std::size_t window, double rate) {
    return Plan{messages, window, options.bytes, rate, options.receipts};
  };
  return {with(60'000, 8, 0), with(20'000, 1, 0), with(10'000, 1, 1000), with(20'000, 1, 5000)};
}

}  // namespace

Measurement::Measurement(const Options& options) : options_(options), folder_(options.folder) {
  if (options.database.empty() || options.server.empty()) return;
  database_.emplace(options.database);
  options_.database = database_->url();
}

Report Measurement::run() {
  report_.engine = options_.database.empty() ? "SQLite" : "PostgreSQL";
  report_.pairs = options_.pairs;
  report_.crowd = options_.crowd;
  report_.tls = options_.tls;
  if (options_.all && options_.idle.empty()) options_.idle = {1000, 5000, 15'000};
  if (options_.at.empty()) {
    accounts_ = options_.demo ? make_demo_practice(options_, folder_.name(), pairs_in_all())
                              : make_own_practice(options_, folder_.name(), pairs_in_all());
    measure_start();
    if (options_.start_only) return report_;
    start_server(options_.tls);
  } else {
    accounts_ = read_file(options_.accounts);
  }
  if (!options_.database.empty()) postgres_ = postgres_process(options_.database);
  const auto everybody = log_everybody_in(address(), accounts_, pairs_in_all());
  practice_ = part_of(everybody, 0, options_.pairs);
  others_ = part_of(everybody, options_.pairs, everybody.rooms.size() - options_.pairs);
  report_.therapists = practice_->people.size() - practice_->rooms.size();
  if (options_.all || options_.idle.empty()) measure_loads();
  if (!options_.idle.empty()) measure_idle_lines();
  if (options_.plain) {
    report_.plain_inserts_per_second = plain_inserts_per_second(folder_.name(), options_.messages, options_.bytes + 41);
  }
  return report_;
}

std::size_t Measurement::pairs_in_all() const {
  constexpr std::size_t kLinesOfOnePair = 100;
  return options_.pairs + (options_.crowd + kLinesOfOnePair - 1) / kLinesOfOnePair;
}

void Measurement::measure_start() {
  StartFigures start;
  for (std::size_t i = 0; i < options_.starts; ++i) {
    start_server(options_.tls);
    start.milliseconds.push_back(server_->start_milliseconds());
    start.rss_kib = server_->start_rss_kib();
    stop_server();
  }
  std::ranges::sort(start.milliseconds);
  report_.start = std::move(start);
}

void Measurement::start_server(bool tls) {
  stop_server();
  server_.emplace(options_, folder_.name(), tls ? std::optional(make_certificate(folder_.name())) : std::nullopt);
}

void Measurement::measure_loads() {
  IdleLines crowd(address(), others_);
  const auto why_not = options_.crowd > 0 ? crowd.open_up_to(options_.crowd) : std::string();
  if (!why_not.empty()) throw std::runtime_error("there is no such crowd: " + why_not);
  Exchange exchange(address(), *practice_);
  for (const auto& plan : plans_of(options_)) report_.loads.push_back(measure(exchange, plan));
  check_stored();
}

LoadFigures Measurement::measure(Exchange& exchange, const Plan& plan) {
  // Keys are fetched and statements prepared with the first messages; that is not what is to be known.
  Plan warm = plan;
  warm.messages = std::min<std::size_t>(std::max<std::size_t>(options_.pairs * 8, 500), 4000);
  exchange.run(warm);
  if (options_.hold) wait_for_profiler();
  const auto before = spent();
  LoadFigures figures{.plan = plan, .outcome = exchange.run(plan)};
  figures.spent = difference(spent(), before);
  if (server_) figures.server_rss_kib = rss_kib_of(server_->process());
  return figures;
}

Spent Measurement::spent() const {
  Spent now{server_ ? cpu_seconds_of(server_->process()) : 0, own_cpu_seconds(),
            postgres_ ? cpu_seconds_with_children(*postgres_) : 0};
  now.others = cpu_seconds_of_computer() - now.server - now.own - now.postgres;
  return now;
}

void Measurement::wait_for_profiler() const {
  fmt::print(stderr, "server process {}; Enter starts the measured part\n", server_ ? server_->process() : 0);
  (void)std::getchar();
}

/// What was delivered must also be what is stored.
void Measurement::check_stored() {
  std::int64_t stored = 0;
  for (const auto& room : practice_->rooms) stored += last_seq(address(), practice_->people[room.therapist], room.room);
  std::size_t sent = 0;
  for (const auto& load : report_.loads) sent += load.plan.messages;
  if (static_cast<std::size_t>(stored) < sent) throw std::runtime_error("wrong: fewer messages are stored than sent");
}

/// The people stay logged in from one server to the next: a log-in is dear on purpose.
void Measurement::measure_idle_lines() {
  const auto plain = idle_levels(false);
  const auto tls = idle_levels(true);
  for (std::size_t i = 0; i < plain.size(); ++i) report_.idle.push_back({plain[i], tls[i]});
}

std::vector<IdleLevel> Measurement::idle_levels(bool tls) {
  start_server(tls);
  return measure_idle(address(), *practice_, server_->process(), options_.idle);
}

}  // namespace rapport::load
