#pragma once
/// @file The rules of goals and approaches that need neither a database nor a route.
#include <array>

#include "features/goals/goals.hpp"

namespace rapport::goals {

/// Who takes a step: one of the two, either, or whoever did not propose the goal.
enum class Taker { client, therapist, either, other };

/// The one table of transitions; docs/how-to/between-sessions.md has it in words.
struct Transition {
  GoalStep step;
  GoalState from;
  Taker by;
  GoalState to;
};
inline constexpr std::array<Transition, 8> kTransitions{{
    {GoalStep::accept, GoalState::proposed, Taker::other, GoalState::active},
    {GoalStep::set_aside, GoalState::proposed, Taker::either, GoalState::set_aside},
    {GoalStep::set_aside, GoalState::active, Taker::either, GoalState::set_aside},
    {GoalStep::reach, GoalState::active, Taker::client, GoalState::reached},
    {GoalStep::take_up, GoalState::reached, Taker::client, GoalState::active},
    {GoalStep::take_up, GoalState::set_aside, Taker::client, GoalState::active},
    {GoalStep::take_up, GoalState::reached, Taker::therapist, GoalState::proposed},
    {GoalStep::take_up, GoalState::set_aside, Taker::therapist, GoalState::proposed},
}};

/// Into which state the step brings a goal that `proposed_by` proposed; nothing when this side cannot take it there.
std::optional<GoalState> after(GoalState state, Side proposed_by, GoalStep step, Side by);
/// Whether the goal is where this step leads to: it was taken before.
bool is_taken(GoalState state, GoalStep step, Side by);
/// What this side may do with the goal now.
std::vector<GoalStep> steps_from(GoalState state, Side proposed_by, Side by);

/// invalid "goal.progress".
Result<void> check_progress(std::int64_t progress);

/// The list of what may be chosen: ways of working, and what a session is more like.
struct ApproachList {
  std::string version;
  std::vector<between_sessions::Offered> models;
  std::vector<between_sessions::Offered> styles;
};
BOOST_DESCRIBE_STRUCT(ApproachList, (), (version, models, styles))
/// resources/approaches/approaches.json, read once. Error: internal, when the program was built without it.
Result<const ApproachList*> approach_list();
/// invalid "approach.choice", with a place for each mistake: nothing chosen, too many, unknown or twice.
Result<void> check_choice(const ApproachChoice& choice, const ApproachList& list);

}  // namespace rapport::goals
