#include "features/signals/find_signals.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "features/signals/alliance_signals.hpp"
#include "features/signals/answering_signals.hpp"
#include "features/signals/course_of_forms.hpp"
#include "features/signals/outcome_signals.hpp"
#include "features/signals/several_instruments.hpp"

namespace rapport::signals {
namespace {

void apply(Course& course, const Rule& rule) {
  switch (rule.method) {
    case Method::worse_than_start:
    case Method::better_than_start:
      return course.for_each_outcome(rule, against_start);
    case Method::worse_than_best:
      return course.for_each_outcome(rule, worse_than_best);
    case Method::not_better_by:
      return course.for_each_outcome(rule, not_better_by);
    case Method::two_worsenings:
      return course.for_each_outcome(rule, two_worsenings);
    case Method::beyond_expected:
      return course.for_each_outcome(rule, beyond_expected);
    case Method::sudden_gain:
      return course.for_each_outcome(rule, sudden_gain);
    case Method::drop:
    case Method::repaired:
      return course.for_each_measure(rule, drop_and_repair);
    case Method::yes:
      return course.for_each_measure(rule, yes);
    case Method::item_dip:
      return course.for_each_measure(rule, item_dip);
    case Method::low_early:
    case Method::low_later:
      return course.for_each_measure(rule, low);
    case Method::falling_early:
      return course.for_each_measure(rule, falling_early);
    case Method::gap:
      return course.for_each_measure(rule, gap);
    case Method::perfect_score:
      return course.for_each_measure(rule, perfect_score);
    case Method::same_answers:
      return same_answers(course, rule);
    case Method::not_sent:
      return not_sent(course, rule);
    case Method::no_score:
      return no_score(course, rule);
    case Method::safety_answer:
      return safety_answer(course, rule);
    case Method::no_contact:
    case Method::reply_late:
      return;  // not made of forms
  }
}

/// Signals about the same thing; a stronger one speaks for the weaker while it lasts.
int thing(Kind kind) {
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
bool speaks_for(const Finding& other, const Finding& one) {
  const auto& a = other.signal;
  const auto& b = one.signal;
  if (a.kind == Kind::safety || a.instrument != b.instrument || thing(a.kind) != thing(b.kind)) return false;
  if (a.session > b.session || other.until < b.session) return false;
  if (a.rule == b.rule && other.part != one.part) return false;
  if (other.strength != one.strength) return other.strength > one.strength;
  if (a.kind != b.kind) return a.kind == Kind::deterioration || a.kind == Kind::rupture_candidate;
  if (a.level != b.level) return a.level > b.level;
  if (a.session != b.session) return true;
  return a.rule < b.rule;
}

/// Session by session, so that a long course is held only against what lasts then.
void keep_strongest(std::vector<const Finding*>& findings, std::vector<Signal>& kept) {
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
      const bool is_said = std::any_of(lasting.begin(), lasting.end(),
                                       [&](const Finding* other) { return other != &one && speaks_for(*other, one); });
      if (!is_said) kept.push_back(one.signal);
    }
  }
}

std::vector<Signal> merged(const std::vector<Finding>& found) {
  std::map<std::pair<std::string, int>, std::vector<const Finding*>> about;
  for (const auto& one : found) about[{one.signal.instrument, thing(one.signal.kind)}].push_back(&one);
  std::vector<Signal> signals;
  for (auto& [same, findings] : about) keep_strongest(findings, signals);
  const auto key = [](const Signal& signal) {
    return std::tie(signal.session, signal.instrument, signal.kind, signal.rule, signal.reason);
  };
  std::sort(signals.begin(), signals.end(), [&](const Signal& a, const Signal& b) { return key(a) < key(b); });
  return signals;
}

}  // namespace

std::vector<Signal> find_signals_of_each(std::span<const Form> forms, std::span<const Rule> rules,
                                         const Expectations& expected, std::span<const Told> told) {
  Course course(forms, expected, told);
  for (const auto& rule : rules) apply(course, rule);
  return merged(course.found());
}

std::vector<Signal> find_signals(std::span<const Form> forms, std::span<const Rule> rules, const Expectations& expected,
                                 std::span<const Told> told) {
  return told_as_one(find_signals_of_each(forms, rules, expected, told), rules);
}

}  // namespace rapport::signals
