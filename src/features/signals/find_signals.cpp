#include "features/signals/find_signals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "features/signals/alliance_signals.hpp"
#include "features/signals/answering_signals.hpp"
#include "features/signals/course_of_forms.hpp"
#include "features/signals/outcome_signals.hpp"
#include "features/signals/sentence_parts.hpp"
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

/// What has become of a finding by the session that is looked at. Nothing of a later one is known.
struct Said {
  const Finding* finding = nullptr;
  std::size_t next = 0;             ///< moment
  std::optional<std::size_t> told;  ///< the latest of its signals, among those that are kept
  int session = 0;                  ///< of that
  double size = 0;                  ///< of that
};

/// A moment of the session that is looked at.
struct Candidate {
  Said* said = nullptr;
  const Moment* moment = nullptr;
  std::optional<Signal> signal = {};  ///< where it could be told
};

/// The larger speaks for the smaller, and the first in time for its equal.
auto rank(const Finding& one) {
  const bool is_more = one.kind == Kind::deterioration || one.kind == Kind::rupture_candidate;
  return std::tuple(one.strength, is_more, one.level);
}

/// The findings about one thing of one instrument, session by session. What was told speaks for what is weaker, in the
/// sessions of which it says that it lasts; what is not told speaks for nothing, and is told as soon as nothing speaks
/// for it any more.
class Keeper {
 public:
  explicit Keeper(std::vector<Signal>& kept) : kept_(kept) {}

  void keep(const std::vector<const Finding*>& findings) {
    std::map<int, std::vector<std::size_t>> sessions;  // of which something is said, and which findings say it
    for (std::size_t i = 0; i < findings.size(); ++i) {
      all_.emplace_back().finding = findings[i];
      int latest = 0;
      for (const auto& moment : findings[i]->moments) {
        if (std::exchange(latest, moment.session) != moment.session) sessions[moment.session].push_back(i);
      }
    }
    for (const auto& [session, places] : sessions) keep_of(session, places);
  }

 private:
  void keep_of(int session, const std::vector<std::size_t>& places) {
    std::vector<Candidate> candidates;
    std::vector<const Said*> lasting;
    for (const auto place : places) {
      auto& said = all_[place];
      if (said.told) lasting.push_back(&said);
      const auto& moments = said.finding->moments;
      for (; said.next < moments.size() && moments[said.next].session == session; ++said.next) {
        candidates.push_back({&said, &moments[said.next]});
      }
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& a, const Candidate& b) {
      const auto& one = *a.said->finding;
      const auto& other = *b.said->finding;
      if (rank(one) != rank(other)) return rank(one) > rank(other);
      return std::tie(one.rule, a.said, a.moment) < std::tie(other.rule, b.said, b.moment);
    });
    for (auto& one : candidates) {
      if (!can_be_told(*one.said, *one.moment)) continue;
      one.signal = one.moment->told();
      if (is_said(one, lasting)) continue;
      tell(one);
      lasting.push_back(one.said);
    }
  }

  bool can_be_told(const Said& said, const Moment& moment) const {
    if (!moment.told) return false;
    if (said.told) return moment.size - said.size >= moment.further - kSame;
    return said.finding->since.empty() || !told_since_.contains(said.finding->since);
  }

  /// Whether something that was told, now or before, says it; if now, with what is grave in it. Of what lasts already
  /// and was said before that it becomes graver is no reason to tell it, but whatever is told now takes that over.
  bool is_said(const Candidate& one, const std::vector<const Said*>& lasting) {
    const auto& finding = *one.said->finding;
    const bool begins = one.moment == &finding.moments.front();
    bool was_said = false;
    for (const auto* other : lasting) {
      const auto& speaker = *other->finding;
      if (other == one.said || !can_speak(speaker, finding)) continue;
      auto& told = kept_[*other->told];
      if (other->session == one.moment->session) {
        if (speaker.rule == finding.rule) continue;
        take_over(told, *one.signal);
        return true;
      }
      // Nobody was told then how grave it is now.
      if (one.signal->level <= told.level) return true;
      was_said = was_said || !begins;
    }
    return was_said;
  }

  static bool can_speak(const Finding& speaker, const Finding& one) {
    if (one.kind == Kind::safety || rank(speaker) < rank(one)) return false;
    return speaker.rule != one.rule ? one.kind != Kind::missing : speaker.part == one.part;
  }

  /// The level, and how the symptoms went.
  static void take_over(Signal& told, const Signal& from) {
    told.level = std::max(told.level, from.level);
    if (!symptoms_of(told.values).empty()) return;
    const auto symptoms = symptoms_of(from.values);
    told.values.insert(told.values.end(), symptoms.begin(), symptoms.end());
    told.reason += sentence_of_symptoms(symptoms, kEnglish);
  }

  void tell(Candidate& one) {
    auto& said = *one.said;
    auto& signal = *one.signal;
    if (said.told) {
      const auto further = one.moment->size - said.size;
      signal.reason +=
          fmt::format(" That is {} worse than in session {}, when it was told before.", points(further), said.session);
      signal.values.emplace_back("further", further);
      signal.values.emplace_back("told_before", said.session);
    }
    said.told = kept_.size();
    said.session = one.moment->session;
    said.size = one.moment->size;
    if (!said.finding->since.empty()) told_since_.insert(said.finding->since);
    kept_.push_back(std::move(signal));
  }

  std::vector<Signal>& kept_;
  std::vector<Said> all_;
  std::set<std::string, std::less<>> told_since_;  ///< Finding::since of what was told
};

std::vector<Signal> merged(const std::vector<Finding>& found) {
  std::map<std::pair<std::string, int>, std::vector<const Finding*>> about;
  std::vector<Signal> signals;
  for (const auto& one : found) about[{one.instrument, thing(one.kind)}].push_back(&one);
  for (const auto& [same, findings] : about) Keeper(signals).keep(findings);
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
