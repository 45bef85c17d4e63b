#include "features/goals/goals_rules.hpp"

namespace rapport::goals {
namespace {

using between_sessions::find_pair;
using between_sessions::lock_pair;
using between_sessions::Pair;
using between_sessions::stored_as;
using between_sessions::text_of;
using between_sessions::Topic;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define GOAL "SELECT id, episode_id, proposed_by, proposed_at, state, sealed_words FROM goal"
const Query kGoal{"goals.find", GOAL " WHERE id = $1", true};
const Query kOfEpisode{"goals.of_episode", GOAL " WHERE episode_id = $1 ORDER BY proposed_at, id", true};
#undef GOAL
// Whoever takes a goal up again proposes it anew: who wrote it took the first step.
const Query kBegun{"goals.begun",
                   "SELECT g.episode_id, s.by_id FROM goal g JOIN goal_step s ON s.goal_id = g.id AND s.place = 1"
                   " WHERE g.id = $1",
                   true};
const Query kSteps{"goals.steps",
                   "SELECT s.goal_id, s.state, s.by_id, s.at FROM goal g JOIN goal_step s ON s.goal_id = g.id"
                   " WHERE g.episode_id = $1 ORDER BY s.at, s.goal_id, s.place",
                   true};
const Query kRatings{"goals.ratings",
                     "SELECT r.id, r.goal_id, r.at, r.sealed_rating FROM goal g JOIN goal_rating r ON r.goal_id = g.id"
                     " WHERE g.episode_id = $1 ORDER BY r.at, r.id",
                     true};
const Query kCount{"goals.count", "SELECT COUNT(*) FROM goal WHERE episode_id = $1", true};
const Query kAdd{"goals.add",
                 "INSERT INTO goal (id, episode_id, client_id, proposed_by, proposed_at, state, sealed_words)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                 true};
const Query kAddStep{"goals.add_step",
                     "INSERT INTO goal_step (goal_id, place, state, by_id, at)"
                     " SELECT $1, COALESCE(MAX(place), 0) + 1, $2, $3, $4 FROM goal_step WHERE goal_id = $1",
                     true};
const Query kMove{"goals.move", "UPDATE goal SET state = $2, proposed_by = $3 WHERE id = $1", true};
const Query kRating{"goals.rating", "SELECT goal_id FROM goal_rating WHERE id = $1", true};
const Query kRate{"goals.rate", "INSERT INTO goal_rating (id, goal_id, at, sealed_rating) VALUES ($1, $2, $3, $4)",
                  true};

#define APPROACH \
  "SELECT id, episode_id, proposed_by, proposed_at, state, answered_by, answered_at, sealed_choice FROM approach"
const Query kApproach{"goals.approach", APPROACH " WHERE id = $1", true};
const Query kProposed{"goals.proposed_approach", "SELECT episode_id, proposed_by FROM approach WHERE id = $1", true};
const Query kApproaches{"goals.approaches", APPROACH " WHERE episode_id = $1 ORDER BY proposed_at DESC, id DESC", true};
#undef APPROACH
const Query kPropose{"goals.propose_approach",
                     "INSERT INTO approach (id, episode_id, client_id, proposed_by, proposed_at, state, sealed_choice)"
                     " VALUES ($1, $2, $3, $4, $5, 'proposed', $6)",
                     true};
const Query kReplace{"goals.replace_approach",
                     "UPDATE approach SET state = 'replaced', answered_by = $2, answered_at = $3"
                     " WHERE episode_id = $1 AND state = 'proposed'",
                     true};
const Query kAnswer{"goals.answer_approach",
                    "UPDATE approach SET state = $2, answered_by = $3, answered_at = $4 WHERE id = $1", true};

#define OF_CLIENT "goal_id IN (SELECT id FROM goal WHERE client_id = $1)"
const Query kEraseRatings{"goals.erase_ratings", "DELETE FROM goal_rating WHERE " OF_CLIENT};
const Query kEraseSteps{"goals.erase_steps", "DELETE FROM goal_step WHERE " OF_CLIENT};
#undef OF_CLIENT
const Query kErase{"goals.erase", "DELETE FROM goal WHERE client_id = $1"};
const Query kEraseApproaches{"goals.erase_approaches", "DELETE FROM approach WHERE client_id = $1"};

between_sessions::Place to_place(const Row& row) {
  return {row.id<EpisodeId>(0), row.id<AccountId>(1)};
}

StoredGoal to_goal(const Row& row) {
  return {
      row.id<GoalId>(0),    row.id<EpisodeId>(1), row.id<AccountId>(2), row.time(3), stored_as<GoalState>(row.text(4)),
      copy_of(row.bytes(5))};
}

StoredApproach to_approach(const Row& row) {
  return {row.id<ApproachId>(0),
          row.id<EpisodeId>(1),
          row.id<AccountId>(2),
          row.time(3),
          stored_as<ApproachState>(row.text(4)),
          row.maybe_id<AccountId>(5),
          row.maybe_time(6),
          copy_of(row.bytes(7))};
}

Changed told(WriteTx& tx, const Pair& pair, bool is_new) {
  between_sessions::tell_both(tx, pair, Topic::goals);
  return {pair, is_new};
}

void move(WriteTx& tx, const StoredGoal& goal, GoalState to, AccountId by, Time now) {
  const auto proposed_by = to == GoalState::proposed ? by : goal.proposed_by;
  tx.execute(kMove, {goal.id, text_of(to), proposed_by});
  tx.execute(kAddStep, {goal.id, text_of(to), by, now});
}

/// The goal and the locked episode that it belongs to.
Result<std::pair<StoredGoal, Pair>> lock_goal(WriteTx& tx, AccountId viewer, GoalId id) {
  const auto before = tx.first(kGoal, {id}, to_goal);
  if (!before) return fail(not_found());
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, before->episode));
  return std::pair(*tx.first(kGoal, {id}, to_goal), pair);
}

}  // namespace

