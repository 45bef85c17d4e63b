#include "features/practice_report/association.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "research/statistics/distributions.hpp"
#include "research/statistics/mixed_model.hpp"
#include "research/statistics/pooling.hpp"
#include "research/statistics/within_between.hpp"

namespace rapport::practice_report {
namespace {

constexpr double kConfidence = .95;
constexpr int kDigits = 2;

bool is_in(const Period& period, Time at) {
  return begin_of(period.first) <= at && at < begin_of(period.last + 1);
}

double shown(double value) {
  return rounded_to(value, kDigits);
}

double normal_point() {
  return statistics::normal_quantile(1 - (1 - kConfidence) / 2);
}

/// A form about the relationship, and how somebody was when they next said.
struct Step {
  double alliance = 0;
  std::optional<double> next;
  double session = 0;
};

using measures::Instrument;

/// One person's part, in the measures' own units.
struct Subject {
  const Treatment* treatment = nullptr;
  const Instrument* alliance = nullptr;
  const Instrument* symptoms = nullptr;
  Course course;
  std::vector<Step> steps;  ///< by when they were sent

  double mean() const {
    const auto sum = std::accumulate(steps.begin(), steps.end(), 0.0,
                                     [](double all, const Step& step) { return all + step.alliance; });
    return sum / static_cast<double>(steps.size());
  }
};

const Form* next_form(const Treatment& treatment, const Instrument& instrument, const Period& period, Time after) {
  const Form* next = nullptr;
  for (const auto& form : treatment.forms) {
    if (!is_same_scoring(*form.instrument, instrument) || !form.score || !form.sent_at || *form.sent_at <= after) {
      continue;
    }
    if (is_in(period, *form.sent_at) && (next == nullptr || *form.sent_at < *next->sent_at)) next = &form;
  }
  return next;
}

/// Those of sessions of the period, by when they were sent.
std::vector<const Form*> rated(const Treatment& treatment, const Instrument& alliance, const Period& period) {
  std::vector<const Form*> forms;
  for (const auto& form : treatment.forms) {
    if (!is_same_scoring(*form.instrument, alliance) || !form.score || form.session == 0 || !form.sent_at) continue;
    if (is_in(period, *form.sent_at)) forms.push_back(&form);
  }
  std::ranges::sort(forms, {}, [](const Form* form) { return std::pair(*form->sent_at, form); });
  return forms;
}

/// What somebody answered next is told once: it stands with the last of the forms that it comes after.
std::vector<Step> steps_of(const Treatment& treatment, const Instrument& alliance, const Instrument& symptoms,
                           const Period& period) {
  std::vector<Step> steps;
  const Form* told = nullptr;
  for (const auto* form : rated(treatment, alliance, period)) {
    const auto* next = next_form(treatment, symptoms, period, *form->sent_at);
    if (next != nullptr && next == told) steps.back().next.reset();
    told = next;
    steps.push_back({*form->score, next == nullptr ? std::nullopt : next->score, static_cast<double>(form->session)});
  }
  return steps;
}

/// Of several measures of a kind the first that there is enough of.
std::optional<Subject> subject_of(const Treatment& treatment, const Period& period, const Measures& measures) {
  for (const auto& symptoms : measures.symptoms) {
    for (const auto* kind : versions_of({&treatment, 1}, symptoms)) {
      const auto course = course_of(treatment, *kind, period);
      if (!course) continue;
      for (const auto& alliance : measures.alliance) {
        for (const auto* about : versions_of({&treatment, 1}, alliance.instrument)) {
          auto steps = steps_of(treatment, *about, *kind, period);
          if (!steps.empty()) return Subject{&treatment, about, kind, *course, std::move(steps)};
        }
      }
    }
  }
  return std::nullopt;
}

/// What turns a score of one scoring into standard deviations from its mean.
class Standard {
 public:
  void add(const Instrument* instrument, double value) { values_[instrument].push_back(value); }
  /// Nothing where there are too few to say, or all are alike.
  std::optional<double> of(const Instrument* instrument, double value) const {
    const auto found = values_.find(instrument);
    if (found == values_.end() || found->second.size() < kFewestForAssociation) return std::nullopt;
    const auto [mean, sd] = mean_and_sd(found->second);
    if (sd <= 0) return std::nullopt;
    return (value - mean) / sd;
  }

