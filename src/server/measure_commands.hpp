#pragma once
/// @file `rapport score`, `rapport instruments` and the other commands for researchers. Here are the files and the
/// printing; what is computed is in src/measures and src/research.
#include <iosfwd>
#include <string>

#include "server/exit_status.hpp"
#include "server/mixed_command.hpp"
#include "server/track_command.hpp"

namespace CLI {
class App;
}

namespace rapport::server {

struct MeasureOptions {
  std::string instrument = {};
  std::string input = {};    ///< path of a CSV file, or "-" for `in`
  std::string variant = {};  ///< empty: the instrument's default
  std::string folder = {};   ///< further instruments; empty: none
  bool json = false;
};

/// Scores every form of a file. Without `json` a table for people; problems then go to `errors`, one a line.
int score(const MeasureOptions& options, std::istream& in, std::ostream& out, std::ostream& errors);
/// Lists the instruments: id, title, languages, licence.
int list_instruments(const MeasureOptions& options, std::ostream& out, std::ostream& errors);

/// These subcommands of the program.
class MeasureCommands {
 public:
  /// `app` must outlive this.
  explicit MeasureCommands(CLI::App& app);
  /// True if the command line named one of them.
  bool chosen() const;
  /// Runs it on standard input and output; the exit status.
  int run() const;

 private:
  MeasureOptions options_;
  MixedOptions mixed_options_;
  TrackOptions track_options_;
  CLI::App* score_;
  CLI::App* instruments_;
  CLI::App* mixed_;
  CLI::App* track_;
};

}  // namespace rapport::server
