#pragma once
/// @file Scoring a CSV file: one row a form, columns client, session, date, item1, item2 … in any order.
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "measures/change.hpp"
#include "measures/score.hpp"
#include "measures/table_input.hpp"

namespace rapport::measures {

/// The change since the client's first session that has a score.
struct ChangeSince {
  int from = 0;  ///< that session
  Change change;
};

struct ScoredForm {
  std::string client;
  int session = 0;
  std::optional<std::string> date;  ///< YYYY-MM-DD
  FormScore form;
  std::optional<ChangeSince> change;  ///< none for the first session, and none without a score
};

struct ScoreTable {
  std::vector<ScoredForm> results;  ///< in the order of the file
  std::vector<InputProblem> errors;
  bool readable = true;  ///< false: the file as a whole could not be used; `errors` says why
};

/// A row with a mistake is refused as a whole and named in `errors`, together with the answers in it that a person has
/// to look at; the others are scored. `file` is what the errors call it.
ScoreTable score_csv(const Instrument& instrument, const Variant& variant, std::string_view csv, std::string_view file);

/// {"results": […], "errors": […]}: numbers unrounded, what is absent is null.
boost::json::object to_json(const ScoreTable& table);

}  // namespace rapport::measures
