#pragma once
/// @file What the rules have in common: the forms of one person as courses of scores, and what is found in them. For
/// the files that hold the rules, one for each subject; others ask `find_signals`.
#include <cstddef>
#include <functional>
#include <limits>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/signals/find_signals.hpp"
#include "measures/change.hpp"

namespace rapport::signals {

/// Sums of tenths are not exact; a score that is a threshold must count as one.
inline constexpr double kSame = 1e-9;

struct Point {
  const Form* form = nullptr;
  double value = 0;
};

/// Scores of one scale from one respondent, in order.
struct Series {
  const measures::Instrument* instrument = nullptr;
  const measures::Scale* scale = nullptr;
  std::vector<Point> points;

  /// The sign that makes a step towards better positive.
  double better() const;
  /// "PHQ-9", or with the scale where it has several.
  std::string name() const;
  /// What it is of, for a sentence that is made later.
  Series without_points() const { return {instrument, scale, {}}; }
};

/// What a rule says of one session while what it found lasts.
struct Moment {
  int session = 0;
  /// The signal, were it told first then; empty where what lasts is not large enough for that. Made only when needed.
  std::function<Signal()> told = {};
  double size = 0;                                           ///< of what is told
  double further = std::numeric_limits<double>::infinity();  ///< told again when it has grown by so much
};

/// What a rule found, in each session of which it says so.
struct Finding {
  std::string rule;
  std::string instrument;
  Kind kind = Kind::missing;
  Level level = Level::info;      ///< of its rule; what it tells may be graver
  int strength = kUsualStrength;  ///< of its rule
  std::vector<Moment> moments;    ///< at least one, in order
  std::string part = {};          ///< of the form, where it is about one alone: that of another is another thing
  /// Since when that is so; another finding with the same says the same by another rule. Empty: none does.
  std::string since = {};
};

class Course {
 public:
  /// All of them must outlive it.
  Course(std::span<const Form> forms, const Expectations& expected, std::span<const Told> told);

  std::span<const Form> forms() const { return forms_; }
  const Expectations& expected() const { return expected_; }
  std::span<const Told> told() const { return told_; }
  /// Of which the client sent a form; of one scoring one version.
  const std::set<const measures::Instrument*, ByVersion>& instruments() const { return instruments_; }
  /// Among those that were given.
  std::size_t place_of(const Form& form) const { return static_cast<std::size_t>(&form - forms_.data()); }
  /// Scores of versions of which the scoring is the same are one series.
  Series series_of(const measures::Instrument& instrument, const measures::Scale& scale, Respondent respondent) const;

  using ForOutcome = void(Course&, const Rule&, const Series&);
  /// The client's scores on the main scale of every instrument for which a reliable change is known.
  void for_each_outcome(const Rule& rule, ForOutcome* apply);
  using ForMeasure = void(Course&, const Rule&, const Measure&, const Series&);
  /// The client's scores on every scale that the rule names.
  void for_each_measure(const Rule& rule, ForMeasure* apply);

  /// As it is told of that form.
  Signal signal_of(const Rule& rule, const Form& form, std::string reason,
                   std::vector<std::pair<std::string, double>> values) const;
  /// Found first in that moment.
  Finding& add(const Rule& rule, const measures::Instrument& instrument, Moment moment);
  /// Found in the session of that form.
  Finding& add(const Rule& rule, Signal signal);
  std::vector<Finding>& found() { return found_; }
  const std::vector<Finding>& found() const { return found_; }
  /// There must be one.
  Finding& last() { return found_.back(); }

 private:
  Finding& add(const Rule& rule, std::string_view instrument, Moment moment);

  std::span<const Form> forms_;
  const Expectations& expected_;
  std::span<const Told> told_;
  std::set<const measures::Instrument*, ByVersion> instruments_;
  std::vector<Finding> found_;
};

/// Null where the instrument has no such scale.
const measures::Scale* scale_named(const measures::Instrument& instrument, std::string_view key);
/// From one score of a series to another, by the reliable change of its instrument.
measures::Change change(const Series& series, double before, double after);
double mean(std::span<const double> values);

/// "4.3", and "1 point", "4.3 points", for the English sentence.
inline constexpr std::string_view kEnglish = "en";
std::string number(double value);
std::string points(double size);

}  // namespace rapport::signals
