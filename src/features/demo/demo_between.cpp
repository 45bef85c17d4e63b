#include "features/demo/demo_between.hpp"

#include "features/demo/demo_file.hpp"
#include "features/goals/goals_rules.hpp"

namespace rapport::demo {
namespace {

using between_sessions::seal;

/// Not in the same moment as what is stored beside it.
Time at(Time now, std::int64_t days) {
  return time_of(now, days, 0);
}

AccountId who(Author author, const DemoPair& pair) {
  return author == Author::client ? pair.client : pair.therapist;
}
AccountId other(Author author, const DemoPair& pair) {
  return author == Author::client ? pair.therapist : pair.client;
}

Result<void> store_goal(store::WriteTx& tx, const access::SealKey& key, const WrittenGoal& written,
                        const DemoPair& pair, Time now) {
  const auto begun = at(now, written.days);
  const auto id = goals::GoalId::make(begun);
  const bool is_own = written.mine.value_or(false);
  TRY(goals::add_goal(tx, who(written.by, pair),
                      {id,
                       pair.episode,
                       {},
                       begun,
                       is_own ? goals::GoalState::active : goals::GoalState::proposed,
                       seal(key, id, goals::GoalWords{written.text, written.sign.value_or("")})}));
  if (written.accepted_days) {
    TRY(goals::take_step(tx, other(written.by, pair), id, goals::GoalStep::accept, at(now, *written.accepted_days)));
  }
  for (const auto& one : written.ratings.value_or(std::vector<WrittenRating>{})) {
    const auto rated = at(now, one.days);
    const auto rating = goals::RatingId::make(rated);
    TRY(goals::rate(tx, pair.client,
                    {rating, id, rated, seal(key, rating, goals::RatingWords{one.progress, one.note.value_or("")})}));
  }
  if (written.reached_days) {
    TRY(goals::take_step(tx, pair.client, id, goals::GoalStep::reach, at(now, *written.reached_days)));
  }
  return {};
}

Result<void> store_approach(store::WriteTx& tx, const access::SealKey& key, const WrittenApproach& written,
                            const DemoPair& pair, Time now) {
  const goals::ApproachChoice choice{written.models, written.style, written.words.value_or("")};
  TRY_ASSIGN(const auto* list, goals::approach_list());
  if (!goals::check_choice(choice, *list)) return fail(broken_script("An approach is not one of the list."));
  const auto proposed = at(now, written.days);
  const auto id = goals::ApproachId::make(proposed);
  TRY(goals::propose_approach(
      tx, who(written.by, pair),
      {id, pair.episode, {}, proposed, goals::ApproachState::proposed, {}, {}, seal(key, id, choice)}));
  if (!written.agreed_days) return {};
  TRY(goals::answer_approach(tx, other(written.by, pair), id, true, at(now, *written.agreed_days)));
  return {};
}

Result<void> store_homework(store::WriteTx& tx, const access::SealKey& key, const WrittenHomework& written,
                            const DemoPair& pair, Time now) {
  homework::StoredHomework one;
  one.given_at = at(now, written.days);
  one.id = homework::HomeworkId::make(one.given_at);
  one.episode = pair.episode;
  one.kind = written.kind;
  if (written.due_in_days) one.due_at = now + std::chrono::days(*written.due_in_days);
  one.sealed_task = seal(key, one.id, homework::TaskWords{written.title, written.text.value_or("")});
  TRY(homework::give(tx, who(written.by, pair), one));
  for (const auto& entry : written.entries.value_or(std::vector<WrittenEntry>{})) {
    TRY(homework::check_content(written.kind, entry.content));
    const auto saved = at(now, entry.days);
    const auto id = homework::EntryId::make(saved);
    TRY(homework::save_entry(tx, pair.client, {id, one.id, saved, saved, 0, {}, seal(key, id, entry.content)},
                             [](const homework::StoredEntry&) { return false; }));
    if (entry.shared.value_or(false)) TRY(homework::share_entry(tx, pair.client, id, true, saved));
  }
  if (!written.outcome) return {};
  TRY(homework::say_outcome(tx, pair.client, one.id, *written.outcome, at(now, written.outcome_days.value_or(0))));
  return {};
}

Result<void> store_achievement(store::WriteTx& tx, const access::SealKey& key, const WrittenAchievement& written,
                               const DemoPair& pair, Time now) {
  const auto happened = at(now, written.days);
  const auto id = achievements::AchievementId::make(happened);
  const achievements::AchievementWords words{written.text.value_or(""), written.mood};
  TRY(achievements::check(written.kind, words, happened, now));
  const auto by = written.kind == achievements::AchievementKind::noticed ? pair.therapist : pair.client;
  TRY(achievements::add(tx, by,
                        {id,
                         pair.episode,
                         written.kind,
                         {},
                         happened,
                         happened,
                         written.shared.value_or(false) ? std::optional(happened) : std::nullopt,
                         seal(key, id, words)}));
  return {};
}

}  // namespace

Result<void> store_between(store::WriteTx& tx, const access::SealKey& key, const WrittenBetween& written,
                           const DemoPair& pair, Time now) {
  for (const auto& one : written.goals) TRY(store_goal(tx, key, one, pair, now));
  for (const auto& one : written.approaches) TRY(store_approach(tx, key, one, pair, now));
  for (const auto& one : written.homework) TRY(store_homework(tx, key, one, pair, now));
  for (const auto& one : written.achievements) TRY(store_achievement(tx, key, one, pair, now));
  return {};
}

}  // namespace rapport::demo
