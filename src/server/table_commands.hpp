#pragma once
/// @file What the commands that read a table have in common: where it comes from, how what is wrong with it is said,
/// and how they end.
#include <iosfwd>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "measures/table_input.hpp"
#include "server/exit_status.hpp"

namespace rapport::server {

/// The text of a file, or with "-" of `in`. Errors: invalid "input.missing"; those of reading a file.
Result<std::string> read_table(const std::string& input, std::istream& in);

/// How a command answers: people on `errors`, one problem a line; programs (`json`) within the JSON that it prints.
struct Answering {
  const std::string& input;
  bool json = false;
  std::ostream& out;
  std::ostream& errors;

  /// An answer for programs also when nothing could be done. `file` is the one that is wrong, where it is not the
  /// input.
  int not_done(const Error& error, const std::string& file = {}) const;
  /// After the results are printed: says what was refused. `readable`: the table as a whole could be used.
  int done(bool readable, const std::vector<measures::InputProblem>& problems) const;
};

}  // namespace rapport::server
