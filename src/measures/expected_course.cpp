#include "measures/expected_course.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "research/statistics/distributions.hpp"
#include "research/statistics/mixed_model.hpp"

namespace rapport::measures {
namespace {

using statistics::MixedData;
using statistics::MixedModel;

constexpr int kFirstExpected = 2;
/// Any will do: from the width of an interval its variance is taken.
constexpr double kConfidence = .9;

struct Case {
  double intake = 0;
  std::span<const SessionScore> later;
};

/// Courses that can be used.
std::vector<Case> cases_of(std::span<const std::vector<SessionScore>> treatments) {
  std::vector<Case> cases;
  for (const auto& treatment : treatments) {
    const auto intake = intake_of(treatment);
    if (!intake) continue;
    const std::span<const SessionScore> all(treatment);
    const auto later =
        std::find_if(all.begin(), all.end(), [](const auto& one) { return one.session >= kFirstExpected; });
    // The first score is none of the later ones, in whichever session it was.
    const auto first = std::max<std::size_t>(static_cast<std::size_t>(later - all.begin()), 1);
    if (first < all.size()) cases.push_back({*intake, all.subspan(first)});
  }
  return cases;
}

/// The last session to which enough of the cases came.
int last_session(std::span<const Case> cases) {
  std::vector<int> ends;
  for (const auto& one : cases) ends.push_back(one.later.back().session);
  std::sort(ends.begin(), ends.end(), std::greater<>());
  const auto enough = static_cast<std::size_t>(kFewestInSession);
  return ends.size() < enough ? 0 : std::min(ends[enough - 1], kLastExpected);
}

/// What of a course is each person's own.
enum class Own { level_and_slope, slope, level };

std::vector<double> random_row(Own own, double x) {
  if (own == Own::level_and_slope) return {1, x};
  return {own == Own::slope ? x : 1};
}

MixedData to_data(std::span<const Case> cases, double centre, Own own) {
  MixedData data;
  data.fixed_names = {"(Intercept)", "log(session)", "intake", "log(session):intake"};
  if (own != Own::slope) data.random_names.emplace_back("(Intercept)");
  if (own != Own::level) data.random_names.emplace_back("log(session)");
  data.groups = cases.size();
  for (std::size_t person = 0; person < cases.size(); ++person) {
    const auto d = cases[person].intake - centre;
    for (const auto& [session, score] : cases[person].later) {
      const auto x = std::log(session);
      data.fixed.insert(data.fixed.end(), {1, x, d, x * d});
      const auto random = random_row(own, x);
      data.random.insert(data.random.end(), random.begin(), random.end());
      data.outcome.push_back(score);
      data.group.push_back(person);
    }
  }
  return data;
}

struct Fitted {
  Own own = Own::level_and_slope;
  MixedModel model;
};

/// The data name what they do not support (a singular fit), and that is not used: of a level and a slope of each
/// person's own the one is taken then that says more, by the likelihood, which is that of the same fixed terms.
Result<std::optional<Fitted>> fit(std::span<const Case> cases, double centre) {
  std::optional<Fitted> best;
  for (const auto own : {Own::level_and_slope, Own::slope, Own::level}) {
    auto model = MixedModel::fit(to_data(cases, centre, own), statistics::MixedMethod::reml);
    if (!model) {
      if (own == Own::level_and_slope) continue;  // more than the scores are enough for
      return fail(model.error());
    }
    if (model->estimates().singular) continue;
    if (best && best->model.estimates().log_likelihood >= model->estimates().log_likelihood) continue;
    best = Fitted{own, *std::move(model)};
    if (own == Own::level_and_slope) break;
  }
  return best;
}

struct Expected {
  double value = 0;
  double variance = 0;
};

Expected expected_of(const Fitted& fitted, int session, double d) {
  const auto x = std::log(session);
  const std::array<double, 4> fixed{1, x, d, x * d};
  const auto predicted = fitted.model.predict_new(fixed, random_row(fitted.own, x), kConfidence);
  const auto error = (predicted.high - predicted.value) / statistics::normal_quantile((1 + kConfidence) / 2);
  return {predicted.value, error * error};
}

/// The expected score is a line in d and its variance a parabola: three points say all of both.
ExpectedSession session_of(const Fitted& fitted, int session) {
  const auto below = expected_of(fitted, session, -1);
  const auto at = expected_of(fitted, session, 0);
  const auto above = expected_of(fitted, session, 1);
  return {session,
          at.value,
          above.value - at.value,
          at.variance,
          (above.variance - below.variance) / 2,
          (above.variance + below.variance) / 2 - at.variance};
}

ExpectedCourse course_of(const Fitted& fitted, std::span<const Case> cases, double centre) {
  std::vector<double> intakes;
  for (const auto& one : cases) intakes.push_back(one.intake);
  std::sort(intakes.begin(), intakes.end());
  ExpectedCourse course;
  course.cases = static_cast<int>(cases.size());
  course.centre = centre;
  course.intake_low = intakes[kFewestBeyond - 1];
  course.intake_high = intakes[intakes.size() - kFewestBeyond];
  const auto last = last_session(cases);
  for (int session = kFirstExpected; session <= last; ++session) course.sessions.push_back(session_of(fitted, session));
  return course;
}

}  // namespace

std::optional<double> intake_of(std::span<const SessionScore> course) {
  if (course.empty() || course.front().session > kLatestIntake) return std::nullopt;
  return course.front().score;
}

BuiltCourse build_expected_course(std::span<const std::vector<SessionScore>> treatments, int fewest) {
  const auto cases = cases_of(treatments);
  BuiltCourse built;
  built.cases = static_cast<int>(cases.size());
  if (built.cases < std::max(fewest, kFewestInSession)) return built;
  double centre = 0;
  for (const auto& one : cases) centre += one.intake / built.cases;
  const auto fitted = fit(cases, centre);
  built.expectation = !fitted ? Expectation::not_fitted : *fitted ? Expectation::known : Expectation::singular;
  if (built.expectation == Expectation::known) built.course = course_of(**fitted, cases, centre);
  return built;
}

std::optional<Standing> judge(const ExpectedCourse& course, double intake, SessionScore now, double share,
                              statistics::Direction direction) {
  if (intake < course.intake_low || intake > course.intake_high) return std::nullopt;
  const auto found = std::find_if(course.sessions.begin(), course.sessions.end(),
                                  [&](const auto& one) { return one.session == now.session; });
  if (found == course.sessions.end()) return std::nullopt;
  const auto d = intake - course.centre;
  const auto variance = found->variance + found->variance_by_intake * d + found->variance_by_square * d * d;
  const auto worse = -statistics::towards_better(direction);
  Standing standing;
  standing.expected = found->expected + found->expected_by_intake * d;
  standing.limit =
      standing.expected + worse * statistics::normal_quantile((1 + share) / 2) * std::sqrt(std::max(variance, 0.0));
  standing.is_beyond = (now.score - standing.limit) * worse > 0;
  return standing;
}

}  // namespace rapport::measures
