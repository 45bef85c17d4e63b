#include "measures/change.hpp"

#include <algorithm>
#include <cmath>

#include "measures/score.hpp"

namespace rapport::measures {
namespace {

/// Sums of tenths are not exact; a score that is a threshold must count as one.
constexpr double kSame = 1e-9;

enum class Size { within_error, between, reliable };

Size size_of(const ReliableChange& rule, double threshold, double change) {
  const auto size = std::abs(change);
  if (!rule.value) return size > threshold + kSame ? Size::reliable : Size::within_error;
  if (size >= rule.value_max.value_or(threshold) - kSame) return Size::reliable;
  return size >= threshold - kSame ? Size::between : Size::within_error;
}

/// On the clinical side, on the other, or (where the source gives a range of cut-offs) neither.
struct Side {
  bool clinical = false;
  bool other = false;
};

Side side_of(const Cutoff& cutoff, double score) {
  const auto last = cutoff.value_max.value_or(cutoff.value);
  switch (cutoff.reached_when) {
    case Reached::at_or_above:
      return {score >= last - kSame, score < cutoff.value - kSame};
    case Reached::at_or_below:
      return {score <= cutoff.value + kSame, score > last + kSame};
    case Reached::below:
      return {score < cutoff.value - kSame, score >= last - kSame};
  }
  return {};
}

/// From the clinical side of the cut-off to the other.
bool left_clinical_range(const Scoring& scoring, std::string_view scale, double before, double after) {
  return std::any_of(scoring.cutoffs.begin(), scoring.cutoffs.end(), [&](const Cutoff& cutoff) {
    return cutoff.clinical && cutoff.scale == scale && side_of(cutoff, before).clinical && side_of(cutoff, after).other;
  });
}

ChangeClass class_of(const Scoring& scoring, const Scale& scale, Size size, double before, double after) {
  if (size == Size::within_error) return ChangeClass::unchanged;
  if (size == Size::between) return ChangeClass::undetermined;
  if ((after - before) * statistics::towards_better(scale.direction) < 0) return ChangeClass::deteriorated;
  return left_clinical_range(scoring, scale.key, before, after) ? ChangeClass::recovered : ChangeClass::improved;
}

}  // namespace

const ReliableChange* reliable_change_of(const Instrument& instrument) {
  const auto& scoring = instrument.scoring();
  for (const auto& rule : scoring.reliable_change) {
    if (rule.scale == scoring.scales.front().key && rule.kind == ChangeKind::reliable_change) return &rule;
  }
  return nullptr;
}

bool is_in_clinical_range(const Instrument& instrument, std::string_view scale, double score) {
  const auto& cutoffs = instrument.scoring().cutoffs;
  return std::any_of(cutoffs.begin(), cutoffs.end(), [&](const Cutoff& cutoff) {
    return cutoff.clinical && cutoff.scale == scale && side_of(cutoff, score).clinical;
  });
}

Change change_between(const Instrument& instrument, double before, double after, const Variant& variant) {
  const auto& scale = instrument.scoring().scales.front();
  Change change;
  change.scale = scale.key;
  change.value = after - before;
  const auto* rule = is_default(instrument, variant) ? reliable_change_of(instrument) : nullptr;
  if (rule == nullptr) return change;
  change.threshold =
      rule->value ? *rule->value
                  : statistics::kReliableAt * statistics::standard_error_of_difference(*rule->sd, *rule->reliability);
  change.source = rule->source;
  const auto size = size_of(*rule, *change.threshold, change.value);
  change.reliable = size == Size::reliable;
  change.change_class = class_of(instrument.scoring(), scale, size, before, after);
  change.into_clinical_range = change.change_class == ChangeClass::deteriorated &&
                               left_clinical_range(instrument.scoring(), scale.key, after, before);
  return change;
}

}  // namespace rapport::measures
