#include "features/signals/alliance_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/signals/sentence_parts.hpp"
#include "measures/change.hpp"
#include "research/statistics/control_chart.hpp"

namespace rapport::signals {
namespace {

/// So many forms running that are not low any more.
constexpr int kFormsUntilOver = 2;

/// What is usual rests on so many forms at most, the latest: in a therapy of years the first ones say little about now.
constexpr std::size_t kMostForms = 50;

std::span<const double> latest_forms(std::span<const double> values) {
  return values.last(std::min(values.size(), kMostForms));
}

/// What is usual for a person: the mean of what came before, without what was itself a drop.
///
/// One form, or two together, are a drop when they lie below that mean by the least size of one, and by more standard
/// errors of the difference of the two means than the rule asks for: few forms before make the level itself uncertain,
/// and a second low form is evidence that the first was no chance.
class OwnLevel {
 public:
  enum class Step { is_usual, drops, stays_down, comes_back };

  OwnLevel(const Rule& rule, const Measure& measure) : rule_(rule), measure_(measure) {}

  /// `value` is such that larger is better.
  Step next(double value) {
    if (!down_.empty()) return below(value);
    usual_.push_back(value);
    if (!drops(1, rule_.parameter("sigmas")) && !drops(2, rule_.parameter("sigmas_of_two"))) return Step::is_usual;
    return Step::drops;
  }

  double level() const { return level_; }          ///< before the latest drop
  double drop() const { return drop_; }            ///< its size
  double threshold() const { return threshold_; }  ///< what a drop had to reach then
  std::size_t prior() const { return prior_; }     ///< forms that the level rests on
  std::size_t forms_of_drop() const { return forms_of_drop_; }
  int forms_down() const { return forms_down_; }  ///< from the first form of the drop to the latest

 private:
  bool is_back(double value, double level) const {
    return value >= level - rule_.parameter("share") * measure_.drop - kSame;
  }

  /// Whether the latest forms are one; then they are no longer what is usual.
  bool drops(std::size_t forms, double sigmas) {
    if (usual_.size() < forms + static_cast<std::size_t>(rule_.parameter("prior_forms"))) return false;
    const auto all = std::span<const double>(usual_);
    const auto before = latest_forms(all.first(all.size() - forms));
    const auto low = all.last(forms);
    const auto level = mean(before);
    if (std::any_of(low.begin(), low.end(), [&](double value) { return is_back(value, level); })) return false;
    const auto chart = statistics::control_chart(before, measure_.error);
    const auto error = (chart ? chart->sigma : measure_.error) *
                       std::sqrt(1 / static_cast<double>(forms) + 1 / static_cast<double>(before.size()));
    const auto threshold = std::max(measure_.drop, sigmas * error);
    if (level - mean(low) < threshold - kSame) return false;
    level_ = level;
    drop_ = level - mean(low);
    threshold_ = threshold;
    prior_ = before.size();
    down_.assign(low.begin(), low.end());
    usual_.resize(usual_.size() - forms);
    forms_of_drop_ = forms;
    forms_down_ = static_cast<int>(forms) - 1;
    return true;
  }

  Step below(double value) {
    ++forms_down_;
    if (is_back(value, level_)) {
      usual_.push_back(value);
      down_.clear();
      return Step::comes_back;
    }
    down_.push_back(value);
    if (down_.size() < statistics::kFewestForChart) return Step::stays_down;
    // It has become what is usual; from here a further fall is a drop again.
    usual_ = std::exchange(down_, {});
    return Step::stays_down;
  }

  const Rule& rule_;
  const Measure& measure_;
  std::vector<double> usual_;
  std::vector<double> down_;  ///< since the drop; empty: there is none
  double level_ = 0;
  double drop_ = 0;
  double threshold_ = 0;
  std::size_t prior_ = 0;
  std::size_t forms_of_drop_ = 0;
  int forms_down_ = 0;
};

/// What one question was usually answered with, and what it was since it fell.
struct OwnAnswer {
  std::vector<double> usual;
  std::vector<double> down;         ///< since it fell; empty: it did not
  std::optional<std::size_t> told;  ///< what was found of that

