#pragma once
/// @file What tables of people's forms and scores have in common: a header that names the columns, who, which session,
/// when. What is wrong is said with file, line and column, and the rest is used.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measures/csv.hpp"

namespace rapport::measures {

inline constexpr int kMaxSession = 100'000;

/// Something in a file that was not used, and where: line and column (the number of the field) from 1.
struct InputProblem {
  std::string file;
  std::optional<std::size_t> line;
  std::optional<std::size_t> column;
  std::string message;
};
/// file, line, column, message.
boost::json::object to_json(const InputProblem& problem);
/// {"results": […], "errors": […]}.
boost::json::object results_json(boost::json::array results, const std::vector<InputProblem>& problems);
/// Whole numbers without a point.
boost::json::value number_json(double number);
boost::json::value or_null(const std::optional<double>& number);
boost::json::value or_null(const std::optional<std::string>& text);

class InputProblems {
 public:
  explicit InputProblems(std::string_view file) : file_(file) {}

  void add(std::optional<std::size_t> line, std::optional<std::size_t> column, std::string message);
  void add(const CsvField& field, std::string message) { add(field.line, field.column, std::move(message)); }
  std::vector<InputProblem>& found() { return found_; }

 private:
  std::string file_;
  std::vector<InputProblem> found_;
};

/// Otherwise there is a problem.
bool is_small_enough(std::string_view csv, InputProblems& problems);

/// Where each column is in a record, from 0.
class TableHeader {
 public:
  enum class Names {
    folded,  ///< without case
    exact,
  };

  /// Nothing, and a problem, when there is none or a column is there twice. `expected` is what an empty file is told.
  static std::optional<TableHeader> read(const std::optional<CsvRecord>& record, Names names, std::string_view expected,
                                         InputProblems& problems);

  const std::map<std::string, std::size_t>& places() const { return places_; }
  std::optional<std::size_t> find(std::string_view name) const;
  /// Nothing, and a problem, when it is not there.
  std::optional<std::size_t> require(std::string_view name, InputProblems& problems) const;
  /// Whether a record can be read: a field for each column, and no mistake in it. Otherwise there is a problem.
  bool fits(const CsvRecord& record, InputProblems& problems) const;

 private:
  std::map<std::string, std::size_t> places_;
  std::size_t count_ = 0;
  std::size_t line_ = 1;
  bool has_semicolons_ = false;
};

/// 7 for "item7".
std::optional<std::size_t> item_number(std::string_view name);
/// Digits with at most one point: what a person types. No exponents, no "inf".
std::optional<double> read_plain_number(std::string_view text);

/// These add a problem for what cannot be, and give something empty then.
std::string read_client(const CsvField& field, InputProblems& problems);
int read_session(const CsvField& field, InputProblems& problems);
/// YYYY-MM-DD; an empty field is no problem.
std::optional<std::string> read_date(const CsvField& field, InputProblems& problems);

}  // namespace rapport::measures
