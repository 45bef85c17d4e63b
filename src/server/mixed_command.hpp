#pragma once
/// @file `rapport mixed`: a two-level mixed model of a CSV file. What is computed is in src/research.
#include <iosfwd>
#include <string>

namespace rapport::server {

struct MixedOptions {
  std::string input = {};  ///< path of a CSV file, or "-" for `in`
  std::string formula = {};
  std::string method = "reml";  ///< or "ml"
  bool json = false;
};

/// Fits the model and prints it. Without `json` a table for people. The exit statuses of exit_status.hpp.
int fit_mixed(const MixedOptions& options, std::istream& in, std::ostream& out, std::ostream& errors);

}  // namespace rapport::server
