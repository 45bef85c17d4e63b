#pragma once
/// @file What a change of score on an instrument may be called (statistics/reliable_change.hpp has the formulas).
///
/// Standard deviations, reliabilities and cut-offs are data with a source (scoring.hpp), never constants here.
#include <optional>
#include <string>
#include <string_view>

#include "measures/instrument.hpp"
#include "research/statistics/reliable_change.hpp"

namespace rapport::measures {

using statistics::ChangeClass;
using statistics::name;

struct Change {
  std::string scale;
  bool reliable = false;
  ChangeClass change_class = ChangeClass::undetermined;
  double value = 0;  ///< after − before
  /// Reliably worse, and from the other side of the clinical cut-off to the clinical one.
  bool into_clinical_range = false;
  std::optional<double> threshold;  ///< from which size a change is reliable
  std::optional<std::string> source;
};

/// What says from where on a change on the main scale is reliable. Null where nothing does.
const ReliableChange* reliable_change_of(const Instrument& instrument);

/// Whether the score is on the clinical side of the instrument's cut-off; false where there is none, and where the
/// source gives a range of cut-offs for what lies within it.
bool is_in_clinical_range(const Instrument& instrument, std::string_view scale, double score);

/// The change on the main scale. A published threshold is reached by a change of exactly its size; one that follows
/// from standard deviation and reliability must be exceeded.
Change change_between(const Instrument& instrument, double before, double after, const Variant& variant);

}  // namespace rapport::measures
