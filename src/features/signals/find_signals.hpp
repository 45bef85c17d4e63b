#pragma once
/// @file From the course of one person's forms to the signals that it gives. Pure: the same forms give the same
/// signals, and what is said of a session depends on nothing after it.
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "features/signals/signal_rules.hpp"
#include "measures/expected_course.hpp"
#include "measures/score.hpp"

namespace rapport::signals {

using measures::Respondent;

/// One form of one session, sent or missed.
struct Form {
  int session = 0;  ///< from 1
  std::optional<std::string> date;
  const measures::Instrument* instrument = nullptr;
  Respondent respondent = Respondent::client;
  bool sent = true;                          ///< false: it was due and did not come
  std::vector<measures::ScaleScore> scores;  ///< those that are known
  std::vector<measures::Answer> answers;     ///< one for each question; empty where only scores are known
  std::vector<int> safety;                   ///< numbers of the questions whose answer is for a person to see
  int before_pair = 0;  ///< sessions that were held before the client had the therapist whom it is about

  /// Of the two, from 1.
  int session_of_pair() const { return session - before_pair; }
};

struct Signal {
  int session = 0;
  std::optional<std::string> date;
  std::string instrument;
  Kind kind = Kind::missing;
  std::string rule;
  std::string version;
  Level level = Level::info;
  std::string reason;  ///< one sentence with the numbers; never a diagnosis
  std::vector<std::pair<std::string, double>> values;
  std::size_t form = 0;  ///< at which it is told: its place among those given
  /// The therapist's form that the client's is held against: the sentence has a number of it.
  std::optional<std::size_t> held_against = {};
  Respondent respondent = Respondent::client;  ///< whose form did not come
};

/// Of one version of the scoring of an instrument the numbers mean the same, whatever the wording.
struct ByVersion {
  bool operator()(const measures::Instrument* a, const measures::Instrument* b) const {
    return std::tie(a->id(), a->scoring().version) < std::tie(b->id(), b->scoring().version);
  }
};

/// What the practice's own treatments that are over let expect, for each instrument of which there are enough.
using Expectations = std::map<const measures::Instrument*, measures::ExpectedCourse, ByVersion>;

/// A signal of what was to be expected (Method::beyond_expected) as it was told. It stays so, and nothing of its rule
/// is said of an earlier form, whatever limits that were made anew would say.
struct Told {
  std::string rule;
  std::size_t form = 0;  ///< at which it was told: its place among those given
  std::string reason;
  std::vector<std::pair<std::string, double>> values;
};

/// Names of values begin so that say how symptoms went meanwhile; the id of their instrument follows.
inline constexpr std::string_view kSymptomsFrom = "symptoms_from ";
inline constexpr std::string_view kSymptomsTo = "symptoms_to ";

/// Of one person, `forms` sorted by session. Of several of one instrument, respondent and session each counts, in their
/// order: as a further form of the course, but for what is expected of a session (the first) and for whether two see it
/// differently (the latest). Signals about the
/// same thing are one, the strongest; none comes again while what it says lasts. What another spoke for is told once
/// that has ended.
/// `expected` must be there only for rules that ask for it; without, they find nothing but what they have `told`.
std::vector<Signal> find_signals(std::span<const Form> forms, std::span<const Rule> rules,
                                 const Expectations& expected = {}, std::span<const Told> told = {});

/// The same where each instrument stands for itself, for tables; otherwise what several say alike of a session is one
/// signal (several_instruments.hpp).
std::vector<Signal> find_signals_of_each(std::span<const Form> forms, std::span<const Rule> rules,
                                         const Expectations& expected = {}, std::span<const Told> told = {});

}  // namespace rapport::signals
