#include "features/goals/goals_api.hpp"

#include "features/between_sessions/between_api.hpp"
#include "features/goals/goals_rules.hpp"
#include "features/goals/goals_shapes.hpp"

namespace rapport::goals {
namespace {

using access::SealKey;
using between_sessions::audited_change;
using between_sessions::changes;
using between_sessions::key_of;
using between_sessions::Pair;
using between_sessions::reads;
using http::Answer;
using http::Call;
using http::Nothing;

std::optional<std::string> unless_empty(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

template <std::size_t Max>
std::string text_or_none(const std::optional<http::Text<0, Max>>& text) {
  return text ? text->str() : std::string();
}

Result<GoalAnswer> describe(const StoredGoal& goal, const StoredGoals& all, const SealKey& key, AccountId viewer) {
  TRY_ASSIGN(auto words, between_sessions::open<GoalWords>(key, goal.id, goal.sealed_words));
  const auto& pair = all.pair;
  GoalAnswer answer;
  answer.id = goal.id;
  answer.text = std::move(words.text);
  answer.sign = unless_empty(std::move(words.sign));
  answer.state = goal.state;
  answer.proposed_by = pair.side_of(goal.proposed_by);
  for (const auto& one : all.steps) {
    if (one.goal == goal.id) answer.steps.push_back({one.state, pair.side_of(one.by), one.at});
  }
  for (const auto& one : all.ratings) {
    if (one.goal != goal.id) continue;
    TRY_ASSIGN(auto rating, between_sessions::open<RatingWords>(key, one.id, one.sealed_rating));
    answer.ratings.push_back({one.id, one.at, rating.progress, unless_empty(std::move(rating.note))});
  }
  if (pair.is_one_of(viewer)) answer.may = steps_from(goal.state, answer.proposed_by, pair.side_of(viewer));
  return answer;
}

Result<Answer<GoalsAnswer>> read_goals(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto all, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return list_goals(tx, viewer, call.path_id<EpisodeId>("episode"));
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(all.pair.client, call.deadline));
  Answer<GoalsAnswer> answer;
  answer.value.may_change = all.pair.is_one_of(viewer);
  for (const auto& one : all.goals) {
    TRY_ASSIGN(auto goal, describe(one, all, *key, viewer));
    answer.value.goals.push_back(std::move(goal));
  }
  TRY(audit_read(context, call, all.pair.client, std::nullopt, "goals"));
  return answer;
}

Result<Answer<Nothing>> add(Context& context, Call& call, const NewGoal& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  const auto episode = call.path_id<EpisodeId>("episode");
  TRY_ASSIGN(const auto key, key_of(context, call, episode));
  const StoredGoal goal{
      wanted.id,
      episode,
      context.viewer.account,
      context.house.clock.now(),
      wanted.mine ? GoalState::active : GoalState::proposed,
      between_sessions::seal(*key, wanted.id, GoalWords{wanted.text.str(), text_or_none(wanted.sign)})};
  return audited_change(context, call, "goal " + wanted.id.text(),
                        [&](store::WriteTx& tx) { return add_goal(tx, context.viewer.account, goal); });
}

Result<Answer<Nothing>> step(Context& context, Call& call, const GoalStepToTake& wanted) {
  const auto id = call.path_id<GoalId>("goal");
  return audited_change(context, call, "goal " + id.text(), [&](store::WriteTx& tx) {
    return take_step(tx, context.viewer.account, id, wanted.step, context.house.clock.now());
  });
}

Result<Answer<Nothing>> add_rating(Context& context, Call& call, const NewRating& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  TRY(check_progress(wanted.progress));
  const auto id = call.path_id<GoalId>("goal");
  TRY_ASSIGN(const auto goal, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_goal(tx, context.viewer.account, id);
  }));
  TRY_ASSIGN(const auto key, key_of(context, call, goal.episode));
  const StoredRating rating{
      wanted.id, id, context.house.clock.now(),
      between_sessions::seal(*key, wanted.id, RatingWords{wanted.progress, text_or_none(wanted.note)})};
  return audited_change(context, call, "goal " + id.text(),
                        [&](store::WriteTx& tx) { return rate(tx, context.viewer.account, rating); });
}

