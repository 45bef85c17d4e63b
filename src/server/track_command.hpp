#pragma once
/// @file `rapport track`: the signals of the courses in a CSV file. What is computed is in src/features/signals.
#include <iosfwd>
#include <string>

namespace rapport::server {

struct TrackOptions {
  std::string input = {};   ///< path of a CSV file, or "-" for `in`
  std::string rules = {};   ///< path of a file with rules in place of the program's; empty: these
  std::string folder = {};  ///< further instruments; empty: none
  bool json = false;
};

/// Finds the signals and prints them. Without `json` a line for each. The exit statuses of exit_status.hpp.
int track(const TrackOptions& options, std::istream& in, std::ostream& out, std::ostream& errors);

}  // namespace rapport::server
