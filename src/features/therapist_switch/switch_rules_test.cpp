#include "features/therapist_switch/switch_rules.hpp"

#include <gtest/gtest.h>

#include <array>

#include "features/therapist_switch/switch_summary.hpp"

namespace rapport::therapist_switch {
namespace {

constexpr std::array kAllStates{SwitchState::started, SwitchState::chosen,   SwitchState::written,
                                SwitchState::agreed,  SwitchState::told,     SwitchState::waiting,
                                SwitchState::done,    SwitchState::withdrawn};
constexpr std::array kAllSteps{SwitchStep::choose, SwitchStep::write,  SwitchStep::set_day, SwitchStep::tell,
                               SwitchStep::hold,   SwitchStep::finish, SwitchStep::withdraw};
constexpr std::array kBothKinds{SwitchKind::asked, SwitchKind::planned};

TEST(SwitchRules, WhatIsOverStaysSoAndEverythingElseCanBeWithdrawn) {
  for (const auto kind : kBothKinds) {
    for (const auto state : kAllStates) {
      for (const auto step : kAllSteps) {
        if (!is_open(state)) EXPECT_FALSE(after(kind, state, step));
      }
      if (is_open(state)) EXPECT_EQ(after(kind, state, SwitchStep::withdraw), SwitchState::withdrawn);
    }
  }
}

TEST(SwitchRules, NobodyIsToldBeforeTheClientTellsAndNothingIsChangedAfter) {
  for (const auto kind : kBothKinds) {
    for (const auto state : kAllStates) {
      for (const auto step : kAllSteps) {
        const auto next = after(kind, state, step);
        if (!next) continue;
        if (is_told(*next) && !is_told(state)) EXPECT_EQ(step, SwitchStep::tell);
        if (is_told(state)) EXPECT_TRUE(is_told(*next) || !is_open(*next)) << "what was said is not unsaid quietly";
        if (*next == SwitchState::done) EXPECT_TRUE(is_told(state));
      }
    }
  }
}

TEST(SwitchRules, AreToldOnceThereIsSomebodyASummaryAndADay) {
  EXPECT_EQ(after(SwitchKind::asked, SwitchState::started, SwitchStep::write), std::nullopt);
  EXPECT_EQ(after(SwitchKind::asked, SwitchState::written, SwitchStep::tell), std::nullopt);
  EXPECT_EQ(after(SwitchKind::asked, SwitchState::agreed, SwitchStep::tell), SwitchState::told);
  EXPECT_EQ(after(SwitchKind::asked, SwitchState::agreed, SwitchStep::choose), SwitchState::chosen)
      << "for somebody else all of it is confirmed anew";
  EXPECT_EQ(after(SwitchKind::planned, SwitchState::written, SwitchStep::tell), SwitchState::told);
  EXPECT_EQ(after(SwitchKind::planned, SwitchState::written, SwitchStep::choose), std::nullopt);
  EXPECT_EQ(after(SwitchKind::planned, SwitchState::written, SwitchStep::set_day), std::nullopt);
}

TEST(SwitchSummaries, AreDraftedFromWhatTheTwoWorkedOn) {
  DraftedFrom from;
  from.goals = {{"Sleep through", 4, false}, {"Call my sister", 10, true}, {"Walk", {}, false}};
  from.ways = {"Solution-focused"};
  from.words = "Slowly";
  from.reached = {"I went out"};
  const auto summary = draft_summary(from);
  EXPECT_EQ(summary.goals, "- Sleep through (4/10)\n- Walk");
  EXPECT_EQ(summary.approach, "- Solution-focused\n- Slowly");
  EXPECT_EQ(summary.reached, "- Call my sister\n- I went out");
  EXPECT_EQ(summary.helped + summary.not_helped + summary.more, "") << "for the client to say";
}

TEST(SwitchSummaries, EndBetweenTwoLinesWhereTheyAreTooLong) {
  DraftedFrom from;
  from.goals = {{std::string(3000, 'a')}, {std::string(3000, 'b')}, {"c"}};
  EXPECT_EQ(draft_summary(from).goals, "- " + std::string(3000, 'a') + "\n- c");
}

}  // namespace
}  // namespace rapport::therapist_switch
