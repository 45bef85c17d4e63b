#include "features/signals/outcome_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "measures/change.hpp"
#include "research/statistics/sudden_gain.hpp"

namespace rapport::signals {
namespace {

/// A worsening or an improvement is over when less than half of what made it one is left: otherwise a score that goes
/// up and down about a threshold would be a signal again and again.
constexpr double kLasts = .5;

/// How far a course is from some time before, while that lasts.
class Lasting {
 public:
  enum class Step { is_none, begins, lasts };

  /// `is_large`: what would be told if nothing had been.
  Step next(double size, double threshold, bool is_large) {
    if (lasts_ && size > kLasts * threshold - kSame) return Step::lasts;
    lasts_ = is_large;
    return lasts_ ? Step::begins : Step::is_none;
  }

 private:
  bool lasts_ = false;
};

/// What begins, or goes on.
void add_moment(Course& course, const Rule& rule, const Series& series, Lasting::Step step, Moment moment) {
  if (step == Lasting::Step::begins) course.add(rule, *series.instrument, std::move(moment));
  if (step == Lasting::Step::lasts) course.last().moments.push_back(std::move(moment));
}

/// What was told of this form, or nothing.
const Told* told_at(const Course& course, const Rule& rule, const Form& form) {
  const auto found = std::find_if(course.told().begin(), course.told().end(), [&](const Told& one) {
    return one.rule == rule.id && one.form == course.place_of(form);
  });
  return found == course.told().end() ? nullptr : &*found;
}
/// Forms of the course up to the last of which something was told.
std::size_t forms_told(const Course& course, const Rule& rule, const Series& series) {
  std::size_t count = series.points.size();
  while (count > 0 && told_at(course, rule, *series.points[count - 1].form) == nullptr) --count;
  return count;
}

struct AgainstExpected {
  double start = 0;
  double score = 0;
  measures::Standing standing;
};
Signal beyond(const Course& course, const Rule& rule, const Series& series, const Form& form,
              const AgainstExpected& against, int running) {
  const auto cases = course.expected().at(series.instrument).cases;
  const auto of_hundred = 50 * (1 + rule.parameter("share"));
  const auto expected = std::clamp(against.standing.expected, series.scale->min, series.scale->max);
  auto signal = course.signal_of(
      rule, form,
      fmt::format("{} was {} in session {}, worse than usual{}: after a first score of {}, {} was to be expected, "
                  "and {} of 100 are no worse than {}, by {} treatments of this practice that are over.",
                  series.name(), number(against.score), form.session,
                  running > 1 ? fmt::format(" for {} forms running", running) : "", number(against.start),
                  number(expected), number(of_hundred), number(against.standing.limit), cases),
      {{"score", against.score},
       {"start", against.start},
       {"expected", expected},
       {"limit", against.standing.limit},
       {"of_hundred", of_hundred},
       {"cases", cases}});
  if (running > 1) signal.values.emplace_back("running", running);
  return signal;
}

Signal since_start(const Course& course, const Rule& rule, const Series& series, const Point& start, const Point& now) {
  const auto by_now = change(series, start.value, now.value);
  return course.signal_of(rule, *now.form,
                          fmt::format("{} was {}, {} {} than the {} of session {}; the reliable change is {}.",
                                      series.name(), number(now.value), points(std::abs(by_now.value)),
                                      rule.method == Method::worse_than_start ? "worse" : "better", number(start.value),
                                      start.form->session, points(*by_now.threshold)),
                          {{"score", now.value},
                           {"start", start.value},
                           {"start_session", start.form->session},
                           {"change", by_now.value},
                           {"threshold", *by_now.threshold}});
}

}  // namespace

void against_start(Course& course, const Rule& rule, const Series& series) {
  const bool worse = rule.method == Method::worse_than_start;
  Lasting lasting;
  for (std::size_t i = 1; i < series.points.size(); ++i) {
    const auto start = series.points.front();
    const auto now = series.points[i];
    const auto by_now = change(series, start.value, now.value);
    const auto size = by_now.value * series.better() * (worse ? -1 : 1);
    const auto threshold = *by_now.threshold;
    const bool is_large = by_now.reliable && size > 0;
    Moment moment{now.form->session};
    if (is_large) {
      moment.told = [&course, &rule, about = series.without_points(), start, now] {
        return since_start(course, rule, about, start, now);
      };
    }
    moment.size = size;
    if (worse) moment.further = threshold;  // what goes better is told once
    add_moment(course, rule, series, lasting.next(size, threshold, is_large), std::move(moment));
  }
}

void worse_than_best(Course& course, const Rule& rule, const Series& series) {
  const auto latest = static_cast<std::size_t>(rule.parameter("latest"));
  const auto best_of = static_cast<std::size_t>(rule.parameter("best_of"));
  std::vector<double> values;
  Lasting lasting;
  double best = std::numeric_limits<double>::infinity();  // the smallest where larger is worse
  for (const auto& now : series.points) {
    values.push_back(-now.value * series.better());
    if (values.size() < latest + best_of) continue;
    const auto before = values.size() - latest - best_of;
    best = std::min(best, mean(std::span(values).subspan(before, best_of)));
    const auto recent = mean(std::span(values).last(latest));
    const auto threshold = rule.parameter("share") * *change(series, 0, 0).threshold;
    const bool is_large = recent - best >= threshold - kSame;
    Moment moment{now.form->session};
    if (is_large) {
      moment.told = [=, &course, &rule, about = series.without_points(), form = now.form] {
        const auto shown = [&](double value) { return -value * about.better(); };
        return course.signal_of(
            rule, *form,
            fmt::format("The mean of the latest {} of {} is {}, {} worse than the best mean of {} before, {}; the rule "
                        "asks for {}.",
                        latest, about.name(), number(shown(recent)), points(recent - best), best_of,
                        number(shown(best)), points(threshold)),
            {{"recent_mean", shown(recent)},
             {"best_mean", shown(best)},
             {"worse", recent - best},
             {"latest", static_cast<double>(latest)},
             {"best_of", static_cast<double>(best_of)},
             {"threshold", threshold}});
      };
    }
    moment.size = recent - best;
    moment.further = threshold;
    add_moment(course, rule, series, lasting.next(recent - best, threshold, is_large), std::move(moment));
  }
}

void not_better_by(Course& course, const Rule& rule, const Series& series) {
  const auto limit = static_cast<int>(rule.parameter("session"));
  if (series.points.empty()) return;
  const auto& start = series.points.front();
  if (start.form->session >= limit ||
      !measures::is_in_clinical_range(*series.instrument, series.scale->key, start.value)) {
    return;
  }
  for (const auto& now : series.points) {
    const auto step = change(series, start.value, now.value);
    if (step.reliable && step.value * series.better() > 0) return;
    if (now.form->session < limit) continue;
    course.add(rule, course.signal_of(rule, *now.form,
                                      fmt::format("{} began at {}, in the clinical range, and is {} in session {}: no "
                                                  "reliable improvement, which would be {}.",
                                                  series.name(), number(start.value), number(now.value),
                                                  now.form->session, points(*step.threshold)),
                                      {{"score", now.value}, {"start", start.value}, {"threshold", *step.threshold}}));
    return;
  }
}

void beyond_expected(Course& course, const Rule& rule, const Series& series) {
  std::vector<measures::SessionScore> scores;
  for (const auto& point : series.points) scores.push_back({point.form->session, point.value});
  const auto start = measures::intake_of(scores);
  const auto known = course.expected().find(series.instrument);
  const bool is_known = start && known != course.expected().end() && known->second.cases >= rule.parameter("cases");
  const auto forms = static_cast<int>(rule.parameter("forms"));
  const auto settled = forms_told(course, rule, series);
  int running = 0;
  bool lasts = false;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto* form = series.points[i].form;
    if (const auto* told = told_at(course, rule, *form)) {
      course.add(rule, course.signal_of(rule, *form, told->reason, told->values));
      running = forms;
      lasts = true;
      continue;
    }
    // What is expected was learnt from the first form of each session: a second one is no further session.
    if (!is_known || i == 0 || scores[i].session == scores[i - 1].session) continue;
    const auto standing =
        measures::judge(known->second, *start, scores[i], rule.parameter("share"), series.scale->direction);
    if (!standing) continue;
    const auto from_expected = (standing->expected - scores[i].score) * series.better();
    const auto from_limit = (standing->expected - standing->limit) * series.better();
    const bool goes_on = lasts && from_expected > kLasts * from_limit - kSame;
    running = standing->is_beyond ? running + 1 : 0;
    lasts = goes_on || (running >= forms && i >= settled);
    if (!lasts) continue;
    Moment moment{scores[i].session};
    if (running >= forms && i >= settled) {
      moment.told = [&course, &rule, about = series.without_points(), form,
                     against = AgainstExpected{*start, scores[i].score, *standing},
                     running] { return beyond(course, rule, about, *form, against, running); };
    }
    if (goes_on) course.last().moments.push_back(std::move(moment));
    if (!goes_on) course.add(rule, *series.instrument, std::move(moment));
  }
}