 private:
  std::map<const Instrument*, std::vector<double>, ByVersion> values_;
};

/// One person's part in standard deviations; more is closer, and better.
struct Point {
  std::uint32_t person = 0;
  std::uint32_t therapist = 0;
  double alliance = 0;
  double improvement = 0;
  std::vector<Step> steps;  ///< those with a next form
};

std::vector<Point> points_of(const std::vector<Subject>& subjects) {
  Standard alliance;
  Standard symptoms;
  for (const auto& one : subjects) {
    alliance.add(one.alliance, one.mean());
    symptoms.add(one.symptoms, one.course.first);
  }
  std::vector<Point> points;
  for (const auto& one : subjects) {
    const auto better = statistics::towards_better(one.symptoms->scoring().scales.front().direction);
    const auto mean = alliance.of(one.alliance, one.mean());
    const auto first = symptoms.of(one.symptoms, one.course.first);
    if (!mean || !first) continue;
    const auto latest = *symptoms.of(one.symptoms, one.course.latest);
    Point point{one.treatment->person, one.treatment->therapist, *mean, better * (latest - *first), {}};
    for (const auto& step : one.steps) {
      if (!step.next) continue;
      point.steps.push_back(
          {*alliance.of(one.alliance, step.alliance), better * *symptoms.of(one.symptoms, *step.next), step.session});
    }
    points.push_back(std::move(point));
  }
  return points;
}

std::optional<double> correlation(std::span<const Point> points) {
  std::vector<double> x;
  std::vector<double> y;
  for (const auto& point : points) {
    x.push_back(point.alliance);
    y.push_back(point.improvement);
  }
  const auto [mean_x, sd_x] = mean_and_sd(x);
  const auto [mean_y, sd_y] = mean_and_sd(y);
  if (sd_x <= 0 || sd_y <= 0) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mean_x) * (y[i] - mean_y);
  const auto r = sum / (static_cast<double>(x.size() - 1) * sd_x * sd_y);
  return std::abs(r) < 1 - 1e-9 ? std::optional(r) : std::nullopt;
}

/// The interval is that of the rounded figure and number of people: it tells no more than they do.
std::optional<Estimate> between(std::span<const Point> points, std::int64_t people) {
  const auto exact = correlation(points);
  if (!exact || std::abs(shown(*exact)) >= 1) return std::nullopt;
  const auto r = shown(*exact);
  const auto [z, variance] = statistics::fisher_z(r, static_cast<int>(people));
  const auto half = normal_point() * std::sqrt(variance);
  return Estimate{r, shown(statistics::r_of_z(z - half)), shown(statistics::r_of_z(z + half))};
}

/// Those with two steps at least: with one there is nothing within a person.
std::vector<const Point*> with_steps(std::span<const Point> points) {
  std::vector<const Point*> people;
  for (const auto& point : points) {
    if (point.steps.size() > 1) people.push_back(&point);
  }
  return people;
}

/// The next form by how close the relationship was for this person (within), by how close it is for them altogether
/// (between) and by the session, with an intercept of each person's own.
std::optional<Estimate> fit_within(const std::vector<const Point*>& people) {
  std::vector<std::vector<double>> alliance;
  for (const auto* point : people) {
    auto& values = alliance.emplace_back();
    for (const auto& step : point->steps) values.push_back(step.alliance);
  }
  const auto parts = statistics::decompose(alliance);
  statistics::MixedData data;
  data.fixed_names = {"(Intercept)", "within", "between", "log(session)"};
  data.random_names = {"(Intercept)"};
  data.groups = people.size();
  for (std::size_t i = 0; i < people.size(); ++i) {
    for (std::size_t j = 0; j < people[i]->steps.size(); ++j) {
      const auto& step = people[i]->steps[j];
      data.fixed.insert(data.fixed.end(), {1, parts.within[i][j], parts.between[i], std::log(step.session)});
      data.random.push_back(1);
      data.outcome.push_back(*step.next);
      data.group.push_back(i);
    }
  }
  const auto model = statistics::MixedModel::fit(data, statistics::MixedMethod::reml);
  if (!model) return std::nullopt;
  const auto& effect = model->estimates().fixed[1];
  const auto half = normal_point() * effect.standard_error;
  return Estimate{shown(effect.estimate), shown(effect.estimate - half), shown(effect.estimate + half)};
}

/// It rests on some of the people only, so they are looked through beside all of them.
std::optional<Estimate> within(std::span<const Point> points, Disclosure& disclosure) {
  const auto people = with_steps(points);
  if (people.size() < kFewestForAssociation) return std::nullopt;
  const auto fitted = fit_within(people);
  Members members;
  for (const auto* point : people) members.push_back(point->person);
  return fitted && disclosure.show({members}) ? fitted : std::nullopt;
}

/// Only with enough therapists of enough clients each: nothing in it is any one of them.
void across_therapists(std::span<const Point> points, Disclosure& disclosure, std::int64_t smallest,
                       Association& association) {
  std::map<std::uint32_t, std::vector<Point>> by_therapist;
  for (const auto& point : points) by_therapist[point.therapist].push_back(point);
  std::vector<statistics::Effect> effects;
  std::set<std::uint32_t> people;
  for (const auto& [therapist, own] : by_therapist) {
    if (static_cast<std::int64_t>(own.size()) < smallest) continue;
    const auto r = correlation(own);
    if (!r) continue;
    effects.push_back(statistics::fisher_z(*r, static_cast<int>(own.size())));
    for (const auto& point : own) people.insert(point.person);
  }
  if (static_cast<std::int64_t>(effects.size()) < smallest) return;
  const auto pooled =
      statistics::pool(effects, statistics::PoolingMethod::reml, statistics::PoolingTest::knapp_hartung, kConfidence);
  if (!pooled || !disclosure.show({Members(people.begin(), people.end())})) return;
  const auto r = [](double z) { return shown(statistics::r_of_z(z)); };
  association.therapists = Estimate{r(pooled->value), r(pooled->low), r(pooled->high)};
  association.expected_low = r(pooled->predicted_low);
  association.expected_high = r(pooled->predicted_high);
}

}  // namespace