Result<StoredGoals> list_goals(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  TRY_ASSIGN(const auto pair, find_pair(tx, viewer, episode));
  StoredGoals found{pair, tx.list(kOfEpisode, {episode}, to_goal), {}, {}};
  found.steps = tx.list(kSteps, {episode}, [](const Row& row) {
    return StoredStep{row.id<GoalId>(0), stored_as<GoalState>(row.text(1)), row.id<AccountId>(2), row.time(3)};
  });
  found.ratings = tx.list(kRatings, {episode}, [](const Row& row) {
    return StoredRating{row.id<RatingId>(0), row.id<GoalId>(1), row.time(2), copy_of(row.bytes(3))};
  });
  return found;
}

Result<StoredGoal> find_goal(ReadTx& tx, AccountId viewer, GoalId id) {
  auto found = tx.first(kGoal, {id}, to_goal);
  if (!found) return fail(not_found());
  TRY(find_pair(tx, viewer, found->episode));
  return std::move(*found);
}

Result<Changed> add_goal(WriteTx& tx, AccountId viewer, const StoredGoal& goal) {
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, goal.episode));
  if (goal.state == GoalState::active) TRY(check_client(pair, viewer));
  TRY_ASSIGN(const bool is_there,
             between_sessions::is_stored(tx.first(kBegun, {goal.id}, to_place), {goal.episode, viewer}));
  if (is_there) return told(tx, pair, false);
  if (tx.first(kCount, {goal.episode}, [](const Row& row) { return row.int64(0); }).value() >= kMostGoals) {
    return fail({ErrorKind::conflict, "goal.full", "There are a hundred goals here. No more fit in."});
  }
  tx.execute(kAdd,
             {goal.id, goal.episode, pair.client, viewer, goal.proposed_at, text_of(goal.state), goal.sealed_words});
  tx.execute(kAddStep, {goal.id, text_of(goal.state), viewer, goal.proposed_at});
  return told(tx, pair, true);
}

Result<Changed> take_step(WriteTx& tx, AccountId viewer, GoalId id, GoalStep step, Time now) {
  TRY_ASSIGN(const auto locked, lock_goal(tx, viewer, id));
  const auto& [goal, pair] = locked;
  const auto by = pair.side_of(viewer);
  if (const auto to = after(goal.state, pair.side_of(goal.proposed_by), step, by)) {
    move(tx, goal, *to, viewer, now);
    return told(tx, pair, true);
  }
  if (is_taken(goal.state, step, by)) return told(tx, pair, false);
  return fail({ErrorKind::conflict, "goal.step",
               "This goal is somewhere else by now, or this is for the other to do. Look at it again."});
}

Result<Changed> rate(WriteTx& tx, AccountId viewer, const StoredRating& rating) {
  TRY_ASSIGN(const auto locked, lock_goal(tx, viewer, rating.goal));
  const auto& [goal, pair] = locked;
  TRY(check_client(pair, viewer));
  if (const auto there = tx.first(kRating, {rating.id}, [](const Row& row) { return row.id<GoalId>(0); })) {
    if (*there != rating.goal) return fail(between_sessions::id_taken());
    return told(tx, pair, false);
  }
  if (goal.state != GoalState::active && goal.state != GoalState::reached) {
    return fail({ErrorKind::conflict, "goal.not_active",
                 "The two are not working on this goal now. Take it up first, then say how far you are."});
  }
  tx.execute(kRate, {rating.id, rating.goal, rating.at, rating.sealed_rating});
  return told(tx, pair, true);
}

Result<StoredApproaches> list_approaches(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  TRY_ASSIGN(const auto pair, find_pair(tx, viewer, episode));
  return StoredApproaches{pair, tx.list(kApproaches, {episode}, to_approach)};
}

Result<Changed> propose_approach(WriteTx& tx, AccountId viewer, const StoredApproach& approach) {
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, approach.episode));
  TRY_ASSIGN(const bool is_there,
             between_sessions::is_stored(tx.first(kProposed, {approach.id}, to_place), {approach.episode, viewer}));
  if (is_there) return told(tx, pair, false);
  tx.execute(kReplace, {approach.episode, viewer, approach.proposed_at});
  tx.execute(kPropose,
             {approach.id, approach.episode, pair.client, viewer, approach.proposed_at, approach.sealed_choice});
  return told(tx, pair, true);
}

Result<Changed> answer_approach(WriteTx& tx, AccountId viewer, ApproachId id, bool agrees, Time now) {
  const auto before = tx.first(kApproach, {id}, to_approach);
  if (!before) return fail(not_found());
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, before->episode));
  const auto approach = *tx.first(kApproach, {id}, to_approach);
  const auto to = agrees ? ApproachState::agreed : ApproachState::declined;
  if (approach.state == to && approach.answered_by == viewer) return told(tx, pair, false);
  if (approach.state != ApproachState::proposed) {
    return fail({ErrorKind::conflict, "approach.over",
                 "This was answered, or something else was proposed meanwhile. Look at it again."});
  }
  if (pair.side_of(approach.proposed_by) == pair.side_of(viewer)) {
    return fail({ErrorKind::conflict, "approach.own", "You proposed this. The other of you answers it."});
  }
  tx.execute(kAnswer, {id, text_of(to), viewer, now});
  return told(tx, pair, true);
}

void erase_client(WriteTx& tx, AccountId client) {
  for (const auto* query : {&kEraseRatings, &kEraseSteps, &kErase, &kEraseApproaches}) tx.execute(*query, {client});
}

}  // namespace rapport::goals
