#include "features/goals/goals_rules.hpp"

#include <gtest/gtest.h>

#include <set>

namespace rapport::goals {
namespace {

TEST(GoalRules, TheOtherAcceptsAndTheClientAloneSaysThatItIsReached) {
  EXPECT_EQ(after(GoalState::proposed, Side::client, GoalStep::accept, Side::therapist), GoalState::active);
  EXPECT_EQ(after(GoalState::proposed, Side::client, GoalStep::accept, Side::client), std::nullopt);
  EXPECT_EQ(after(GoalState::proposed, Side::therapist, GoalStep::accept, Side::client), GoalState::active);
  EXPECT_EQ(after(GoalState::active, Side::client, GoalStep::reach, Side::client), GoalState::reached);
  EXPECT_EQ(after(GoalState::active, Side::client, GoalStep::reach, Side::therapist), std::nullopt);
  EXPECT_EQ(after(GoalState::set_aside, Side::client, GoalStep::take_up, Side::client), GoalState::active);
  EXPECT_EQ(after(GoalState::set_aside, Side::client, GoalStep::take_up, Side::therapist), GoalState::proposed);
  EXPECT_EQ(after(GoalState::set_aside, Side::client, GoalStep::accept, Side::therapist), std::nullopt);
}

// Whatever was done, there is a way on for the client, a step taken twice is taken once, and nothing ends up active
// that one of the two never wanted.
TEST(GoalRules, NoPathIsADeadEndAndNoStepIsTakenTwice) {
  for (const auto proposed_by : {Side::client, Side::therapist}) {
    for (const auto state : {GoalState::proposed, GoalState::active, GoalState::reached, GoalState::set_aside}) {
      EXPECT_FALSE(steps_from(state, proposed_by, Side::client).empty());
      for (const auto by : {Side::client, Side::therapist}) {
        for (const auto step : steps_from(state, proposed_by, by)) {
          const auto to = after(state, proposed_by, step, by).value();
          EXPECT_NE(to, state);
          EXPECT_TRUE(is_taken(to, step, by));
          const auto proposer = to == GoalState::proposed ? by : proposed_by;
          EXPECT_EQ(after(to, proposer, step, by), std::nullopt) << "a second tap would move it on";
          if (to == GoalState::active && by == Side::therapist) {
            EXPECT_EQ(step, GoalStep::accept);
            EXPECT_EQ(proposed_by, Side::client);
          }
        }
      }
    }
  }
}

TEST(GoalRules, ProgressIsFromNothingToTen) {
  EXPECT_TRUE(check_progress(0));
  EXPECT_TRUE(check_progress(10));
  EXPECT_EQ(check_progress(-1).error().code, "goal.progress");
  EXPECT_EQ(check_progress(11).error().code, "goal.progress");
}

TEST(ApproachRules, TheListIsInBothLanguagesAndEachKeyOnce) {
  const auto list = approach_list();
  ASSERT_TRUE(list) << list.error().detail;
  std::set<std::string> keys;
  for (const auto* part : {&(*list)->models, &(*list)->styles}) {
    EXPECT_GE(part->size(), 3U);
    keys.clear();
    for (const auto& one : *part) {
      EXPECT_TRUE(keys.insert(one.key).second) << one.key;
      for (const auto* text : {&one.name.en, &one.name.de, &one.about.en, &one.about.de}) EXPECT_FALSE(text->empty());
    }
  }
}

TEST(ApproachRules, WhatIsChosenIsInTheList) {
  const auto& list = **approach_list();
  const auto first = list.models.front().key;
  const auto style = list.styles.front().key;
  EXPECT_TRUE(check_choice({{first}, style, ""}, list));
  EXPECT_EQ(check_choice({{}, style, ""}, list).error().fields.front().path, "/models");
  EXPECT_EQ(check_choice({{first, first}, style, ""}, list).error().fields.front().path, "/models/1");
  EXPECT_EQ(check_choice({{"tea"}, style, ""}, list).error().fields.front().path, "/models/0");
  EXPECT_EQ(check_choice({{first}, "tea", ""}, list).error().fields.front().path, "/style");
}

}  // namespace
}  // namespace rapport::goals