  /// By how much the answer lies below what is usual, where that is a fall. As with the whole, a fall that stays
  /// becomes what is usual. `value` is such that larger is better, `range` what answers to the question can differ by.
  std::optional<double> next(const Rule& rule, double value, double range) {
    if (down.size() >= statistics::kFewestForChart) {
      usual = std::exchange(down, {});
      told.reset();
    }
    const bool is_known = usual.size() >= static_cast<std::size_t>(rule.parameter("prior_forms"));
    const auto dip = is_known ? mean(latest_forms(usual)) - value : 0;
    if (is_known && dip >= rule.parameter("share") * range - kSame) {
      down.push_back(value);
      return dip;
    }
    usual.push_back(value);
    down.clear();
    told.reset();
    return std::nullopt;
  }
};

/// How the client's symptoms stand by then, for signals about the relationship.
struct Symptoms {
  std::string words;                                   ///< for the sentence; empty when nothing is known
  std::vector<std::pair<std::string, double>> values;  ///< by names that say of which instrument they are
  bool is_worse = false;                               ///< reliably
};
/// Of several instruments the one that says most: reliably worse before all else, then the largest change for its size.
Symptoms symptoms_by(const Course& course, int session) {
  Symptoms most;
  std::pair<bool, double> says;  // how much
  for (const auto* instrument : course.instruments()) {
    if (measures::reliable_change_of(*instrument) == nullptr) continue;
    const auto series = course.series_of(*instrument, instrument->scoring().scales.front(), Respondent::client);
    const Point* latest = nullptr;
    for (const auto& point : series.points) {
      if (point.form->session <= session) latest = &point;
    }
    if (latest == nullptr || latest == &series.points.front()) continue;
    const auto& start = series.points.front();
    const auto step = change(series, start.value, latest->value);
    const bool is_worse = step.reliable && step.value * series.better() < 0;
    const std::pair now_says(is_worse, std::abs(step.value) / *step.threshold);
    if (!most.words.empty() && now_says <= says) continue;
    says = now_says;
    most = {fmt::format("; {} went from {} to {} meanwhile", series.name(), number(start.value), number(latest->value)),
            {{std::string(kSymptomsFrom) + instrument->id(), start.value},
             {std::string(kSymptomsTo) + instrument->id(), latest->value}},
            is_worse};
  }
  return most;
}
void tell_with(Signal& signal, Symptoms symptoms) {
  auto& values = signal.values;
  std::move(symptoms.values.begin(), symptoms.values.end(), std::back_inserter(values));
  if (symptoms.is_worse) signal.level = Level::act;
}

/// A fall as it is told of one form, or of two together.
struct Fall {
  double level = 0;
  double size = 0;
  double threshold = 0;
  std::size_t prior_forms = 0;
  std::optional<double> previous = {};  ///< of two forms the first
};
Signal fallen(const Course& course, const Rule& rule, const Series& series, const Point& now, const Fall& fall) {
  const auto scores = fall.previous ? fmt::format("{} after {}, on average", number(now.value), number(*fall.previous))
                                    : fmt::format("{},", number(now.value));
  auto signal =
      course.signal_of(rule, *now.form,
                       fmt::format("{} was {} {} {} the {} that was usual before: more than this person's scores move; "
                                   "perhaps something has come between the two.",
                                   series.name(), scores, points(fall.size), series.better() > 0 ? "below" : "above",
                                   number(fall.level)),
                       {{"score", now.value},
                        {"level", fall.level},
                        {"drop", fall.size},
                        {"threshold", fall.threshold},
                        {"forms", fall.previous ? 2 : 1},
                        {"prior_forms", static_cast<double>(fall.prior_forms)}});
  if (fall.previous) signal.values.emplace_back("previous", *fall.previous);
  return signal;
}

/// What `own` found of the latest form: that it falls, or stays down.
Moment fall_at(const Course& course, const Rule& rule, const Series& series, std::size_t place, const OwnLevel& own,
               OwnLevel::Step step) {
  const auto now = series.points[place];
  Fall fall{own.level() * series.better(), own.drop(), own.threshold(), own.prior()};
  if (step == OwnLevel::Step::drops && own.forms_of_drop() > 1) fall.previous = series.points[place - 1].value;
  // By the form alone; the ones before it were told or not for themselves.
  if (step == OwnLevel::Step::stays_down) fall.size = own.level() - now.value * series.better();
  Moment moment{now.form->session};
  if (fall.size < fall.threshold - kSame) return moment;
  moment.told = [=, &course, &rule, about = series.without_points()] { return fallen(course, rule, about, now, fall); };
  return moment;
}

}  // namespace

void drop_and_repair(Course& course, const Rule& rule, const Measure& measure, const Series& series) {
  std::optional<OwnLevel> of_pair;
  int pair = 0;
  for (std::size_t i = 0; i < series.points.size(); ++i) {
    const auto& now = series.points[i];
    // What was usual with one therapist is not what is usual with another.
    const bool is_other_pair = std::exchange(pair, now.form->before_pair) != now.form->before_pair;
    if (!of_pair || is_other_pair) of_pair.emplace(rule, measure);
    auto& own = *of_pair;
    const auto step = own.next(now.value * series.better());
    if (rule.method == Method::drop && step == OwnLevel::Step::drops) {
      course.add(rule, *series.instrument, fall_at(course, rule, series, i, own, step));
    }
    if (rule.method == Method::drop && step == OwnLevel::Step::stays_down) {
      course.last().moments.push_back(fall_at(course, rule, series, i, own, step));
    }
    if (rule.method != Method::repaired || step != OwnLevel::Step::comes_back) continue;
    if (own.forms_down() > rule.parameter("forms")) continue;
    const auto level = own.level() * series.better();
    course.add(rule, course.signal_of(
                         rule, *now.form,
                         fmt::format("{} was {} and with that back near {}, where it was before the drop; that took {} "
                                     "{}.",
                                     series.name(), number(now.value), number(level), own.forms_down(),
                                     own.forms_down() == 1 ? "form" : "forms"),
                         {{"score", now.value}, {"level", level}, {"forms", own.forms_down()}}));
  }
}

void yes(Course& course, const Rule& rule, const Measure&, const Series& series) {
  for (const auto& now : series.points) {
    if (now.value < rule.parameter("count") - kSame) continue;
    course.add(rule, course.signal_of(rule, *now.form,
                                      fmt::format("{}: {} answered with yes. A person looks at it.", series.name(),
                                                  number(now.value)),
                                      {{"count", now.value}}));
  }
}

void item_dip(Course& course, const Rule& rule, const Measure&, const Series& series) {
  const auto range = series.scale->max - series.scale->min;
  const auto high = rule.parameter("high");
  std::map<std::string_view, OwnAnswer> own;  // by question, wherever it stands in a version
  int pair = 0;
  for (const auto& now : series.points) {
    if (now.form->answers.empty()) continue;
    if (std::exchange(pair, now.form->before_pair) != now.form->before_pair) own.clear();
    const auto& instrument = *now.form->instrument;
    const auto scale =
        static_cast<std::size_t>(scale_named(instrument, series.scale->key) - instrument.scoring().scales.data());
    const auto share = (series.better() > 0 ? now.value - series.scale->min : series.scale->max - now.value) / range;
    for (const auto place : instrument.scale_questions()[scale]) {
      const auto& answer = now.form->answers[place];
      if (!answer) continue;
      const auto& question = instrument.questions()[place];
      const auto sign = series.better() * (question.reversed ? -1 : 1);
      auto& before = own[question.link_id];
      const auto dip = before.next(rule, *answer * sign, question.max - question.min);
      if (!dip) continue;
      Moment moment{now.form->session};
      if (share >= high) {
        moment.told = [&course, &rule, about = series.without_points(), now, place, given = *answer, dip = *dip] {
          return course.signal_of(
              rule, *now.form,
              fmt::format("{} stays high at {}, but item {} is {}, {} below what it usually was.", about.name(),
                          number(now.value), place + 1, number(given), points(dip)),
              {{"score", now.value}, {"item", static_cast<double>(place + 1)}, {"answer", given}, {"dip", dip}});
        };
      }
      if (before.told) {
        course.found()[*before.told].moments.push_back(std::move(moment));
      } else if (moment.told) {
        course.add(rule, *series.instrument, std::move(moment)).part = question.link_id;
        before.told = course.found().size() - 1;
      }
    }
  }
}

namespace {

Moment low_at(const Course& course, const Rule& rule, double limit, const Series& series, const Point& now) {
  Moment moment{now.form->session};
  moment.told = [&course, &rule, limit, about = series.without_points(), now] {
    auto symptoms = symptoms_by(course, now.form->session);
    const auto norm = is_middle(*about.scale, limit) ? fmt::format("below the middle of the scale ({})", number(limit))
                                                     : fmt::format("where {} or more would be usual", number(limit));
    auto signal = course.signal_of(rule, *now.form,
                                   fmt::format("{} was {} in session {}, {}{}.", about.name(), number(now.value),
                                               now.form->session, norm, symptoms.words),
                                   {{"score", now.value}, {"limit", limit}});
    tell_with(signal, std::move(symptoms));
    return signal;
  };
  return moment;
}

}  // namespace

/// In the first sessions, or after them. A score that stays low is told once, whenever it became so; it is over when
/// two forms running are not, for one that goes up and down about the limit would be told again and again. What began
/// in the first sessions and could not be told in them, for something else spoke, is told after them.
void low(Course& course, const Rule& rule, const Measure& measure, const Series& series) {
  const bool is_early = rule.method == Method::low_early;
  std::optional<std::size_t> found;
  int since = 0;  // session; 0: it is not low
  int not_low = 0;
  int pair = 0;
  for (const auto& now : series.points) {
    const bool is_first_sessions = now.form->session_of_pair() <= rule.parameter("sessions");
    // With another therapist everything begins anew.
    if (std::exchange(pair, now.form->before_pair) != now.form->before_pair) {
      found.reset();
      since = 0;
      not_low = 0;
    }
    if (is_early && !is_first_sessions) continue;
    if ((now.value - *measure.low) * series.better() > -kSame) {
      if (++not_low >= kFormsUntilOver) since = 0;
      continue;
    }
    not_low = 0;
    if (since == 0) {
      found.reset();
      since = now.form->session;
    }
    if (is_early != is_first_sessions) continue;
    auto moment = low_at(course, rule, *measure.low, series, now);
    if (found) {
      course.found()[*found].moments.push_back(std::move(moment));
      continue;
    }
    course.add(rule, *series.instrument, std::move(moment)).since = fmt::format("{} {}", measure.scale, since);
    found = course.found().size() - 1;
  }
}

void falling_early(Course& course, const Rule& rule, const Measure& measure, const Series& series) {
  std::optional<int> told;  // of which pair
  for (std::size_t i = 2; i < series.points.size(); ++i) {
    const auto& now = series.points[i];
    const int pair = now.form->before_pair;
    if (now.form->session_of_pair() > rule.parameter("sessions")) continue;
    if (series.points[i - 2].form->before_pair != pair) continue;
    const auto first = series.points[i - 2].value * series.better();
    const auto second = series.points[i - 1].value * series.better();
    const auto third = now.value * series.better();
    const auto threshold = rule.parameter("share") * measure.drop;
    if (told == pair || !(first > second && second > third) || first - third < threshold - kSame) continue;
    told = pair;
    auto symptoms = symptoms_by(course, now.form->session);
    auto signal = course.signal_of(rule, *now.form,
                                   fmt::format("{} fell twice in a row in the first sessions, from {} to {} and {}{}.",
                                               series.name(), number(series.points[i - 2].value),
                                               number(series.points[i - 1].value), number(now.value), symptoms.words),
                                   {{"before", series.points[i - 2].value},
                                    {"between", series.points[i - 1].value},
                                    {"score", now.value},
                                    {"threshold", threshold}});
    tell_with(signal, std::move(symptoms));
    course.add(rule, std::move(signal));
  }
}

/// A session in which only one of the two gave the form ends a run, and so does one in which it is the other who sees
/// it as better. One in which neither gave it says nothing.
void gap(Course& course, const Rule& rule, const Measure& measure, const Series& series) {
  const auto theirs = course.series_of(*series.instrument, *series.scale, Respondent::therapist);
  std::map<int, std::pair<const Point*, const Point*>> sessions;  // the latest of the client, and of the therapist
  for (const auto& point : series.points) sessions[point.form->session].first = &point;
  for (const auto& point : theirs.points) sessions[point.form->session].second = &point;
  int running = 0;
  double before = 0;
  for (const auto& [session, both] : sessions) {
    const Point* client = both.first;
    const Point* therapist = both.second;
    const bool is_whole = client != nullptr && therapist != nullptr;
    const auto size = is_whole ? (client->value - therapist->value) / measure.spread : 0;
    if (running > 0 && size * before < 0) running = 0;
    running = std::abs(size) > rule.parameter("spreads") ? running + 1 : 0;
    before = size;
    if (running < static_cast<int>(rule.parameter("sessions"))) continue;
    Moment moment{session};
    moment.told = [&course, &rule, about = series.without_points(), client = *client, therapist = *therapist, size,
                   running] {
      auto signal = course.signal_of(
          rule, *client.form,
          fmt::format("Client and therapist see it differently, {} times running: {} is {} for the client and {} "
                      "for the therapist, {} standard deviations apart.",
                      running, about.name(), number(client.value), number(therapist.value),
                      number_in(kEnglish, std::abs(size), 2)),
          {{"client", client.value}, {"therapist", therapist.value}, {"gap", size}, {"times", running}});
      signal.held_against = course.place_of(*therapist.form);
      return signal;
    };
    if (running == static_cast<int>(rule.parameter("sessions"))) {
      course.add(rule, *series.instrument, std::move(moment));
    } else {
      course.last().moments.push_back(std::move(moment));
    }
  }
}
}  // namespace rapport::signals
