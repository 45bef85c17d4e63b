#pragma once
/// @file From the course of one person's forms to the signals that it gives. Pure: the same forms give the same
/// signals, and what is said of a session depends on nothing after it.
#include <map>
#include <optional>
#include <span>
#include <string>
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
};

/// What the practice's own treatments that are over let expect, for each instrument of which there are enough.
using Expectations = std::map<const measures::Instrument*, measures::ExpectedCourse>;

/// Of one person, `forms` sorted by session; of each instrument, respondent and session at most one. Signals about the
/// same thing are one, the strongest; none comes again while what it says lasts.
/// `expected` must be there only for rules that ask for it; without, they find nothing.
std::vector<Signal> find_signals(std::span<const Form> forms, std::span<const Rule> rules,
                                 const Expectations& expected = {});

}  // namespace rapport::signals
