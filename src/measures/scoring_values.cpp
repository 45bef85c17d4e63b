#include "measures/scoring_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "measures/instrument_mistakes.hpp"
#include "research/statistics/reliable_change.hpp"

namespace rapport::measures {
namespace {

constexpr double kSame = 1e-9;
/// A printed threshold is rounded, was often reckoned from unrounded values or another sample, or holds at 90 %: beyond
/// this share it is another number altogether.
constexpr double kReckonedOtherwise = 0.35;
/// Bands of a mean are printed with one decimal, however finely it can be told apart.
constexpr double kPrintedStep = 0.1;

struct Checked {
  const Instrument& instrument;
  const Scoring& scoring;
  Collected wrong;
};

/// The least by which two scores of a scale differ; where any number can be answered, one.
double step_of(const Instrument& instrument, std::size_t place) {
  const auto& scale = instrument.scoring().scales[place];
  if (scale.method == Method::count) return scale.factor;
  double least = 0;
  for (const auto question : instrument.scale_questions()[place]) {
    const auto& values = instrument.questions()[question].values;
    for (std::size_t i = 1; i < values.size(); ++i) {
      const auto apart = values[i] - values[i - 1];
      least = least == 0 ? apart : std::min(least, apart);
    }
  }
  if (least == 0) return 1;
  if (scale.method != Method::mean) return least * scale.factor;
  return std::max(least / static_cast<double>(scale.items.size()), kPrintedStep) * scale.factor;
}

std::optional<std::size_t> place_of_scale(const Scoring& scoring, std::string_view key) {
  for (std::size_t i = 0; i < scoring.scales.size(); ++i) {
    if (scoring.scales[i].key == key) return i;
  }
  return std::nullopt;
}

/// Bands that would leave a score without a name, or give it two, are worse than none.
Result<void> check_bands(const Instrument& instrument, std::size_t place) {
  const auto& scale = instrument.scoring().scales[place];
  const auto& bands = instrument.scoring().bands;
  const auto step = step_of(instrument, place);
  std::optional<std::size_t> last;
  for (std::size_t i = 0; i < bands.size(); ++i) {
    const auto& band = bands[i];
    if (band.scale != scale.key) continue;
    const auto expected = last ? bands[*last].max + step : scale.min;
    const bool follows = last ? band.min > bands[*last].max + kSame && band.min < expected + kSame
                              : std::abs(band.min - expected) < kSame;
    if (!follows || band.max < band.min) {
      return inconsistent(at("bands", i, "min"), fmt::format("The band \"{}\" of \"{}\" should begin at {}.",
                                                             band.label, scale.key, expected));
    }
    last = i;
  }
  if (last && std::abs(bands[*last].max - scale.max) > kSame) {
    return inconsistent(at("bands", *last, "max"), fmt::format("The bands of \"{}\" end at {}, the scale at {}.",
                                                               scale.key, bands[*last].max, scale.max));
  }
  return {};
}

void check_upper(Checked& checked, std::string_view list, std::size_t i, double value, double upper) {
  if (upper > value) return;
  checked.wrong.note<void>(inconsistent(
      at(list, i, "value_max"), fmt::format("\"value_max\" is {}, which is not above \"value\", {}.", upper, value)));
}

void check_cutoffs(Checked& checked) {
  for (std::size_t i = 0; i < checked.scoring.cutoffs.size(); ++i) {
    const auto& cutoff = checked.scoring.cutoffs[i];
    const auto place = place_of_scale(checked.scoring, cutoff.scale);
    if (!place) continue;
    const auto& scale = checked.scoring.scales[*place];
    const auto highest = cutoff.value_max.value_or(cutoff.value);
    if (cutoff.value < scale.min - kSame || highest > scale.max + kSame) {
      checked.wrong.note<void>(inconsistent(
          at("cutoffs", i, "value"),
          fmt::format("The cut-off {} is outside the scale \"{}\", which goes from {} to {}.",
                      cutoff.value < scale.min ? cutoff.value : highest, scale.key, scale.min, scale.max)));
    }
    if (cutoff.value_max) check_upper(checked, "cutoffs", i, cutoff.value, *cutoff.value_max);
  }
}

void check_change(Checked& checked, std::size_t i) {
  const auto& change = checked.scoring.reliable_change[i];
  const auto place = place_of_scale(checked.scoring, change.scale);
  if (!place) return;
  const auto& scale = checked.scoring.scales[*place];
  const auto own = change.sd && change.reliability
                       ? std::optional(statistics::kReliableAt *
                                       statistics::standard_error_of_difference(*change.sd, *change.reliability))
                       : std::nullopt;
  const auto highest = change.value_max.value_or(change.value ? *change.value : own.value_or(0));
  if (highest > scale.max - scale.min + kSame) {
    checked.wrong.note<void>(
        inconsistent(at("reliable_change", i, change.value ? "value" : "sd"),
                     fmt::format("A change of {} is more than the scale \"{}\" has, from {} to {}.", highest, scale.key,
                                 scale.min, scale.max)));
  }
  if (change.value && change.value_max) check_upper(checked, "reliable_change", i, *change.value, *change.value_max);
  if (!change.value || !own || change.kind != ChangeKind::reliable_change) return;
  const auto give = std::max(step_of(checked.instrument, *place), *own * kReckonedOtherwise);
  if (*own >= *change.value - give && *own <= change.value_max.value_or(*change.value) + give) return;
  checked.wrong.note<void>(inconsistent(
      at("reliable_change", i, "value"),
      fmt::format("\"value\" is {}; \"sd\" and \"reliability\" of the same entry give {:.2f}.", *change.value, *own)));
}

/// An answer that a person is to see must be one that can be given.
template <class Entries>
void check_answers(Checked& checked, const Entries& entries, std::string_view list) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    for (const auto& question : checked.instrument.questions()) {
      if (question.link_id != entries[i].item || entries[i].min <= question.max + kSame) continue;
      checked.wrong.note<void>(inconsistent(
          at(list, i, "min"), fmt::format("\"min\" is {}; item \"{}\" cannot be answered with more than {}.",
                                          entries[i].min, question.link_id, question.max)));
    }
  }
}