void two_worsenings(Course& course, const Rule& rule, const Series& series) {
  std::optional<std::size_t> latest;  // form of which it was so
  for (std::size_t i = 2; i < series.points.size(); ++i) {
    const auto first = series.points[i - 2];
    const auto second = series.points[i - 1];
    const auto now = series.points[i];
    const auto sign = -series.better();
    const auto total = (now.value - first.value) * sign;
    const auto threshold = rule.parameter("share") * *change(series, 0, 0).threshold;
    const bool both = (second.value - first.value) * sign > kSame && (now.value - second.value) * sign > kSame;
    if (!both || total < threshold - kSame) continue;
    Moment moment{now.form->session};
    moment.told = [=, &course, &rule, about = series.without_points()] {
      return course.signal_of(
          rule, *now.form,
          fmt::format("{} has become worse twice in a row, from {} to {} and {}: {} together; the rule asks for {}.",
                      about.name(), number(first.value), number(second.value), number(now.value), points(total),
                      points(threshold)),
          {{"before", first.value}, {"between", second.value}, {"score", now.value}, {"threshold", threshold}});
    };
    // A third worsening in a row goes on with what was said.
    const auto step = latest == i - 1 ? Lasting::Step::lasts : Lasting::Step::begins;
    add_moment(course, rule, series, step, std::move(moment));
    latest = i;
  }
}

