#pragma once
/// @file What a run is asked to do, with bounds on all of it: this program is for one's own computer.
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace rapport::load {

struct Options {
  std::string server;              ///< the program to start; empty when one runs already
  std::string at;                  ///< HOST:PORT of one that runs
  std::string accounts;            ///< the file that `rapport demo --json` wrote, with `at`
  std::string database;            ///< postgresql://…; empty: SQLite
  std::string folder;              ///< where the folder for the data is made; empty: TMPDIR or /tmp
  std::vector<std::string> serve;  ///< further arguments for `serve`
  bool demo = false;               ///< the practice is the one that `demo` makes, with its history
  std::size_t pairs = 64;
  std::size_t clients_of_one = 1;  ///< therapist
  std::size_t messages = 20'000;
  std::size_t window = 8;  ///< of one pair: sent, but not yet both acknowledged and delivered
  std::size_t bytes = 200;
  double rate = 0;        ///< messages a second in all; 0: as fast as the window lets
  bool receipts = true;   ///< partners acknowledge what they receive and read
  std::size_t crowd = 0;  ///< further live lines, of others, that say nothing meanwhile
  bool tls = false;       ///< the exchange runs over TLS
  std::vector<std::size_t> idle;
  std::size_t starts = 5;   ///< how often the start is measured
  bool all = false;         ///< every load that the targets name, the start and idle connections
  bool start_only = false;  ///< nothing but the start
  bool plain = false;
  bool json = false;
  bool hold = false;  ///< wait for Enter before the measured part, so that a profiler can be attached
};

/// Throws std::invalid_argument with a sentence.
Options read_options(int count, char** values);
std::string usage();

}  // namespace rapport::load
