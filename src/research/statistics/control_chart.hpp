#pragma once
/// @file A person's own control chart (XmR): individual values and moving ranges. Whether a new value is within what
/// this person's values have been doing.
///
/// Source: Wheeler DJ. Understanding variation. SPC Press 1993; for the alliance Eubanks-Carter C, Gorman BS, Muran JC.
/// Quantitative naturalistic methods for detecting change points in psychotherapy research. Psychother Res
/// 2012;22(6):621-637. The floor is our own: raters who always give nearly the same score would have limits so narrow
/// that any other answer were a signal.
#include <optional>
#include <span>

namespace rapport::statistics {

/// With fewer values the limits say little.
inline constexpr std::size_t kFewestForChart = 5;
/// The mean range of two values of a normal distribution, in standard deviations (d2 for n = 2).
inline constexpr double kRangeOfTwo = 1.128;

struct ControlChart {
  double centre = 0;        ///< mean of the values
  double moving_range = 0;  ///< mean size of the steps from one value to the next
  double sigma = 0;         ///< moving_range / 1.128, or the floor where that is larger
  bool is_floored = false;

  double lower(double sigmas) const { return centre - sigmas * sigma; }
  double upper(double sigmas) const { return centre + sigmas * sigma; }
};

/// Of the values before the one that is judged, in their order. `floor` is the least sigma, the instrument's standard
/// error of measurement; 0 or more. Nothing with fewer than kFewestForChart values.
std::optional<ControlChart> control_chart(std::span<const double> values, double floor);

}  // namespace rapport::statistics
