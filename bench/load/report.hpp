#pragma once
/// @file What was measured, as tables for people and as JSON for programs.
#include <optional>
#include <string>
#include <vector>

#include "exchange.hpp"
#include "idle.hpp"

namespace rapport::load {

/// Processor seconds of everybody who takes part, at one moment or between two.
struct Spent {
  double server = 0;
  double own = 0;
  double postgres = 0;
  double others = 0;  ///< whoever else kept the computer busy: with more than a little of it, the figures say less
};

struct LoadFigures {
  Plan plan;
  Outcome outcome;
  Spent spent = {};
  std::size_t server_rss_kib = 0;
};

struct StartFigures {
  std::vector<double> milliseconds;  ///< of each start, the fastest first
  std::size_t rss_kib = 0;           ///< of the server, when it had answered
};

struct IdleFigures {
  IdleLevel plain;
  IdleLevel tls;
};

struct Report {
  std::string engine;  ///< "SQLite" or "PostgreSQL"
  std::size_t pairs = 0;
  std::size_t therapists = 0;
  std::size_t crowd = 0;
  bool tls = false;
  std::optional<StartFigures> start;
  std::vector<LoadFigures> loads;
  std::vector<IdleFigures> idle;
  std::optional<double> plain_inserts_per_second;
};

void print_tables(const Report& report);
std::string to_json(const Report& report);

}  // namespace rapport::load
