#pragma once
/// @file What differs between people and what differs within one person over time, taken apart.
///
/// Source: Curran PJ, Bauer DJ. The disaggregation of within-person and between-person effects in longitudinal models
/// of change. Annu Rev Psychol 2011;62:583-619.
#include <optional>
#include <span>
#include <vector>

namespace rapport::statistics {

struct Decomposition {
  double grand_mean = 0;                    ///< of the people's means, each person counting once
  std::vector<double> between;              ///< each person's mean minus the grand mean
  std::vector<std::vector<double>> within;  ///< each value minus the person's own mean, in the order given
};

/// For research on courses that are over: a person's mean is that of all values, later ones too. People without a value
/// must be left out by the caller.
Decomposition decompose(std::span<const std::vector<double>> people);

/// For use while a course goes on: each value minus the mean of the values *before* it, so that what is said of a
/// session depends on nothing after it. Nothing for the first.
std::vector<std::optional<double>> within_from_prior(std::span<const double> values);

}  // namespace rapport::statistics
