#pragma once
/// @file One run: a practice is made, servers are started on it, and what the options ask for is measured.
#include <optional>
#include <string>

#include "make_practice.hpp"
#include "options.hpp"
#include "practice.hpp"
#include "report.hpp"
#include "server_process.hpp"

namespace rapport::load {

class Measurement {
 public:
  explicit Measurement(const Options& options);
  /// Throws std::runtime_error at the first thing that is wrong.
  Report run();

 private:
  void measure_start();
  void measure_loads();
  void measure_idle_lines();
  LoadFigures measure(Exchange& exchange, const Plan& plan);
  std::vector<IdleLevel> idle_levels(bool tls);
  void start_server(bool tls);
  void stop_server() { server_.reset(); }
  Loopback address() const { return server_ ? server_->address() : Loopback(options_.at); }
  /// Since the start of whatever is looked at; only differences say something.
  Spent spent() const;
  void wait_for_profiler() const;
  void check_stored();
  /// Whoever only makes up the crowd is in the practice too.
  std::size_t pairs_in_all() const;

  Options options_;
  TemporaryFolder folder_;
  std::optional<TemporaryDatabase> database_;  // before the server, which goes first
  std::string accounts_;
  std::optional<Practice> practice_;  ///< those who write, and their partners
  Practice others_;                   ///< the crowd's people
  std::optional<ServerProcess> server_;
  std::optional<pid_t> postgres_;
  Report report_;
};

}  // namespace rapport::load
