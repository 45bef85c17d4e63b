#include "research/statistics/reliable_change.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace rapport::statistics {
namespace {

/// The share of the deviation from the group that is true.
double predicted_deviation(double before, const ChangeGroup& group) {
  return group.reliability * (before - group.before.mean);
}

double error_of_prediction(const ChangeGroup& group) {
  return group.before.sd * std::sqrt(1 - group.reliability * group.reliability);
}

/// On the clinical side of the cut-off.
bool is_clinical(double score, double cutoff, Direction direction) {
  return (score - cutoff) * towards_better(direction) < 0;
}
bool is_functional(double score, double cutoff, Direction direction) {
  return (score - cutoff) * towards_better(direction) > 0;
}

}  // namespace

double standard_error_of_measurement(double sd, double reliability) {
  return sd * std::sqrt(1 - reliability);
}

double standard_error_of_difference(double sd, double reliability) {
  return standard_error_of_difference(sd, sd, reliability);
}

double standard_error_of_difference(double sd_before, double sd_after, double reliability) {
  return std::sqrt((sd_before * sd_before + sd_after * sd_after) * (1 - reliability));
}

double reliable_change_index(double before, double after, double sd, double reliability) {
  return (after - before) / standard_error_of_difference(sd, reliability);
}

double cutoff_a(const Norm& clinical, Direction direction) {
  return clinical.mean + towards_better(direction) * 2 * clinical.sd;
}

double cutoff_b(const Norm& functional, Direction direction) {
  return functional.mean - towards_better(direction) * 2 * functional.sd;
}

double cutoff_c(const Norm& clinical, const Norm& functional) {
  return (functional.sd * clinical.mean + clinical.sd * functional.mean) / (functional.sd + clinical.sd);
}

std::string_view name(ChangeClass change) {
  constexpr std::array<std::string_view, 5> kNames{"recovered", "improved", "unchanged", "deteriorated",
                                                   "undetermined"};
  return kNames.at(static_cast<std::size_t>(change));
}

ClassifiedChange classify_change(double index, double before, double after, double cutoff, Direction direction,
                                 double critical) {
  if (std::isnan(index)) return {ChangeClass::undetermined, false};
  if (std::abs(index) <= critical) return {ChangeClass::unchanged, false};
  if (index * towards_better(direction) < 0) {
    return {ChangeClass::deteriorated,
            is_functional(before, cutoff, direction) && is_clinical(after, cutoff, direction)};
  }
  const bool crossed = is_clinical(before, cutoff, direction) && is_functional(after, cutoff, direction);
  return {crossed ? ChangeClass::recovered : ChangeClass::improved, false};
}

double gulliksen_lord_novick(double before, double after, const ChangeGroup& group) {
  return (after - group.before.mean - predicted_deviation(before, group)) / error_of_prediction(group);
}

double hsu_linn_lord(double before, double after, const ChangeGroup& group) {
  return (after - group.after.mean - predicted_deviation(before, group)) / error_of_prediction(group);
}

double edwards_nunnally(double before, double after, const ChangeGroup& group) {
  return (after - group.before.mean - predicted_deviation(before, group)) /
         standard_error_of_measurement(group.before.sd, group.reliability);
}

double nunnally_kotsch(double before, double after, const ChangeGroup& group) {
  const auto r = group.reliability;
  const auto variance = group.before.sd * group.before.sd * (r * r * (1 - r) + 1 - group.reliability_after);
  return (after - group.before.mean - predicted_deviation(before, group)) / std::sqrt(variance);
}

double hageman_arrindell(double before, double after, const ChangeGroup& group) {
  const auto error = standard_error_of_difference(group.before.sd, group.reliability);
  const auto spread = group.before.sd * group.before.sd + group.after.sd * group.after.sd -
                      2 * group.before.sd * group.after.sd * group.correlation;
  const auto reliability = (spread - error * error) / spread;
  if (!(reliability > 0)) return std::numeric_limits<double>::quiet_NaN();
  const auto change = (after - before) * reliability + (group.after.mean - group.before.mean) * (1 - reliability);
  return change / (std::sqrt(reliability) * error);
}

double slope_index(double deviation, double standard_error) {
  return deviation / standard_error;
}

}  // namespace rapport::statistics
