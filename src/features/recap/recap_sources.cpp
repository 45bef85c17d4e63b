#include "features/recap/recap_sources.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "features/achievements/achievements.hpp"
#include "features/check_in/check_in.hpp"
#include "features/goals/goals.hpp"

namespace rapport::recap {
namespace {

Result<void> from_achievements(const Gathering& at, std::vector<RecapLine>& lines) {
  TRY_ASSIGN(const auto found, achievements::list_since(at.tx, at.viewer, at.pair.episode, at.since));
  for (const auto& one : found) {
    if (!one.shared_at || one.kind == achievements::AchievementKind::mood) continue;
    TRY_ASSIGN(auto words, between_sessions::open<achievements::AchievementWords>(at.key, one.id, one.sealed_words));
    lines.push_back(
        {"achievement:" + one.id.text(), RecapSource::achievement, at.pair.side_of(one.by), std::move(words.text)});
  }
  return {};
}

Result<void> from_homework(const Gathering& at, std::vector<RecapLine>& lines) {
  using homework::HomeworkState;
  TRY_ASSIGN(const auto page,
             homework::list_homework(at.tx, at.viewer, at.pair.episode, std::nullopt, homework::kLargestPage));
  for (const auto& one : page.homework) {
    if (one.state != HomeworkState::done && one.state != HomeworkState::partly) continue;
    if (one.state_at < at.since) continue;
    TRY_ASSIGN(auto words, between_sessions::open<homework::TaskWords>(at.key, one.id, one.sealed_task));
    const auto source = one.state == HomeworkState::done ? RecapSource::homework : RecapSource::homework_partly;
    lines.push_back({"homework:" + one.id.text(), source, Side::client, std::move(words.title)});
  }
  return {};
}

struct Progress {
  std::optional<std::int64_t> before;  ///< the last one of before
  std::optional<std::int64_t> now;     ///< the last one since
};
Result<Progress> progress_of(const Gathering& at, const goals::StoredGoals& all, goals::GoalId goal) {
  Progress progress;
  for (const auto& one : all.ratings) {
    if (one.goal != goal) continue;
    TRY_ASSIGN(const auto rating, between_sessions::open<goals::RatingWords>(at.key, one.id, one.sealed_rating));
    (one.at < at.since ? progress.before : progress.now) = rating.progress;
  }
  return progress;
}

Result<std::string> words_of(const Gathering& at, const goals::StoredGoal& goal) {
  TRY_ASSIGN(auto words, between_sessions::open<goals::GoalWords>(at.key, goal.id, goal.sealed_words));
  return std::move(words.text);
}

Result<void> from_ratings(const Gathering& at, std::vector<RecapLine>& lines) {
  TRY_ASSIGN(const auto all, goals::list_goals(at.tx, at.viewer, at.pair.episode));
  for (const auto& goal : all.goals) {
    if (goal.state != goals::GoalState::active) continue;
    TRY_ASSIGN(const auto progress, progress_of(at, all, goal.id));
    if (!progress.before || !progress.now || *progress.now <= *progress.before) continue;
    TRY_ASSIGN(auto text, words_of(at, goal));
    lines.push_back({"goal_rated:" + goal.id.text(), RecapSource::goal_rated, Side::client, std::move(text),
                     progress.before, progress.now});
  }
  return {};
}

Result<void> from_reached(const Gathering& at, std::vector<RecapLine>& lines) {
  TRY_ASSIGN(const auto all, goals::list_goals(at.tx, at.viewer, at.pair.episode));
  for (const auto& goal : all.goals) {
    const auto is_since = [&](const goals::StoredStep& step) {
      return step.goal == goal.id && step.state == goals::GoalState::reached && step.at >= at.since;
    };
    if (goal.state != goals::GoalState::reached || std::none_of(all.steps.begin(), all.steps.end(), is_since)) continue;
    TRY_ASSIGN(auto text, words_of(at, goal));
    lines.push_back({"goal_reached:" + goal.id.text(), RecapSource::goal_reached, Side::client, std::move(text)});
  }
  return {};
}

/// What the client sent before the session; what they have not sent is nobody else's.
Result<void> from_check_in(const Gathering& at, std::vector<RecapLine>& lines) {
  TRY_ASSIGN(const auto found, check_in::find(at.tx, at.viewer, at.encounter));
  if (found.versions.empty()) return {};
  const auto& sent = found.versions.front();
  TRY_ASSIGN(auto content,
             between_sessions::open<check_in::CheckInContent>(at.key, sent.encounter, sent.sealed_answers));
  if (!content.went_well || content.went_well->empty()) return {};
  lines.push_back(
      {"check_in:" + sent.encounter.text(), RecapSource::check_in, Side::client, std::move(*content.went_well)});
  return {};
}

/// One line for each place.
constexpr std::array<GatherFrom, 5> kPlaces{
    from_check_in, from_achievements, from_homework, from_reached, from_ratings,
};

}  // namespace

Result<std::vector<RecapLine>> gather(const Gathering& gathering) {
  std::vector<RecapLine> all;
  for (const auto from : kPlaces) {
    std::vector<RecapLine> lines;
    TRY(from(gathering, lines));
    if (lines.size() > kMostOffered) lines.resize(kMostOffered);
    std::move(lines.begin(), lines.end(), std::back_inserter(all));
  }
  return all;
}

Result<std::vector<RecapHomework>> open_homework(const Gathering& at) {
  TRY_ASSIGN(const auto page,
             homework::list_homework(at.tx, at.viewer, at.pair.episode, std::nullopt, homework::kLargestPage));
  std::vector<RecapHomework> all;
  for (const auto& one : page.homework) {
    if (one.state != homework::HomeworkState::open) continue;
    TRY_ASSIGN(auto words, between_sessions::open<homework::TaskWords>(at.key, one.id, one.sealed_task));
    RecapHomework open{one.id, std::move(words.title)};
    if (one.due_at) open.due = http::GivenTime{*one.due_at};
    all.push_back(std::move(open));
  }
  return all;
}

}  // namespace rapport::recap
