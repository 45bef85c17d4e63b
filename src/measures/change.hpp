#pragma once
/// @file Whether a person has changed by more than the measurement error explains (Jacobson & Truax 1991).
///
/// Standard deviations, reliabilities, norms and cut-offs are data with a source (scoring.hpp), never constants here.
#include <optional>
#include <string>
#include <string_view>

#include "measures/instrument.hpp"

namespace rapport::measures {

/// Beyond this many standard errors of the difference a change is reliable (two-sided, 5 %).
inline constexpr double kReliableAt = 1.96;

/// SEM = sd·√(1 − reliability); sd above 0, reliability from 0 to 1.
double standard_error_of_measurement(double sd, double reliability);
/// S_diff = √(2·SEM²).
double standard_error_of_difference(double sd, double reliability);
/// RCI = (after − before) / S_diff. Reliable when its size is above kReliableAt.
double reliable_change_index(double before, double after, double sd, double reliability);

struct Norm {
  double mean = 0;
  double sd = 0;
};
/// Two standard deviations of the clinical group towards the functional one.
double cutoff_a(const Norm& clinical, Direction direction);
/// Two standard deviations of the functional group towards the clinical one.
double cutoff_b(const Norm& functional, Direction direction);
/// Where both groups are equally likely; the one to use when both norms exist and overlap.
double cutoff_c(const Norm& clinical, const Norm& functional);

enum class ChangeClass {
  recovered,     ///< reliably better, and from the clinical side of the cut-off to the other
  improved,      ///< reliably better
  unchanged,     ///< within the measurement error
  deteriorated,  ///< reliably worse
  undetermined,  ///< nobody has published what would be needed
};
std::string_view name(ChangeClass change);

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

/// The change on the main scale. A published threshold is reached by a change of exactly its size; one that follows
/// from standard deviation and reliability must be exceeded.
Change change_between(const Instrument& instrument, double before, double after, const Variant& variant);

}  // namespace rapport::measures