std::optional<Course> course_of(const Treatment& treatment, const Instrument& instrument, const Period& period) {
  const Form* first = nullptr;
  const Form* latest = nullptr;
  for (const auto& form : treatment.forms) {
    if (!is_same_scoring(*form.instrument, instrument) || !form.score || !form.sent_at) continue;
    if (first == nullptr || *form.sent_at < *first->sent_at) first = &form;
    if (is_in(period, *form.sent_at) && (latest == nullptr || *form.sent_at >= *latest->sent_at)) latest = &form;
  }
  if (latest == nullptr || latest == first) return std::nullopt;
  return Course{*first->score, *latest->score};
}

std::pair<double, double> mean_and_sd(std::span<const double> values) {
  if (values.empty()) return {0, 0};
  const auto number = static_cast<double>(values.size());
  const auto mean = std::accumulate(values.begin(), values.end(), 0.0) / number;
  double squares = 0;
  for (const auto value : values) squares += (value - mean) * (value - mean);
  return {mean, number < 2 ? 0 : std::sqrt(squares / (number - 1))};
}

Association associate(const std::vector<Treatment>& treatments, const Period& period, const Measures& measures,
                      std::int64_t smallest) {
  std::map<std::uint32_t, Subject> by_person;  // somebody's later treatment says nothing new about them
  for (const auto& treatment : treatments) {
    if (auto subject = subject_of(treatment, period, measures)) by_person.try_emplace(treatment.person, *subject);
  }
  std::vector<Subject> subjects;
  for (auto& [person, subject] : by_person) subjects.push_back(std::move(subject));
  const auto points = points_of(subjects);
  Association association;
  const auto fewest = std::max(kFewestForAssociation, static_cast<std::size_t>(smallest));
  Members people;
  std::uint32_t everybody = 0;
  for (const auto& treatment : treatments) everybody = std::max(everybody, treatment.person + 1);
  for (const auto& point : points) people.push_back(point.person);
  std::vector<std::uint32_t> themselves(everybody);
  std::iota(themselves.begin(), themselves.end(), 0U);
  Disclosure disclosure(smallest, std::move(themselves));
  if (people.size() < fewest || !disclosure.show({people})) return association;
  association.people = rounded(people.size(), smallest);
  association.between = between(points, *association.people);
  association.within = within(points, disclosure);
  across_therapists(points, disclosure, smallest, association);
  return association;
}

}  // namespace rapport::practice_report
