#include "features/signals/course_of_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "features/signals/sentence_parts.hpp"

namespace rapport::signals {

using measures::Instrument;

namespace {

/// Whether scores of the two can be held against each other: a new version of an instrument whose scoring stayed goes
/// on with what was sent before.
bool is_one(const Instrument& a, const Instrument& b) {
  return &a == &b || (a.id() == b.id() && a.scoring().version == b.scoring().version);
}

std::optional<double> score_of(const Form& form, std::string_view scale) {
  for (const auto& score : form.scores) {
    if (score.scale == scale) return score.value;
  }
  return std::nullopt;
}

}  // namespace

const measures::Scale* scale_named(const Instrument& instrument, std::string_view key) {
  const auto& scales = instrument.scoring().scales;
  const auto found = std::find_if(scales.begin(), scales.end(), [&](const auto& scale) { return scale.key == key; });
  return found == scales.end() ? nullptr : &*found;
}

double mean(std::span<const double> values) {
  double sum = 0;
  for (const auto value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::string number(double value) {
  return number_in(kEnglish, value);
}
std::string points(double size) {
  return fmt::format("{} {}", number(size), std::abs(size - 1) < kSame ? "point" : "points");
}

measures::Change change(const Series& series, double before, double after) {
  return measures::change_between(*series.instrument, before, after, *series.instrument->variant(""));
}

double Series::better() const {
  return statistics::towards_better(scale->direction);
}

std::string Series::name() const {
  return name_of(*instrument, *scale, kEnglish);
}

Course::Course(std::span<const Form> forms, const Expectations& expected, std::span<const Told> told)
    : forms_(forms), expected_(expected), told_(told) {
  for (const auto& form : forms) {
    if (form.sent && form.respondent == Respondent::client) instruments_.insert(form.instrument);
  }
}

Series Course::series_of(const Instrument& instrument, const measures::Scale& scale, Respondent respondent) const {
  Series series{&instrument, &scale, {}};
  for (const auto& form : forms_) {
    if (!form.sent || form.respondent != respondent || !is_one(*form.instrument, instrument)) continue;
    if (const auto value = score_of(form, scale.key)) series.points.push_back({&form, *value});
  }
  return series;
}

void Course::for_each_outcome(const Rule& rule, ForOutcome* apply) {
  for (const auto* instrument : instruments_) {
    if (measures::reliable_change_of(*instrument) == nullptr) continue;
    apply(*this, rule, series_of(*instrument, instrument->scoring().scales.front(), Respondent::client));
  }
}

void Course::for_each_measure(const Rule& rule, ForMeasure* apply) {
  for (const auto& measure : rule.measures) {
    for (const auto* instrument : instruments_) {
      if (instrument->id() != measure.instrument) continue;
      const auto* scale = scale_named(*instrument, measure.scale);
      if (scale != nullptr) apply(*this, rule, measure, series_of(*instrument, *scale, Respondent::client));
    }
  }
}

Signal Course::signal_of(const Rule& rule, const Form& form, std::string reason,
                         std::vector<std::pair<std::string, double>> values) const {
  Signal signal{form.session, form.date,  form.instrument->id(), rule.signal,      rule.id,
                rule.version, rule.level, std::move(reason),     std::move(values)};
  signal.form = place_of(form);
  return signal;
}

Finding& Course::add(const Rule& rule, std::string_view instrument, Moment moment) {
  auto& finding = found_.emplace_back();
  finding.rule = rule.id;
  finding.instrument = instrument;
  finding.kind = rule.signal;
  finding.level = rule.level;
  finding.strength = rule.strength;
  finding.moments.push_back(std::move(moment));
  return finding;
}

Finding& Course::add(const Rule& rule, const Instrument& instrument, Moment moment) {
  return add(rule, instrument.id(), std::move(moment));
}

Finding& Course::add(const Rule& rule, Signal signal) {
  const auto session = signal.session;
  const auto instrument = signal.instrument;
  return add(rule, instrument, Moment{session, [told = std::move(signal)] { return told; }});
}

}  // namespace rapport::signals
