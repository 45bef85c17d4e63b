#include "features/signals/outcome_signals.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <span>

#include "support/courses_of_forms.hpp"

namespace rapport::signals {
namespace {

using namespace made_up;

TEST(Deterioration, IsToldOnceAndWithItsNumbers) {
  const auto signal = only(phq({8, 9, 14, 15, 14, 13}));
  EXPECT_EQ(signal.session, 3);
  EXPECT_EQ(signal.kind, Kind::deterioration);
  EXPECT_EQ(signal.level, Level::act);
  EXPECT_EQ(signal.rule, "deterioration-from-start");
  EXPECT_EQ(signal.reason, "PHQ-9 was 14, 6 points worse than the 8 of session 1; the reliable change is 6 points.");
  EXPECT_EQ(value(signal, "change"), 6);
  EXPECT_EQ(value(signal, "threshold"), 6);
}

TEST(Deterioration, ComesAgainOnlyWhenItWasOver) {
  EXPECT_EQ(told(phq({8, 14, 13, 14, 12, 14})), "2 deterioration") << "up and down about the threshold";
  EXPECT_EQ(told(phq({8, 14, 8, 7, 14})), "2 deterioration, 5 deterioration");
}

TEST(Deterioration, IsToldAgainOfAFurtherReliableChange) {
  EXPECT_EQ(told(course("core-10", "total", {6, 12, 18, 24, 30, 36})),
            "2 deterioration, 3 deterioration, 4 deterioration, 5 deterioration, 6 deterioration");
  const auto forms = phq({5, 5, 11, 12, 15, 18, 21, 24, 27});
  EXPECT_EQ(told(forms), "3 deterioration, 6 deterioration, 8 deterioration");
  const auto again = find_signals(forms, rules())[1];
  EXPECT_EQ(again.level, Level::act);
  EXPECT_EQ(again.reason,
            "PHQ-9 was 18, 13 points worse than the 5 of session 1; the reliable change is 6 points. That is 7 points "
            "worse than in session 3, when it was told before.");
  EXPECT_EQ(value(again, "further"), 7);
  EXPECT_EQ(value(again, "told_before"), 3);
  EXPECT_EQ(told(phq({5, 11, 16, 11, 16, 16})), "2 deterioration") << "worse than what was told, but not reliably";
  EXPECT_EQ(told(course("ors", "total", {10, 17, 24, 31})), "2 reliable-improvement")
      << "what goes better is told once";
}

TEST(Deterioration, FromTheBestTimeIsToldAgainToo) {
  const auto found = find_signals(phq({24, 14, 6, 5, 4, 11, 11, 17, 18, 18}), rules());
  std::vector<int> sessions;
  for (const auto& one : found) {
    if (one.rule == "deterioration-from-best") sessions.push_back(one.session);
  }
  EXPECT_EQ(sessions, (std::vector<int>{7, 9})) << "never worse than at the start";
}

TEST(Deterioration, IsSeenFromTheBestTimeToo) {
  // From 18 it went down to 10 and up to 16 again: never above where it began.
  const auto forms = phq({18, 14, 11, 10, 10, 15, 16});
  const auto found = find_signals(forms, rules());
  const auto from_best =
      std::find_if(found.begin(), found.end(), [](const Signal& one) { return one.kind == Kind::deterioration; });
  ASSERT_NE(from_best, found.end()) << told(forms);
  EXPECT_EQ(from_best->session, 7);
  EXPECT_EQ(from_best->rule, "deterioration-from-best");
  EXPECT_EQ(from_best->level, Level::look);
  EXPECT_NEAR(value(*from_best, "recent_mean"), 15.5, 1e-12);
  EXPECT_NEAR(value(*from_best, "best_mean"), 31 / 3.0, 1e-12);
}

TEST(NotOnTrack, IsToldBySessionSixOfAClinicalStart) {
  EXPECT_EQ(told(phq({16, 15, 15, 15, 15})), "") << "most of those who improve have not by then";
  EXPECT_EQ(told(phq({16, 15, 15, 15, 15, 15, 15})), "6 not-on-track");
  EXPECT_EQ(told(phq({16, 15, 14, 14, 13, 10, 12})), "6 reliable-improvement");
  EXPECT_EQ(told(phq({8, 8, 8, 8, 8, 8, 8})), "") << "not in the clinical range";
  EXPECT_EQ(told(phq({16, 15})), "");
}

TEST(NotOnTrack, IsTwoWorseningsThatTogetherAreReliable) {
  EXPECT_EQ(told(phq({13, 8, 9, 12})), "") << "up and down as scores do";
  EXPECT_EQ(told(phq({13, 8, 9, 14})), "4 not-on-track");
}

TEST(ReliableImprovement, IsToldWhereHigherIsBetterToo) {
  EXPECT_EQ(told(course("ors", "total", {26, 28, 31, 32})), "3 reliable-improvement");
  EXPECT_EQ(told(course("ors", "total", {30, 28, 25, 24})), "3 deterioration");
}

TEST(SuddenGain, IsACandidateAndSaysSo) {
  const auto forms = phq({18, 17, 19, 8, 7, 8});
  const auto found = find_signals(forms, rules());
  const auto gain = std::find_if(found.begin(), found.end(),
                                 [](const Signal& one) { return one.kind == Kind::sudden_gain_candidate; });
  ASSERT_NE(gain, found.end()) << told(forms);
  EXPECT_EQ(gain->session, 5) << "with the second score after it";
  EXPECT_EQ(value(*gain, "after_session"), 3);
  EXPECT_NE(gain->reason.find("by chance"), std::string::npos);
}

/// The rule of the expected course alone.
std::span<const Rule> of_expected() {
  const auto rule =
      std::find_if(rules().begin(), rules().end(), [](const auto& one) { return one.id == "worse-than-expected"; });
  return {&*rule, 1};
}
/// Sessions of which it speaks.
std::string beyond(const std::vector<Form>& forms, const Expectations& expected) {
  std::string sessions;
  for (const auto& one : find_signals(forms, of_expected(), expected)) {
    sessions += fmt::format("{}{}", sessions.empty() ? "" : " ", one.session);
  }
  return sessions;
}
std::string beyond(const std::vector<double>& values, const Expectations& expected) {
  return beyond(phq(values), expected);
}

TEST(BeyondExpected, SpeaksOnceOfTwoFormsRunningUntilHalfOfItIsOver) {
  EXPECT_EQ(beyond({16, 15, 15, 15, 15}, expected_phq()), "") << "the limit is 15.0003";
  EXPECT_EQ(beyond({16, 16, 15, 16, 15}, expected_phq()), "") << "never twice running";
  EXPECT_EQ(beyond({16, 12, 16, 17, 16, 17}, expected_phq()), "4");
  EXPECT_EQ(beyond({16, 12, 16, 17, 14, 16, 17}, expected_phq()), "4")
      << "14 is more than half of the way to the limit";
  EXPECT_EQ(beyond({16, 12, 16, 17, 13, 16, 17}, expected_phq()), "4 7");
  EXPECT_EQ(beyond({16, 12, 12, 12, 12, 12, 12, 12, 12, 17, 17, 17}, expected_phq()), "") << "nothing is known so late";
}

TEST(BeyondExpected, TakesTheFirstFormOfASession) {
  const auto total = [](int session, double value) { return form(session, "phq-9", "total", value); };
  EXPECT_EQ(beyond({total(1, 16), total(2, 16), total(2, 17), total(3, 12)}, expected_phq()), "")
      << "two forms of one session are not two running";
  EXPECT_EQ(beyond({total(1, 16), total(1, 17), total(2, 16), total(3, 12)}, expected_phq()), "");
  EXPECT_EQ(beyond({total(1, 16), total(2, 16), total(2, 12), total(3, 17)}, expected_phq()), "3");
}

TEST(BeyondExpected, SaysItsNumbersAndOnHowManyTreatmentsTheyRest) {
  const auto found = find_signals(phq({16, 16, 16, 17}), rules(), expected_phq());
  const auto told =
      std::find_if(found.begin(), found.end(), [](const auto& one) { return one.rule == "worse-than-expected"; });
  ASSERT_NE(told, found.end());
  EXPECT_EQ(told->session, 3);
  EXPECT_EQ(told->kind, Kind::not_on_track);
  EXPECT_EQ(told->level, Level::look);
  EXPECT_EQ(told->reason,
            "PHQ-9 was 16 in session 3, worse than usual for 2 forms running: after a first score of 16, 12 was to be "
            "expected, and 90 of 100 are no worse than 15, by 143 treatments of this practice that are over.");
  EXPECT_EQ(value(*told, "cases"), 143);
}

TEST(BeyondExpected, SaysNothingWithoutEnoughTreatmentsOrABeginningAmongThem) {
  const std::vector<double> worse{16, 17, 18, 19, 20};
  EXPECT_EQ(beyond(worse, {}), "");
  EXPECT_EQ(beyond(worse, expected_phq(99)), "");
  EXPECT_EQ(beyond(worse, expected_phq(100)), "3");
  EXPECT_EQ(beyond({21, 24, 25, 26}, expected_phq()), "") << "nobody began there";
  auto late = phq(worse);
  for (auto& one : late) one.session += 2;
  EXPECT_TRUE(std::none_of(late.begin(), late.end(), [](const auto& one) { return one.session < 3; }));
  const auto found = find_signals(late, rules(), expected_phq());
  EXPECT_TRUE(
      std::none_of(found.begin(), found.end(), [](const auto& one) { return one.rule == "worse-than-expected"; }));
}

TEST(BeyondExpected, StaysAsItWasToldWhateverTheLimitsAreNow) {
  const std::vector<Told> told{{"worse-than-expected", 3, "As it was told.", {}}};
  const auto now = [&](const Expectations& expected) {
    std::string text;
    for (const auto& one : find_signals(phq({16, 16, 16, 17, 17, 10, 18, 18}), of_expected(), expected, told)) {
      text += fmt::format("{} {}\n", one.session, one.reason);
    }
    return text;
  };
  EXPECT_EQ(now({}), "4 As it was told.\n") << "though nothing is known any more";
  EXPECT_TRUE(now(expected_phq()).starts_with("4 As it was told.\n8 PHQ-9 was 18 in session 8, "))
      << "nothing of session 3, and later ones are judged as ever: " << now(expected_phq());
}

TEST(BeyondExpected, SpeaksAsItWasToldForOtherRules) {
  auto expected = expected_phq();
  for (auto& session : expected.begin()->second.sessions) session.expected += 2;
  const auto forms = phq({16, 16, 16, 17, 17, 17});
  const auto rules_told = [&](std::span<const Told> told) {
    std::string text;
    for (const auto& one : find_signals(forms, rules(), expected, told)) {
      text += fmt::format("{} {} ", one.session, one.rule);
    }
    return text;
  };
  EXPECT_EQ(rules_told({}), "6 no-improvement-by-6 ") << "17 is not beyond these limits";
  const std::vector<Told> told{{"worse-than-expected", 2, "As it was told.", {}}};
  EXPECT_EQ(rules_told(told), "3 worse-than-expected ");
}

}  // namespace
}  // namespace rapport::signals
