#pragma once
/// @file `rapport score` and `rapport instruments`: the measures at the command line. Here are the files and the
/// printing; what is computed is in src/measures.
#include <iosfwd>
#include <string>

namespace CLI {
class App;
}

namespace rapport::server {

/// Exit statuses of a command: done; could not be done; done, but some input was refused.
inline constexpr int kDone = 0;
inline constexpr int kNotDone = 1;
inline constexpr int kSomeRefused = 2;

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

/// The two subcommands of the program.
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
  CLI::App* score_;
  CLI::App* instruments_;
};

}  // namespace rapport::server
