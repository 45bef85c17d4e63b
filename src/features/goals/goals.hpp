#pragma once
/// @file Goals of an episode in people's own words, and the approach by which the two want to reach them. A goal is
/// proposed by one and accepted by the other, or the client says plainly that it is theirs; the client says how far
/// they have come. The functions know neither HTTP nor sockets; an episode that is not the viewer's does not exist for
/// them.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "features/between_sessions/between.hpp"

namespace rapport::goals {

using between_sessions::Changed;
using between_sessions::Side;
using GoalId = Id<struct GoalTag>;
using RatingId = Id<struct GoalRatingTag>;
using ApproachId = Id<struct ApproachTag>;

enum class GoalState { proposed, active, reached, set_aside };
BOOST_DESCRIBE_ENUM(GoalState, proposed, active, reached, set_aside)

/// Goals of one episode at most; those that were set aside count.
inline constexpr std::int64_t kMostGoals = 100;
/// Characters of a goal, and of how one would notice.
inline constexpr std::size_t kLongestGoal = 500;
inline constexpr std::size_t kLongestSign = 1000;
inline constexpr std::size_t kLongestNote = 2000;
/// How far one has come is a whole number from 0 to this.
inline constexpr std::int64_t kMostProgress = 10;

/// What is sealed of a goal.
struct GoalWords {
  std::string text;
  std::string sign;  ///< how one would notice that it is reached; may be empty
};
BOOST_DESCRIBE_STRUCT(GoalWords, (), (text, sign))

/// What is sealed of a rating.
struct RatingWords {
  std::int64_t progress = 0;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(RatingWords, (), (progress, note))

struct StoredGoal {
  GoalId id;
  EpisodeId episode;
  AccountId proposed_by;
  Time proposed_at;
  GoalState state = GoalState::proposed;
  Bytes sealed_words;
};
struct StoredStep {
  GoalId goal;
  GoalState state = GoalState::proposed;  ///< into which it came
  AccountId by;
  Time at;
};
struct StoredRating {
  RatingId id;
  GoalId goal;
  Time at;
  Bytes sealed_rating;
};

/// Everything of an episode, in the order in which it came.
struct StoredGoals {
  between_sessions::Pair pair;
  std::vector<StoredGoal> goals;
  std::vector<StoredStep> steps;
  std::vector<StoredRating> ratings;
};
Result<StoredGoals> list_goals(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// not_found unless its episode is the viewer's.
Result<StoredGoal> find_goal(store::ReadTx& tx, AccountId viewer, GoalId id);

/// Proposed, or, of the client's alone, active at once. The same id again, by the same person in the same episode, is
/// the same goal, as it stands now. Conflicts: "between.id_taken", "goal.full", "between.client_alone".
Result<Changed> add_goal(store::WriteTx& tx, AccountId viewer, const StoredGoal& goal);

enum class GoalStep { accept, reach, set_aside, take_up };
BOOST_DESCRIBE_ENUM(GoalStep, accept, reach, set_aside, take_up)
/// conflict "goal.step" when the goal has come elsewhere meanwhile, or the step is the other's to take.
Result<Changed> take_step(store::WriteTx& tx, AccountId viewer, GoalId id, GoalStep step, Time now);
/// The client's alone, of a goal that is active or reached ("goal.not_active"). The same id again is the same rating.
Result<Changed> rate(store::WriteTx& tx, AccountId viewer, const StoredRating& rating);

enum class ApproachState { proposed, agreed, declined, replaced };
BOOST_DESCRIBE_ENUM(ApproachState, proposed, agreed, declined, replaced)

/// Models of one approach at most, and characters of what the two add in their own words.
inline constexpr std::size_t kMostModels = 5;
inline constexpr std::size_t kLongestApproach = 2000;

/// What is sealed of an approach: keys of the list (goals_rules.hpp), and words.
struct ApproachChoice {
  std::vector<std::string> models;
  std::string style;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(ApproachChoice, (), (models, style, words))

struct StoredApproach {
  ApproachId id;
  EpisodeId episode;
  AccountId proposed_by;
  Time proposed_at;
  ApproachState state = ApproachState::proposed;
  std::optional<AccountId> answered_by;
  std::optional<Time> answered_at;
  Bytes sealed_choice;
};
struct StoredApproaches {
  between_sessions::Pair pair;
  std::vector<StoredApproach> approaches;  ///< the latest first
};
Result<StoredApproaches> list_approaches(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// One that still waited is replaced. The same id again is the same proposal.
Result<Changed> propose_approach(store::WriteTx& tx, AccountId viewer, const StoredApproach& approach);
/// By the other: conflicts "approach.own" for whoever proposed it, "approach.over" when it was answered otherwise or
/// another was proposed meanwhile.
Result<Changed> answer_approach(store::WriteTx& tx, AccountId viewer, ApproachId id, bool agrees, Time now);

/// All goals and approaches of the client go.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::goals
