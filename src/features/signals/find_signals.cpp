#include "features/signals/find_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "features/signals/sentence_parts.hpp"
#include "measures/change.hpp"
#include "research/statistics/control_chart.hpp"
#include "research/statistics/sudden_gain.hpp"

namespace rapport::signals {
namespace {

using measures::Instrument;
using statistics::Direction;

/// Sums of tenths are not exact; a score that is a threshold must count as one.
constexpr double kSame = 1e-9;
/// A worsening or an improvement is over when less than half of what made it one is left: otherwise a score that goes
/// up and down about a threshold would be a signal again and again.
constexpr double kLasts = .5;

/// What is usual rests on so many forms at most, the latest: in a therapy of years the first ones say little about now.
constexpr std::size_t kMostForms = 50;

std::span<const double> latest_forms(std::span<const double> values) {
  return values.last(std::min(values.size(), kMostForms));
}

struct Point {
  const Form* form = nullptr;
  double value = 0;
};

/// What a rule found, and to which session it lasts.
struct Finding {
  Signal signal;
  int until = 0;
};

const measures::Scale* scale_named(const Instrument& instrument, std::string_view key) {
  const auto& scales = instrument.scoring().scales;
  const auto found = std::find_if(scales.begin(), scales.end(), [&](const auto& scale) { return scale.key == key; });
  return found == scales.end() ? nullptr : &*found;
}

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

double mean(std::span<const double> values) {
  double sum = 0;
  for (const auto value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

constexpr std::string_view kEnglish = "en";
std::string number(double value) {
  return number_in(kEnglish, value);
}
std::string points(double size) {
  return fmt::format("{} {}", number(size), std::abs(size - 1) < kSame ? "point" : "points");
}

/// The sign that makes a step towards better positive.
double better(const measures::Scale& scale) {
  return statistics::towards_better(scale.direction);
}

/// Scores of one scale from one respondent, in order.
struct Series {
  const Instrument* instrument = nullptr;
  const measures::Scale* scale = nullptr;
  std::vector<Point> points;

  double better() const { return signals::better(*scale); }
  /// "PHQ-9", or with the scale where it has several.
  std::string name() const { return name_of(*instrument, *scale, kEnglish); }
};

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

class Course {
 public:
  Course(std::span<const Form> forms, std::span<const Rule> rules, const Expectations& expected,
         std::span<const Told> told)
      : forms_(forms), rules_(rules), expected_(expected), told_(told) {
    for (const auto& form : forms) {
      if (form.sent && form.respondent == Respondent::client) instruments_.insert(form.instrument);
    }
  }

  std::vector<Signal> find() {
    for (const auto& rule : rules_) apply(rule);
    return merged();
  }

 private:
  void apply(const Rule& rule) {
    switch (rule.method) {
      case Method::worse_than_start:
      case Method::better_than_start:
        return for_each_course(rule, &Course::against_start);
      case Method::worse_than_best:
        return for_each_course(rule, &Course::worse_than_best);
      case Method::not_better_by:
        return for_each_course(rule, &Course::not_better_by);
      case Method::two_worsenings:
        return for_each_course(rule, &Course::two_worsenings);
      case Method::beyond_expected:
        return for_each_course(rule, &Course::beyond_expected);
      case Method::sudden_gain:
        return for_each_course(rule, &Course::sudden_gain);
      case Method::drop:
      case Method::repaired:
        return for_each_measure(rule, &Course::drop_and_repair);
      case Method::yes:
        return for_each_measure(rule, &Course::yes);
      case Method::item_dip:
        return for_each_measure(rule, &Course::item_dip);
      case Method::low_early:
        return for_each_measure(rule, &Course::low_early);
      case Method::falling_early:
        return for_each_measure(rule, &Course::falling_early);
      case Method::gap:
        return for_each_measure(rule, &Course::gap);
      case Method::perfect_score:
        return for_each_measure(rule, &Course::perfect_score);
      case Method::same_answers:
        return same_answers(rule);
      case Method::not_sent:
        return not_sent(rule);
      case Method::safety_answer:
        return safety_answer(rule);
      case Method::no_contact:
      case Method::reply_late:
        return;  // not made of forms
    }
  }

  using Values = std::vector<std::pair<std::string, double>>;

  /// Among those that were given.
  std::size_t place_of(const Form& form) const { return static_cast<std::size_t>(&form - forms_.data()); }

  Finding& add(const Rule& rule, const Form& form, std::string reason, Values values) {
    auto& finding = found_.emplace_back();
    finding.signal = {form.session, form.date,  form.instrument->id(), rule.signal,      rule.id,
                      rule.version, rule.level, std::move(reason),     std::move(values)};
    finding.signal.form = place_of(form);
    finding.until = form.session;
    return finding;
  }

  Series series_of(const Instrument& instrument, const measures::Scale& scale, Respondent respondent) const {
    Series series{&instrument, &scale, {}};
    for (const auto& form : forms_) {
      if (!form.sent || form.respondent != respondent || !is_one(*form.instrument, instrument)) continue;
      if (const auto value = score_of(form, scale.key)) series.points.push_back({&form, *value});
    }
    return series;
  }

  /// The client's scores on the main scale of every instrument for which a reliable change is known.
  void for_each_course(const Rule& rule, void (Course::*apply)(const Rule&, const Series&)) {
    for (const auto* instrument : instruments_) {
      if (measures::reliable_change_of(*instrument) == nullptr) continue;
      (this->*apply)(rule, series_of(*instrument, instrument->scoring().scales.front(), Respondent::client));
    }
  }

  void for_each_measure(const Rule& rule, void (Course::*apply)(const Rule&, const Measure&, const Series&)) {
    for (const auto& measure : rule.measures) {
      for (const auto* instrument : instruments_) {
        if (instrument->id() != measure.instrument) continue;
        const auto* scale = scale_named(*instrument, measure.scale);
        if (scale != nullptr) (this->*apply)(rule, measure, series_of(*instrument, *scale, Respondent::client));
      }
    }
  }

  static measures::Change change(const Series& series, double before, double after) {
    return measures::change_between(*series.instrument, before, after, *series.instrument->variant(""));
  }

  void against_start(const Rule& rule, const Series& series) {
    const bool worse = rule.method == Method::worse_than_start;
    bool lasts = false;
    for (std::size_t i = 1; i < series.points.size(); ++i) {
      const auto& start = series.points.front();
      const auto& now = series.points[i];
      const auto step = change(series, start.value, now.value);
      const auto size = step.value * series.better() * (worse ? -1 : 1);
      if (lasts && size > kLasts * *step.threshold - kSame) {
        found_.back().until = now.form->session;
        continue;
      }
      lasts = step.reliable && size > 0;
      if (!lasts) continue;
      add(rule, *now.form,
          fmt::format("{} was {}, {} {} than the {} of session {}; the reliable change is {}.", series.name(),
                      number(now.value), points(size), worse ? "worse" : "better", number(start.value),
                      start.form->session, points(*step.threshold)),
          {{"score", now.value},
           {"start", start.value},
           {"start_session", start.form->session},
           {"change", step.value},
           {"threshold", *step.threshold}});
    }
  }

  void worse_than_best(const Rule& rule, const Series& series) {
    const auto latest = static_cast<std::size_t>(rule.parameter("latest"));
    const auto best_of = static_cast<std::size_t>(rule.parameter("best_of"));
    std::vector<double> values;
    bool lasts = false;
    double best = std::numeric_limits<double>::infinity();  // the smallest where larger is worse
    for (const auto& now : series.points) {
      values.push_back(-now.value * series.better());
      if (values.size() < latest + best_of) continue;
      const auto before = values.size() - latest - best_of;
      best = std::min(best, mean(std::span(values).subspan(before, best_of)));
      const auto recent = mean(std::span(values).last(latest));
      const auto threshold = rule.parameter("share") * *change(series, 0, 0).threshold;
      if (lasts && recent - best > kLasts * threshold - kSame) {
        found_.back().until = now.form->session;
        continue;
      }
      lasts = recent - best >= threshold - kSame;
      if (!lasts) continue;
      const auto shown = [&](double value) { return -value * series.better(); };
      add(rule, *now.form,
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
    }
  }

  void not_better_by(const Rule& rule, const Series& series) {
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
      add(rule, *now.form,
          fmt::format("{} began at {}, in the clinical range, and is {} in session {}: no reliable improvement, which "
                      "would be {}.",
                      series.name(), number(start.value), number(now.value), now.form->session,
                      points(*step.threshold)),
          {{"score", now.value}, {"start", start.value}, {"threshold", *step.threshold}});
      return;
    }
  }

  /// What was told of this form, or nothing.
  const Told* told_at(const Rule& rule, const Form& form) const {
    const auto found = std::find_if(told_.begin(), told_.end(),
                                    [&](const Told& one) { return one.rule == rule.id && one.form == place_of(form); });
    return found == told_.end() ? nullptr : &*found;
  }
  /// Forms of the course up to the last of which something was told.
  std::size_t forms_told(const Rule& rule, const Series& series) const {
    std::size_t count = series.points.size();
    while (count > 0 && told_at(rule, *series.points[count - 1].form) == nullptr) --count;
    return count;
  }

  void beyond_expected(const Rule& rule, const Series& series) {
    std::vector<measures::SessionScore> scores;
    for (const auto& point : series.points) scores.push_back({point.form->session, point.value});
    const auto start = measures::intake_of(scores);
    const auto known = expected_.find(series.instrument);
    const bool is_known = start && known != expected_.end() && known->second.cases >= rule.parameter("cases");
    const auto forms = static_cast<int>(rule.parameter("forms"));
    const auto settled = forms_told(rule, series);
    int running = 0;
    bool lasts = false;
    for (std::size_t i = 0; i < scores.size(); ++i) {
      if (const auto* told = told_at(rule, *series.points[i].form)) {
        add(rule, *series.points[i].form, told->reason, told->values);
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
        found_.back().until = scores[i].session;
        continue;
      }
      running = standing->is_beyond ? running + 1 : 0;
      lasts = running >= forms && i >= settled;
      if (lasts) add_beyond(rule, series, *series.points[i].form, {*start, scores[i].score, *standing}, running);
    }
  }

  struct AgainstExpected {
    double start = 0;
    double score = 0;
    measures::Standing standing;
  };
  void add_beyond(const Rule& rule, const Series& series, const Form& form, const AgainstExpected& against,
                  int running) {
    const auto cases = expected_.at(series.instrument).cases;
    const auto of_hundred = 50 * (1 + rule.parameter("share"));
    const auto expected = std::clamp(against.standing.expected, series.scale->min, series.scale->max);
    add(rule, form,
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

  void two_worsenings(const Rule& rule, const Series& series) {
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
      const bool goes_on = !found_.empty() && found_.back().signal.rule == rule.id &&
                           found_.back().signal.instrument == series.instrument->id() &&
                           found_.back().until == second.form->session;
      if (goes_on) {
        found_.back().until = now.form->session;
        continue;
      }
      add(rule, *now.form,
          fmt::format("{} has become worse twice in a row, from {} to {} and {}: {} together; the rule asks for {}.",
                      series.name(), number(first.value), number(second.value), number(now.value), points(total),
                      points(threshold)),
          {{"before", first.value}, {"between", second.value}, {"score", now.value}, {"threshold", threshold}});
    }
  }

  /// Said when the second or the third score after the step is there: earlier nobody can tell.
  void sudden_gain(const Rule& rule, const Series& series) {
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
        add(rule, *now.form,
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

  void drop_and_repair(const Rule& rule, const Measure& measure, const Series& series) {
    OwnLevel own(rule, measure);
    for (std::size_t i = 0; i < series.points.size(); ++i) {
      const auto& now = series.points[i];
      const auto step = own.next(now.value * series.better());
      const auto level = own.level() * series.better();
      if (rule.method == Method::drop && step == OwnLevel::Step::stays_down) found_.back().until = now.form->session;
      if (rule.method == Method::drop && step == OwnLevel::Step::drops) {
        const auto scores = own.forms_of_drop() == 1 ? fmt::format("{}", number(now.value))
                                                     : fmt::format("{} after {}, on average", number(now.value),
                                                                   number(series.points[i - 1].value));
        auto& finding = add(
            rule, *now.form,
            fmt::format("{} was {}{} {} below the {} that was usual before: more than this person's scores move; "
                        "perhaps something has come between the two.",
                        series.name(), scores, own.forms_of_drop() == 1 ? "," : "", points(own.drop()), number(level)),
            {{"score", now.value},
             {"level", level},
             {"drop", own.drop()},
             {"threshold", own.threshold()},
             {"forms", static_cast<double>(own.forms_of_drop())},
             {"prior_forms", static_cast<double>(own.prior())}});
        if (own.forms_of_drop() > 1) finding.signal.values.emplace_back("previous", series.points[i - 1].value);
      }
      if (rule.method != Method::repaired || step != OwnLevel::Step::comes_back) continue;
      if (own.forms_down() > rule.parameter("forms")) continue;
      add(rule, *now.form,
          fmt::format("{} was {} and with that back near {}, where it was before the drop; that took {} {}.",
                      series.name(), number(now.value), number(level), own.forms_down(),
                      own.forms_down() == 1 ? "form" : "forms"),
          {{"score", now.value}, {"level", level}, {"forms", own.forms_down()}});
    }
  }

  void yes(const Rule& rule, const Measure&, const Series& series) {
    for (const auto& now : series.points) {
      if (now.value < rule.parameter("count") - kSame) continue;
      add(rule, *now.form,
          fmt::format("{}: {} answered with yes. A person looks at it.", series.name(), number(now.value)),
          {{"count", now.value}});
    }
  }

  void item_dip(const Rule& rule, const Measure&, const Series& series) {
    const auto range = series.scale->max - series.scale->min;
    const auto high = rule.parameter("high");
    std::map<std::string_view, std::vector<double>> before;  // by question, wherever it stands in a version
    for (const auto& now : series.points) {
      if (now.form->answers.empty()) continue;
      const auto& instrument = *now.form->instrument;
      const auto scale =
          static_cast<std::size_t>(scale_named(instrument, series.scale->key) - instrument.scoring().scales.data());
      const auto share = (series.better() > 0 ? now.value - series.scale->min : series.scale->max - now.value) / range;
      for (const auto place : instrument.scale_questions()[scale]) {
        const auto& answer = now.form->answers[place];
        if (!answer) continue;
        const auto& question = instrument.questions()[place];
        const auto sign = series.better() * (question.reversed ? -1 : 1);
        auto& prior = before[question.link_id];
        const bool is_known = prior.size() >= static_cast<std::size_t>(rule.parameter("prior_forms"));
        const auto dip = is_known ? mean(latest_forms(prior)) - *answer * sign : 0;
        const bool dips = dip >= rule.parameter("share") * (question.max - question.min) - kSame;
        if (!dips) prior.push_back(*answer * sign);
        if (!dips || !is_known || share < high) continue;
        add(rule, *now.form,
            fmt::format("{} stays high at {}, but item {} is {}, {} below what it usually was.", series.name(),
                        number(now.value), place + 1, number(*answer), points(dip)),
            {{"score", now.value}, {"item", static_cast<double>(place + 1)}, {"answer", *answer}, {"dip", dip}});
      }
    }
  }

  /// How the client's symptoms stand by then, for signals about the relationship.
  struct Symptoms {
    std::string words;      ///< for the sentence; empty when nothing is known
    Values values;          ///< by names that say of which instrument they are
    bool is_worse = false;  ///< reliably
  };
  Symptoms symptoms_by(int session) const {
    for (const auto* instrument : instruments_) {
      if (measures::reliable_change_of(*instrument) == nullptr) continue;
      const auto series = series_of(*instrument, instrument->scoring().scales.front(), Respondent::client);
      const Point* latest = nullptr;
      for (const auto& point : series.points) {
        if (point.form->session <= session) latest = &point;
      }
      if (latest == nullptr || latest == &series.points.front()) continue;
      const auto& start = series.points.front();
      const auto step = change(series, start.value, latest->value);
      return {
          fmt::format("; {} went from {} to {} meanwhile", series.name(), number(start.value), number(latest->value)),
          {{std::string(kSymptomsFrom) + instrument->id(), start.value},
           {std::string(kSymptomsTo) + instrument->id(), latest->value}},
          step.reliable && step.value * series.better() < 0};
    }
    return {};
  }
  static void tell_with(Finding& finding, Symptoms symptoms) {
    auto& values = finding.signal.values;
    std::move(symptoms.values.begin(), symptoms.values.end(), std::back_inserter(values));
    if (symptoms.is_worse) finding.signal.level = Level::act;
  }

  void low_early(const Rule& rule, const Measure& measure, const Series& series) {
    bool was_low = false;
    for (const auto& now : series.points) {
      if (now.form->session > rule.parameter("sessions")) return;
      const bool is_low = (now.value - *measure.low) * series.better() < -kSame;
      if (is_low && was_low) found_.back().until = now.form->session;
      if (is_low && !was_low) {
        auto symptoms = symptoms_by(now.form->session);
        auto& finding = add(rule, *now.form,
                            fmt::format("{} was {} in session {}, where {} or more would be usual{}.", series.name(),
                                        number(now.value), now.form->session, number(*measure.low), symptoms.words),
                            {{"score", now.value}, {"limit", *measure.low}});
        tell_with(finding, std::move(symptoms));
      }
      was_low = is_low;
    }
  }

  void falling_early(const Rule& rule, const Measure& measure, const Series& series) {
    bool told = false;
    for (std::size_t i = 2; i < series.points.size(); ++i) {
      const auto& now = series.points[i];
      if (now.form->session > rule.parameter("sessions")) return;
      const auto first = series.points[i - 2].value * series.better();
      const auto second = series.points[i - 1].value * series.better();
      const auto third = now.value * series.better();
      const auto threshold = rule.parameter("share") * measure.drop;
      if (told || !(first > second && second > third) || first - third < threshold - kSame) continue;
      told = true;
      auto symptoms = symptoms_by(now.form->session);
      auto& finding = add(rule, *now.form,
                          fmt::format("{} fell twice in a row in the first sessions, from {} to {} and {}{}.",
                                      series.name(), number(series.points[i - 2].value),
                                      number(series.points[i - 1].value), number(now.value), symptoms.words),
                          {{"before", series.points[i - 2].value},
                           {"between", series.points[i - 1].value},
                           {"score", now.value},
                           {"threshold", threshold}});
      tell_with(finding, std::move(symptoms));
    }
  }

  /// A session in which only one of the two gave the form ends a run, and so does one in which it is the other who sees
  /// it as better. One in which neither gave it says nothing.
  void gap(const Rule& rule, const Measure& measure, const Series& series) {
    const auto theirs = series_of(*series.instrument, *series.scale, Respondent::therapist);
    std::map<int, std::pair<const Point*, const Point*>> sessions;  // the latest of the client, and of the therapist
    for (const auto& point : series.points) sessions[point.form->session].first = &point;
    for (const auto& point : theirs.points) sessions[point.form->session].second = &point;
    int running = 0;
    double before = 0;
    for (const auto& [session, both] : sessions) {
      const auto [client, therapist] = both;
      const bool is_whole = client != nullptr && therapist != nullptr;
      const auto size = is_whole ? (client->value - therapist->value) / measure.spread : 0;
      if (running > 0 && size * before < 0) running = 0;
      running = std::abs(size) > rule.parameter("spreads") ? running + 1 : 0;
      before = size;
      if (running > rule.parameter("sessions")) found_.back().until = session;
      if (running != static_cast<int>(rule.parameter("sessions"))) continue;
      auto& finding =
          add(rule, *client->form,
              fmt::format("Client and therapist see it differently, {} times running: {} is {} for the client and {} "
                          "for the therapist, {} standard deviations apart.",
                          running, series.name(), number(client->value), number(therapist->value),
                          number_in(kEnglish, std::abs(size), 2)),
              {{"client", client->value}, {"therapist", therapist->value}, {"gap", size}, {"times", running}});
      finding.signal.held_against = place_of(*therapist->form);
    }
  }

  void perfect_score(const Rule& rule, const Measure&, const Series& series) {
    const auto perfect = series.better() > 0 ? series.scale->max : series.scale->min;
    int running = 0;
    for (const auto& now : series.points) {
      running = std::abs(now.value - perfect) < kSame ? running + 1 : 0;
      if (running > rule.parameter("forms")) found_.back().until = now.form->session;
      if (running != static_cast<int>(rule.parameter("forms"))) continue;
      add(rule, *now.form,
          fmt::format("{} was at its end, {}, {} times running: such a score cannot say how the relationship is; "
                      "better to ask.",
                      series.name(), number(now.value), running),
          {{"score", now.value}, {"forms", running}});
    }
  }

  /// Whether the answers to all scored questions are one number though they should not be: with questions of both
  /// directions any number says two things at once; with those of one direction the lowest and the highest may be
  /// meant.
  static std::optional<double> one_answer(const Form& form, std::size_t least) {
    const auto& instrument = *form.instrument;
    std::optional<double> same;
    std::size_t count = 0;
    std::set<int> directions;
    bool is_end = true;
    for (std::size_t place = 0; place < form.answers.size(); ++place) {
      const auto& question = instrument.questions()[place];
      if (!question.scored) continue;
      const auto& answer = form.answers[place];
      if (!answer || (same && *same != *answer)) return std::nullopt;
      same = answer;
      ++count;
      is_end = is_end && (*answer <= question.min || *answer >= question.max);
      directions.insert(direction_of(instrument, place));
    }
    const bool is_odd = directions.size() > 1 || !is_end;
    return count >= least && is_odd ? same : std::nullopt;
  }

  static int direction_of(const Instrument& instrument, std::size_t place) {
    const auto& scales = instrument.scoring().scales;
    for (std::size_t i = 0; i < scales.size(); ++i) {
      const auto& places = instrument.scale_questions()[i];
      if (std::find(places.begin(), places.end(), place) == places.end()) continue;
      const int sign = scales[i].direction == Direction::higher_better ? 1 : -1;
      return instrument.questions()[place].reversed ? -sign : sign;
    }
    return 0;
  }

  void same_answers(const Rule& rule) {
    std::map<const Instrument*, std::size_t, ByVersion> last;  // the finding that goes on
    for (const auto& form : forms_) {
      if (!form.sent || form.respondent != Respondent::client || form.answers.empty()) continue;
      const auto same = one_answer(form, static_cast<std::size_t>(rule.parameter("items")));
      const auto going_on = last.find(form.instrument);
      if (!same) {
        last.erase(form.instrument);
      } else if (going_on != last.end()) {
        found_[going_on->second].until = form.session;
      } else {
        add(rule, form,
            fmt::format("Every question of {} was answered with {}: such a form says little; better to ask.",
                        name_of(*form.instrument, kEnglish), number(*same)),
            {{"answer", *same}});
        last[form.instrument] = found_.size() - 1;
      }
    }
  }

  /// A form is usual from its first coming on, as long as it came to at least a share of the sessions since. A session
  /// that nothing came of is known when the next one comes.
  void not_sent(const Rule& rule) {
    using Key = std::pair<std::string, Respondent>;  // whatever the version: it is the same form that usually comes
    std::map<Key, std::map<int, const Form*>> came;
    std::map<int, const Form*> sessions;  // a form of each, for its date
    for (const auto& form : forms_) {
      sessions.emplace(form.session, &form);
      auto& own = came[{form.instrument->id(), form.respondent}];
      if (form.sent) own.emplace(form.session, &form);
    }
    for (const auto& [key, own] : came) {
      if (!own.empty()) not_sent(rule, *own.begin()->second->instrument, key.second, own, sessions);
    }
  }

  void not_sent(const Rule& rule, const Instrument& instrument, Respondent respondent,
                const std::map<int, const Form*>& own, const std::map<int, const Form*>& sessions) {
    const auto first = own.begin()->first;
    double sent = 1;
    int in_a_row = 0;
    int previous = first;
    for (auto at = sessions.upper_bound(first); at != sessions.end(); ++at) {
      const auto session = at->first;
      const bool is_usual = sent / (previous - first + 1) >= rule.parameter("share") - kSame;
      const bool is_here = own.count(session) != 0;
      const auto unseen = session - previous - 1;
      const auto missed = unseen + (is_here ? 0 : 1);
      in_a_row = missed == 0 ? 0 : in_a_row + missed;
      if (missed > 0 && is_usual) {
        const bool is_therapists = respondent == Respondent::therapist;
        const auto latest = is_here ? session - 1 : session;
        const auto so_far = previous - first + 1;
        auto& finding = add(rule, *at->second,
                            fmt::format("{}{} did not come for {}; before it came to {:.0f} of {} sessions.",
                                        name_of(instrument, kEnglish), is_therapists ? ", the therapist's form," : "",
                                        in_a_row == 1 ? fmt::format("session {}", latest)
                                                      : fmt::format("{} sessions up to {}", in_a_row, latest),
                                        sent, so_far),
                            {{"missed", missed},
                             {"in_a_row", in_a_row},
                             {"sent", sent},
                             {"sessions", so_far},
                             {"latest", latest},
                             {"therapists", is_therapists ? 1 : 0}});
        finding.signal.instrument = instrument.id();
        finding.signal.respondent = respondent;
        if (in_a_row >= rule.parameter("look_after")) finding.signal.level = std::max(rule.level, Level::look);
      }
      if (is_here) {
        ++sent;
        in_a_row = 0;
      }
      previous = session;
    }
  }

  void safety_answer(const Rule& rule) {
    for (const auto& form : forms_) {
      if (!form.sent || form.safety.empty()) continue;
      Values values;
      for (const auto number : form.safety) {
        const auto& answer = form.answers[static_cast<std::size_t>(number) - 1];
        values.emplace_back(fmt::format("item{}", number), answer.value_or(0));
      }
      add(rule, form,
          fmt::format("{}: the answer to item {} is for a person to look at now, whatever the score.",
                      name_of(*form.instrument, kEnglish), fmt::join(form.safety, ", ")),
          std::move(values));
    }
  }

  /// Signals about the same thing; a stronger one speaks for the weaker while it lasts.
  static int thing(Kind kind) {
    switch (kind) {
      case Kind::deterioration:
      case Kind::not_on_track:
        return 1;
      case Kind::rupture_candidate:
      case Kind::early_alliance:
        return 2;
      default:
        return 100 + static_cast<int>(kind);
    }
  }

  /// Whether `other` says of that session already what `one` says.
  static bool speaks_for(const Finding& other, const Finding& one) {
    const auto& a = other.signal;
    const auto& b = one.signal;
    if (a.kind == Kind::safety || a.instrument != b.instrument || thing(a.kind) != thing(b.kind)) return false;
    if (a.session > b.session || other.until < b.session) return false;
    if (a.kind != b.kind) return a.kind == Kind::deterioration || a.kind == Kind::rupture_candidate;
    if (a.level != b.level) return a.level > b.level;
    if (a.session != b.session) return true;
    return a.rule < b.rule;
  }

  std::vector<Signal> merged() {
    std::map<std::pair<std::string, int>, std::vector<const Finding*>> about;
    for (const auto& one : found_) about[{one.signal.instrument, thing(one.signal.kind)}].push_back(&one);
    std::vector<Signal> signals;
    for (auto& [same, findings] : about) keep_strongest(findings, signals);
    const auto key = [](const Signal& signal) {
      return std::tie(signal.session, signal.instrument, signal.kind, signal.rule, signal.reason);
    };
    std::sort(signals.begin(), signals.end(), [&](const Signal& a, const Signal& b) { return key(a) < key(b); });
    return signals;
  }

  /// Session by session, so that a long course is held only against what lasts then.
  static void keep_strongest(std::vector<const Finding*>& findings, std::vector<Signal>& kept) {
    std::sort(findings.begin(), findings.end(),
              [](const Finding* a, const Finding* b) { return a->signal.session < b->signal.session; });
    std::vector<const Finding*> lasting;
    for (auto first = findings.begin(); first != findings.end();) {
      const auto session = (*first)->signal.session;
      const auto next =
          std::find_if(first, findings.end(), [&](const Finding* one) { return one->signal.session != session; });
      std::erase_if(lasting, [&](const Finding* one) { return one->until < session; });
      lasting.insert(lasting.end(), first, next);
      for (; first != next; ++first) {
        const auto& one = **first;
        const bool is_said = std::any_of(lasting.begin(), lasting.end(), [&](const Finding* other) {
          return other != &one && speaks_for(*other, one);
        });
        if (!is_said) kept.push_back(one.signal);
      }
    }
  }

  std::span<const Form> forms_;
  std::span<const Rule> rules_;
  const Expectations& expected_;
  std::span<const Told> told_;
  std::set<const Instrument*, ByVersion> instruments_;  ///< of which the client sent a form
  std::vector<Finding> found_;
};

}  // namespace

std::vector<Signal> find_signals(std::span<const Form> forms, std::span<const Rule> rules, const Expectations& expected,
                                 std::span<const Told> told) {
  return Course(forms, rules, expected, told).find();
}

}  // namespace rapport::signals