Result<ApproachEntry> describe(const StoredApproach& stored, const Pair& pair, const SealKey& key, AccountId viewer) {
  TRY_ASSIGN(auto choice, between_sessions::open<ApproachChoice>(key, stored.id, stored.sealed_choice));
  ApproachEntry entry;
  entry.id = stored.id;
  entry.state = stored.state;
  entry.models = std::move(choice.models);
  entry.style = std::move(choice.style);
  entry.words = unless_empty(std::move(choice.words));
  entry.proposed_by = pair.side_of(stored.proposed_by);
  entry.proposed_at = stored.proposed_at;
  if (stored.answered_by) entry.answered_by = pair.side_of(*stored.answered_by);
  entry.answered_at = stored.answered_at;
  entry.may_answer =
      stored.state == ApproachState::proposed && pair.is_one_of(viewer) && pair.side_of(viewer) != entry.proposed_by;
  return entry;
}

Result<Answer<ApproachesAnswer>> read_approaches(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto* list, approach_list());
  TRY_ASSIGN(const auto all, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return list_approaches(tx, viewer, call.path_id<EpisodeId>("episode"));
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(all.pair.client, call.deadline));
  Answer<ApproachesAnswer> answer{200, {all.pair.is_one_of(viewer), list->models, list->styles, {}}};
  for (const auto& one : all.approaches) {
    TRY_ASSIGN(auto entry, describe(one, all.pair, *key, viewer));
    answer.value.approaches.push_back(std::move(entry));
  }
  TRY(audit_read(context, call, all.pair.client, std::nullopt, "approach"));
  return answer;
}

Result<Answer<Nothing>> propose(Context& context, Call& call, const NewApproach& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  ApproachChoice choice{{}, wanted.style.str(), text_or_none(wanted.words)};
  for (const auto& one : wanted.models) choice.models.push_back(one.str());
  TRY_ASSIGN(const auto* list, approach_list());
  TRY(check_choice(choice, *list));
  const auto episode = call.path_id<EpisodeId>("episode");
  TRY_ASSIGN(const auto key, key_of(context, call, episode));
  const StoredApproach approach{wanted.id,
                                episode,
                                context.viewer.account,
                                context.house.clock.now(),
                                ApproachState::proposed,
                                {},
                                {},
                                between_sessions::seal(*key, wanted.id, choice)};
  return audited_change(context, call, "approach " + wanted.id.text(),
                        [&](store::WriteTx& tx) { return propose_approach(tx, context.viewer.account, approach); });
}

Result<Answer<Nothing>> answer(Context& context, Call& call, const ApproachAnswerToGive& wanted) {
  const auto id = call.path_id<ApproachId>("approach");
  return audited_change(context, call, "approach " + id.text(), [&](store::WriteTx& tx) {
    return answer_approach(tx, context.viewer.account, id, wanted.agrees, context.house.clock.now());
  });
}

void add_approach_routes(Routes& routes) {
  reads(routes.get("/api/episodes/{episode}/approach")
            .says("How the two of an episode want to work, its history, and what can be chosen")
            .answers<ApproachesAnswer>(),
        "approach.read", read_approaches);
  changes(
      routes.post("/api/episodes/{episode}/approach")
          .says("Propose how to work")
          .explains("It holds once the other agrees. What still waited is replaced. The same id again changes nothing.")
          .body<NewApproach>(),
      "episode", "approach.propose", propose);
  changes(routes.put("/api/approaches/{approach}/answer")
              .says("Agree to how the other wants to work, or decline")
              .body<ApproachAnswerToGive>(),
          "approach", "approach.answer", answer);
}

}  // namespace

void add_goal_routes(Routes& routes) {
  routes.event<between_sessions::BetweenEvent>();
  reads(routes.get("/api/episodes/{episode}/goals")
            .says("The goals of an episode, how they came about, and how far the client sees themselves")
            .answers<GoalsAnswer>(),
        "goals.read", read_goals);
  changes(
      routes.post("/api/episodes/{episode}/goals")
          .says("Propose a goal, or, as the client, take one on")
          .explains("The same id again, by the same person, changes nothing: words are not changed once they are sent.")
          .body<NewGoal>(),
      "episode", "goal.add", add);
  changes(routes.post("/api/goals/{goal}/steps")
              .says("Accept a goal, call it reached, set it aside or take it up again")
              .explains("Taken before: 204, and nothing changes. 409 `goal.step` where it cannot be taken any more.")
              .body<GoalStepToTake>(),
          "goal", "goal.step", step);
  changes(routes.post("/api/goals/{goal}/ratings")
              .says("Say how far one has come")
              .explains("The client's alone. Each stays; the same id again changes nothing.")
              .body<NewRating>(),
          "goal", "goal.rate", add_rating);
  add_approach_routes(routes);
}

}  // namespace rapport::goals