/// Said when the second or the third score after the step is there: earlier nobody can tell.
void sudden_gain(Course& course, const Rule& rule, const Series& series) {
  std::vector<std::optional<double>> values;
  std::set<std::size_t> told;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const auto& now = series.points[i];
    values.emplace_back(now.value);
    for (std::size_t back = 3; back >= 2; --back) {
      if (i < back) continue;
      const auto place = i - back;
      const auto threshold = *change(series, 0, 0).threshold;
      const auto gain =
          statistics::sudden_gain(statistics::around_gap(values, place), threshold, series.scale->direction);
      if (!gain || !told.insert(place).second) continue;
      const auto& before = series.points[place];
      const auto& after = series.points[place + 1];
      course.add(
          rule,
          course.signal_of(
              rule, *now.form,
              fmt::format(
                  "{} went from {} in session {} to {} in session {} and stayed there: a candidate for a sudden "
                  "gain; of people who improve steadily about half show one by chance.",
                  series.name(), number(before.value), before.form->session, number(after.value), after.form->session),
              {{"before", before.value},
               {"after", after.value},
               {"after_session", before.form->session},
               {"reached_session", after.form->session},
               {"size", gain->size},
               {"flagged_of_steady_improvers", statistics::kFlaggedOfSteadyImprovers}}));
    }
  }
}
}  // namespace rapport::signals