void check_reversed(Checked& checked) {
  const auto& scales = checked.scoring.scales;
  for (std::size_t i = 0; i < checked.scoring.reverse.size(); ++i) {
    const auto& item = checked.scoring.reverse[i];
    const bool counts = std::any_of(scales.begin(), scales.end(), [&](const Scale& scale) {
      return std::find(scale.items.begin(), scale.items.end(), item) != scale.items.end();
    });
    const auto& questions = checked.instrument.questions();
    const bool is_asked = std::any_of(questions.begin(), questions.end(),
                                      [&](const Question& question) { return question.link_id == item; });
    if (counts || !is_asked) continue;
    checked.wrong.note<void>(
        inconsistent(at("reverse", i), fmt::format("Item \"{}\" is reversed, and no scale counts it.", item)));
  }
}

/// The parts of a sum must have each of its items once, and count them as it does.
void check_parts(Checked& checked, std::size_t place) {
  const auto& scale = checked.scoring.scales[place];
  if (scale.missing != MissingRule::sum_of_scales) return;
  std::vector<std::string> items;
  bool is_alike = scale.method == Method::sum;
  for (const auto& key : scale.parts) {
    const auto part = place_of_scale(checked.scoring, key);
    if (!part) {
      is_alike = false;
      continue;
    }
    const auto& other = checked.scoring.scales[*part];
    items.insert(items.end(), other.items.begin(), other.items.end());
    is_alike = is_alike && other.method == scale.method && other.factor == scale.factor &&
               other.missing != MissingRule::sum_of_scales;
  }
  auto own = scale.items;
  std::sort(own.begin(), own.end());
  std::sort(items.begin(), items.end());
  if (is_alike && items == own) return;
  checked.wrong.note<void>(inconsistent(
      at("scales", place, "missing/scales"),
      fmt::format("The scales that \"{}\" is the sum of must be sums too, and have each of its items once.",
                  scale.key)));
}

}  // namespace

Result<void> check_values(const Instrument& instrument) {
  Checked checked{instrument, instrument.scoring(), {}};
  for (std::size_t i = 0; i < checked.scoring.scales.size(); ++i) {
    checked.wrong.note(check_bands(instrument, i));
    check_parts(checked, i);
  }
  check_cutoffs(checked);
  for (std::size_t i = 0; i < checked.scoring.reliable_change.size(); ++i) check_change(checked, i);
  check_answers(checked, checked.scoring.safety, "safety");
  check_answers(checked, checked.scoring.review, "review");
  check_reversed(checked);
  return checked.wrong.result();
}

}  // namespace rapport::measures
