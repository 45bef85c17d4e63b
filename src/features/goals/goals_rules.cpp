#include "features/goals/goals_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "approaches_files.hpp"

namespace rapport::goals {
namespace {

bool may(Taker taker, Side proposed_by, Side by) {
  switch (taker) {
    case Taker::client:
      return by == Side::client;
    case Taker::therapist:
      return by == Side::therapist;
    case Taker::either:
      return true;
    case Taker::other:
      return by != proposed_by;
  }
  return false;
}

bool is_in(const std::vector<between_sessions::Offered>& list, const std::string& key) {
  return std::ranges::any_of(list, [&](const auto& one) { return one.key == key; });
}

}  // namespace

std::optional<GoalState> after(GoalState state, Side proposed_by, GoalStep step, Side by) {
  for (const auto& one : kTransitions) {
    if (one.step == step && one.from == state && may(one.by, proposed_by, by)) return one.to;
  }
  return std::nullopt;
}

bool is_taken(GoalState state, GoalStep step, Side by) {
  return std::ranges::any_of(kTransitions, [&](const Transition& one) {
    const bool is_theirs =
        one.by == Taker::either || one.by == Taker::other || (one.by == Taker::client) == (by == Side::client);
    return one.step == step && one.to == state && is_theirs;
  });
}

std::vector<GoalStep> steps_from(GoalState state, Side proposed_by, Side by) {
  std::vector<GoalStep> steps;
  for (const auto step : {GoalStep::accept, GoalStep::reach, GoalStep::set_aside, GoalStep::take_up}) {
    if (after(state, proposed_by, step, by)) steps.push_back(step);
  }
  return steps;
}

Result<void> check_progress(std::int64_t progress) {
  if (progress >= 0 && progress <= kMostProgress) return {};
  return fail(invalid("goal.progress", "How far one has come is a whole number from 0 to 10.",
                      {{"/progress", "Give a whole number from 0 (not begun) to 10 (reached)."}}));
}

Result<const ApproachList*> approach_list() {
  static const auto list = []() -> Result<ApproachList> {
    for (const auto& file : approaches_files()) {
      TRY_ASSIGN(const auto value, http::parse_json(file.content));
      return http::parse<ApproachList>(value);
    }
    return fail({ErrorKind::internal, "internal", "This program was built without resources/approaches."});
  }();
  if (!list) return fail(list.error());
  return &*list;
}

Result<void> check_choice(const ApproachChoice& choice, const ApproachList& list) {
  std::vector<FieldError> wrong;
  if (choice.models.empty() || choice.models.size() > kMostModels) {
    wrong.push_back({"/models", fmt::format("Choose from 1 to {}.", kMostModels)});
  }
  std::set<std::string> seen;
  for (std::size_t i = 0; i < choice.models.size(); ++i) {
    if (is_in(list.models, choice.models[i]) && seen.insert(choice.models[i]).second) continue;
    wrong.push_back({fmt::format("/models/{}", i), "Take one that reading the approach lists, each once."});
  }
  if (!is_in(list.styles, choice.style)) wrong.push_back({"/style", "Take one that reading the approach lists."});
  if (wrong.empty()) return {};
  return fail(invalid("approach.choice", "So the two cannot agree to work.", std::move(wrong)));
}

}  // namespace rapport::goals
