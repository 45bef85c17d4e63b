#pragma once
/// @file Whether a closer relationship goes with better symptoms: between people, within each, and across therapists.
/// Pure.
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "features/practice_report/practice_report_rules.hpp"

namespace rapport::practice_report {

/// With fewer people a correlation says nothing: its interval reaches from one end to the other.
inline constexpr std::size_t kFewestForAssociation = 20;

/// Someone's scores of one scoring of an instrument.
struct Course {
  double first = 0;   ///< of all
  double latest = 0;  ///< the last that was sent in the period, and not the first
};
/// Nothing where no score of the period has one before it that was reckoned by the same scoring.
std::optional<Course> course_of(const Treatment& treatment, const measures::Instrument& instrument,
                                const Period& period);

/// Of a sample; a spread of 0 with fewer than two.
std::pair<double, double> mean_and_sd(std::span<const double> values);

Association associate(const std::vector<Treatment>& treatments, const Period& period, const Measures& measures,
                      std::int64_t smallest);

}  // namespace rapport::practice_report
