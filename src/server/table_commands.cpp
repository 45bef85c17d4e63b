#include "server/table_commands.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/files.hpp"
#include "measures/csv.hpp"

namespace rapport::server {
namespace {

void print_problem(const measures::InputProblem& problem, std::ostream& errors) {
  std::string place = problem.file;
  if (problem.line) place += fmt::format(":{}", *problem.line);
  if (problem.column) place += fmt::format(":{}", *problem.column);
  fmt::print(errors, "rapport: {}: {}\n", place, problem.message);
}

}  // namespace

Result<std::string> read_table(const std::string& input, std::istream& in) {
  if (input.empty()) {
    return fail(invalid("input.missing", "Which file? Say --input FILE, or --input - for standard input."));
  }
  if (input == "-") return read_stream(in, measures::kMaxCsvBytes);
  return read_file(input, measures::kMaxCsvBytes);
}

int Answering::not_done(const Error& error, const std::string& file) const {
  if (json) {
    const std::vector<measures::InputProblem> problems{{file.empty() ? input : file, {}, {}, error.detail}};
    fmt::print(out, "{}\n", boost::json::serialize(measures::results_json({}, problems)));
  }
  fmt::print(errors, "rapport: {}\n", error.detail);
  return kNotDone;
}

int Answering::done(bool readable, const std::vector<measures::InputProblem>& problems) const {
  if (!json || !readable) {
    for (const auto& problem : problems) print_problem(problem, errors);
  }
  if (!readable) return kNotDone;
  return problems.empty() ? kDone : kSomeRefused;
}

}  // namespace rapport::server
