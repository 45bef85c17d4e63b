#pragma once
/// @file What of goals and approaches crosses the wire.
#include "features/goals/goals.hpp"
#include "http/text.hpp"

namespace rapport::goals {

struct NewGoal {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 that the sender makes, the same at every try. `sign` is how one would notice that "
      "the goal is reached. `mine`: the client's own, active at once, without the therapist's word.";
  GoalId id;
  http::Text<1, kLongestGoal> text;
  std::optional<http::Text<0, kLongestSign>> sign;
  bool mine = false;
};
BOOST_DESCRIBE_STRUCT(NewGoal, (), (id, text, sign, mine))

struct GoalStepToTake {
  static constexpr std::string_view says =
      "accept: by whoever did not propose it. reach: by the client. set_aside: by either. take_up: by the client it is "
      "active again, by the therapist it is proposed again.";
  GoalStep step = GoalStep::accept;
};
BOOST_DESCRIBE_STRUCT(GoalStepToTake, (), (step))

struct NewRating {
  static constexpr std::string_view says = "`progress` from 0 (not begun) to 10 (reached); `id` as of a goal.";
  RatingId id;
  std::int64_t progress = 0;
  std::optional<http::Text<0, kLongestNote>> note;
};
BOOST_DESCRIBE_STRUCT(NewRating, (), (id, progress, note))

struct GoalStepTaken {
  GoalState state = GoalState::proposed;
  Side by = Side::client;
  Time at;
};
BOOST_DESCRIBE_STRUCT(GoalStepTaken, (), (state, by, at))

struct GoalRating {
  RatingId id;
  Time at;
  std::int64_t progress = 0;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(GoalRating, (), (id, at, progress, note))

struct GoalAnswer {
  static constexpr std::string_view says =
      "`may`: what whoever asks can do with it now. `steps` and `ratings` in the order in which they came.";
  GoalId id;
  std::string text;
  std::optional<std::string> sign;
  GoalState state = GoalState::proposed;
  Side proposed_by = Side::client;
  std::vector<GoalStepTaken> steps;
  std::vector<GoalRating> ratings;
  std::vector<GoalStep> may;
};
BOOST_DESCRIBE_STRUCT(GoalAnswer, (), (id, text, sign, state, proposed_by, steps, ratings, may))

struct GoalsAnswer {
  static constexpr std::string_view says = "`may_change`: whoever asks is one of the two, and does not only stand in.";
  bool may_change = false;
  std::vector<GoalAnswer> goals;
};
BOOST_DESCRIBE_STRUCT(GoalsAnswer, (), (may_change, goals))

struct NewApproach {
  static constexpr std::string_view says =
      "One to five ways of working and a style, as the list has them, and what the two add in their own words. `id` as "
      "of a goal.";
  ApproachId id;
  std::vector<http::Text<1, 40>> models;
  http::Text<1, 40> style;
  std::optional<http::Text<0, kLongestApproach>> words;
};
BOOST_DESCRIBE_STRUCT(NewApproach, (), (id, models, style, words))

struct ApproachAnswerToGive {
  bool agrees = false;
};
BOOST_DESCRIBE_STRUCT(ApproachAnswerToGive, (), (agrees))

struct ApproachEntry {
  static constexpr std::string_view says =
      "`answered_by`: who agreed, declined, or proposed something else in its place. `may_answer`: whoever asks.";
  ApproachId id;
  ApproachState state = ApproachState::proposed;
  std::vector<std::string> models;
  std::string style;
  std::optional<std::string> words;
  Side proposed_by = Side::client;
  Time proposed_at;
  std::optional<Side> answered_by;
  std::optional<Time> answered_at;
  bool may_answer = false;
};
BOOST_DESCRIBE_STRUCT(ApproachEntry, (),
                      (id, state, models, style, words, proposed_by, proposed_at, answered_by, answered_at, may_answer))

struct ApproachesAnswer {
  static constexpr std::string_view says =
      "`models` and `styles` are what can be chosen. `approaches` the latest first; the first that is agreed holds.";
  bool may_change = false;
  std::vector<between_sessions::Offered> models;
  std::vector<between_sessions::Offered> styles;
  std::vector<ApproachEntry> approaches;
};
BOOST_DESCRIBE_STRUCT(ApproachesAnswer, (), (may_change, models, styles, approaches))

}  // namespace rapport::goals
