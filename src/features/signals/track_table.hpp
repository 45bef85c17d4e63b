#pragma once
/// @file Signals from a CSV file: one row a form, columns client, session, date, instrument, respondent, score, and
/// where wanted scale, item1, item2 …, in any order.
#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "features/signals/find_signals.hpp"
#include "measures/table_input.hpp"

namespace rapport::signals {

struct TrackedSignal {
  std::string client;
  Signal signal;
};

struct TrackTable {
  std::vector<TrackedSignal> results;  ///< client by client in the order of the file, each by session
  std::vector<measures::InputProblem> errors;
  bool readable = true;  ///< false: the file as a whole could not be used; `errors` says why
};

/// A row has a score, on the scale that it names or the instrument's first, or items; where it has both, the items
/// count. A row with neither is a form that did not come. Of several scales known without items each has a row. A row
/// with a mistake is refused as a whole and named, together with the answers in it that a person has to look at.
TrackTable track_csv(const measures::InstrumentLibrary& instruments, std::span<const Rule> rules, std::string_view csv,
                     std::string_view file);

/// {"results": […], "errors": […]}.
boost::json::object to_json(const TrackTable& table);

}  // namespace rapport::signals
