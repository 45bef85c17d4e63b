#include "features/signals/outcome_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "measures/change.hpp"
#include "research/statistics/sudden_gain.hpp"

namespace rapport::signals {
namespace {

/// A worsening or an improvement is over when less than half of what made it one is left: otherwise a score that goes
/// up and down about a threshold would be a signal again and again.
constexpr double kLasts = .5;

/// How far a course is from some time before, while that lasts. What goes a further full threshold in the same
/// direction is told again: whoever was spoken to about twelve points knows nothing of twenty-four.
class Lasting {
 public:
  enum class Step { is_none, begins, lasts, goes_further };

  /// `is_large`: what would be told if nothing had been.
  Step next(double size, double threshold, bool is_large, int session) {
    if (lasts_ && size > kLasts * threshold - kSame) {
      if (size - told_ < threshold - kSame) return Step::lasts;
      further_ = size - told_;
      told_before_ = told_in_;
      tell(size, session);
      return Step::goes_further;
    }
    lasts_ = is_large;
    if (!lasts_) return Step::is_none;
    tell(size, session);
    return Step::begins;
  }

  double further() const { return further_; }       ///< since it was told before
  int told_before() const { return told_before_; }  ///< the session

 private:
  void tell(double size, int session) {
    told_ = size;
    told_in_ = session;
  }

  bool lasts_ = false;
  double told_ = 0;
  int told_in_ = 0;
  double further_ = 0;
  int told_before_ = 0;
};

/// The same with what has become worse since it was told before.
void tell_further(Finding& finding, const Lasting& lasting) {
  auto& signal = finding.signal;
  signal.reason += fmt::format(" That is {} worse than in session {}, when it was told before.",
                               points(lasting.further()), lasting.told_before());
  signal.values.emplace_back("further", lasting.further());
  signal.values.emplace_back("told_before", lasting.told_before());
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
void add_beyond(Course& course, const Rule& rule, const Series& series, const Form& form,
                const AgainstExpected& against, int running) {
  const auto cases = course.expected().at(series.instrument).cases;
  const auto of_hundred = 50 * (1 + rule.parameter("share"));
  const auto expected = std::clamp(against.standing.expected, series.scale->min, series.scale->max);
  course.add(
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
}

}  // namespace

void against_start(Course& course, const Rule& rule, const Series& series) {
  const bool worse = rule.method == Method::worse_than_start;
  Lasting lasting;
  for (std::size_t i = 1; i < series.points.size(); ++i) {
    const auto& start = series.points.front();
    const auto& now = series.points[i];
    const auto change_by_now = change(series, start.value, now.value);
    const auto size = change_by_now.value * series.better() * (worse ? -1 : 1);
    const auto step =
        lasting.next(size, *change_by_now.threshold, change_by_now.reliable && size > 0, now.form->session);
    if (step == Lasting::Step::is_none) continue;
    // What goes better is told once.
    if (step == Lasting::Step::lasts || (step == Lasting::Step::goes_further && !worse)) {
      course.last().until = now.form->session;
      continue;
    }
    auto& finding = course.add(rule, *now.form,
                               fmt::format("{} was {}, {} {} than the {} of session {}; the reliable change is {}.",
                                           series.name(), number(now.value), points(size), worse ? "worse" : "better",
                                           number(start.value), start.form->session, points(*change_by_now.threshold)),
                               {{"score", now.value},
                                {"start", start.value},
                                {"start_session", start.form->session},
                                {"change", change_by_now.value},
                                {"threshold", *change_by_now.threshold}});
    if (step == Lasting::Step::goes_further) tell_further(finding, lasting);
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
    const auto step = lasting.next(recent - best, threshold, recent - best >= threshold - kSame, now.form->session);
    if (step == Lasting::Step::is_none) continue;
    if (step == Lasting::Step::lasts) {
      course.last().until = now.form->session;
      continue;
    }
    const auto shown = [&](double value) { return -value * series.better(); };
    auto& finding = course.add(
        rule, *now.form,
        fmt::format("The mean of the latest {} of {} is {}, {} worse than the best mean of {} before, {}; the rule "
                    "asks for {}.",
                    latest, series.name(), number(shown(recent)), points(recent - best), best_of, number(shown(best)),
                    points(threshold)),
        {{"recent_mean", shown(recent)},
         {"best_mean", shown(best)},
         {"worse", recent - best},
         {"latest", static_cast<double>(latest)},
         {"best_of", static_cast<double>(best_of)},
         {"threshold", threshold}});
    if (step == Lasting::Step::goes_further) tell_further(finding, lasting);
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
    course.add(
        rule, *now.form,
        fmt::format("{} began at {}, in the clinical range, and is {} in session {}: no reliable improvement, which "
                    "would be {}.",
                    series.name(), number(start.value), number(now.value), now.form->session, points(*step.threshold)),
        {{"score", now.value}, {"start", start.value}, {"threshold", *step.threshold}});
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
    if (const auto* told = told_at(course, rule, *series.points[i].form)) {
      course.add(rule, *series.points[i].form, told->reason, told->values);
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
    if (lasts && from_expected > kLasts * from_limit - kSame) {
      course.last().until = scores[i].session;
      continue;
    }
    running = standing->is_beyond ? running + 1 : 0;
    lasts = running >= forms && i >= settled;
    if (lasts) add_beyond(course, rule, series, *series.points[i].form, {*start, scores[i].score, *standing}, running);
  }
}

void two_worsenings(Course& course, const Rule& rule, const Series& series) {
  for (std::size_t i = 2; i < series.points.size(); ++i) {
    const auto& first = series.points[i - 2];
    const auto& second = series.points[i - 1];
    const auto& now = series.points[i];
    const auto sign = -series.better();
    const auto total = (now.value - first.value) * sign;
    const auto threshold = rule.parameter("share") * *change(series, 0, 0).threshold;
    const bool both = (second.value - first.value) * sign > kSame && (now.value - second.value) * sign > kSame;
    if (!both || total < threshold - kSame) continue;
    // A third worsening in a row goes on with what was said.
    const bool goes_on = !course.found().empty() && course.last().signal.rule == rule.id &&
                         course.last().signal.instrument == series.instrument->id() &&
                         course.last().until == second.form->session;
    if (goes_on) {
      course.last().until = now.form->session;
      continue;
    }
    course.add(
        rule, *now.form,
        fmt::format("{} has become worse twice in a row, from {} to {} and {}: {} together; the rule asks for {}.",
                    series.name(), number(first.value), number(second.value), number(now.value), points(total),
                    points(threshold)),
        {{"before", first.value}, {"between", second.value}, {"score", now.value}, {"threshold", threshold}});
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
          rule, *now.form,
          fmt::format("{} went from {} in session {} to {} in session {} and stayed there: a candidate for a sudden "
                      "gain; of people who improve steadily about half show one by chance.",
                      series.name(), number(before.value), before.form->session, number(after.value),
                      after.form->session),
          {{"before", before.value},
           {"after", after.value},
           {"after_session", before.form->session},
           {"reached_session", after.form->session},
           {"size", gain->size},
           {"flagged_of_steady_improvers", statistics::kFlaggedOfSteadyImprovers}});
    }
  }
}
}  // namespace rapport::signals
