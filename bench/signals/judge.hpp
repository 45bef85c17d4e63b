#pragma once
/// Rules held against courses of which the truth is known.
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "courses.hpp"

namespace rapport::signals_bench {

/// The sessions in which a rule speaks.
using Speaker = std::function<std::vector<int>(const Simulated&)>;

/// A figure with its 95 % interval.
struct Figure {
  double value = 0;
  double low = 0;
  double high = 0;
  bool is_known = false;

  std::string text(int digits) const;
  /// The same with an interval that does not go beyond what can be.
  Figure within(double least, double most) const;
};
/// Wilson's interval.
Figure share(std::size_t part, std::size_t whole);
/// Sum by sum where people are what is independent: each adds to both (the linearised variance of a ratio).
class Ratio {
 public:
  void add(double part, double whole);
  Figure figure(double times) const;

 private:
  double n_ = 0, parts_ = 0, wholes_ = 0, part_part_ = 0, part_whole_ = 0, whole_whole_ = 0;
};

/// What is said of one rule after the courses of many people.
class Judgement {
 public:
  explicit Judgement(Event event) : event_(event) {}

  /// `spoken` in order; `cutoff` is what the fixed cut-off said of the same course.
  void add(const Simulated& course, const std::vector<int>& spoken, const std::vector<int>& cutoff);

  Figure found() const { return share(found_, happened_); }       ///< sensitivity: of courses with the event, in time
  Figure silent() const { return share(silent_, without_); }      ///< specificity: of courses without it
  Figure right() const { return right_.figure(1).within(0, 1); }  ///< precision: of what was said
  Figure after() const { return after_.figure(1); }               ///< sessions from the onset, of those in time
  Figure ahead() const { return ahead_.figure(1); }               ///< sessions before the cut-off said it
  Figure false_in(double sessions) const {
    return false_.figure(sessions).within(0, std::numeric_limits<double>::infinity());
  }  ///< where nothing was

 private:
  Event event_;
  std::size_t happened_ = 0, found_ = 0, without_ = 0, silent_ = 0;
  Ratio right_, after_, ahead_, false_;
};

}  // namespace rapport::signals_bench
