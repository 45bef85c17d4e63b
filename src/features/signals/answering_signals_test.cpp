#include "features/signals/answering_signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/courses_of_forms.hpp"

namespace rapport::signals {
namespace {

using namespace made_up;

TEST(Ceiling, IsShownAsSayingNothing) {
  const auto signal = only(sparq({16, 16, 16, 16}));
  EXPECT_EQ(signal.session, 3);
  EXPECT_EQ(signal.kind, Kind::ceiling);
  EXPECT_NE(signal.reason.find("better to ask"), std::string::npos);
  EXPECT_EQ(told(sparq({16, 16, 15, 16, 16})), "");
}

TEST(Ceiling, RatersDoNotSetOffAlarmsBySmallSteps) {
  EXPECT_EQ(told(sparq({16, 16, 16, 16, 16, 15, 14, 16})), "3 ceiling");
}

TEST(StraightLine, IsOddOnlyWhereTheAnswersContradictEachOther) {
  EXPECT_EQ(only({answered(1, "sparq", {3, 3, 3, 3, 3, 3, 3, 3})}).kind, Kind::straight_line);
  EXPECT_EQ(told({answered(1, "gad-7", {0, 0, 0, 0, 0, 0, 0})}), "") << "it may be meant";
  EXPECT_EQ(told({answered(1, "gad-7", {2, 2, 2, 2, 2, 2, 2})}), "1 straight-line");
  EXPECT_EQ(told({answered(1, "gad-7", {2, 2, 2, 2, 2, 2, 1})}), "");
  EXPECT_EQ(told({answered(1, "gad-7", {2, 2, 2, 2, 2, 2, 2}), answered(2, "gad-7", {2, 2, 2, 2, 2, 2, 2})}),
            "1 straight-line")
      << "told once while it goes on";
}

TEST(Missing, IsAFormThatUsuallyComes) {
  auto forms = phq({9, 9, 9});
  forms.push_back(form(4, "sparq", "positive", 12));
  auto signal = only(forms);
  EXPECT_EQ(signal.session, 4);
  EXPECT_EQ(signal.instrument, "phq-9");
  EXPECT_EQ(signal.level, Level::info);
  EXPECT_EQ(signal.reason, "PHQ-9 did not come for session 4; before it came to 3 of 3 sessions.");
  forms = phq({9, 9, 9});
  forms.push_back(form(4, "phq-9", "total", 9));
  forms.back().sent = false;
  forms.back().scores.clear();
  EXPECT_EQ(told(forms), "4 missing") << "a row without a score says the same";
}

TEST(Missing, OfASessionWithoutAnyFormIsKnownAtTheNext) {
  auto forms = phq({9, 9, 9});
  forms.push_back(form(5, "phq-9", "total", 9));
  const auto signal = only(forms);
  EXPECT_EQ(signal.session, 5);
  EXPECT_NE(signal.reason.find("for session 4"), std::string::npos);
  EXPECT_EQ(value(signal, "missed"), 1);
}

TEST(Missing, StopsWhereTheFormIsNoLongerUsual) {
  std::vector<Form> forms{form(1, "phq-9", "total", 9)};
  for (int session = 1; session <= 8; ++session) forms.push_back(form(session, "sparq", "positive", 12));
  std::sort(forms.begin(), forms.end(), [](const Form& a, const Form& b) { return a.session < b.session; });
  EXPECT_EQ(told(forms), "2 missing, 3 missing");
}

TEST(WithoutScore, CountsTheQuestionsThatWereAsked) {
  // Of who never drinks AUDIT-C asks neither how much nor how often; such a form, had it no score, was answered wholly.
  auto never = answered(1, "audit-c", {0, 0, 0});
  never.answers[1].reset();
  never.answers[2].reset();
  never.scores.front().value.reset();
  EXPECT_EQ(only({never}).reason, "AUDIT-C came for session 1, but gave no score (1 of 1 questions answered).");
  never.answers[0] = 2;
  EXPECT_EQ(only({never}).reason, "AUDIT-C came for session 1, but gave no score (1 of 3 questions answered).");
}

TEST(Safety, IsToldEveryTimeAndByNothingElse) {
  const std::vector<Form> forms{answered(1, "phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 1, 0}),
                                answered(2, "phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
                                answered(3, "phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 2, 0})};
  EXPECT_EQ(told(forms), "1 safety, 3 safety");
  const auto found = find_signals(forms, rules());
  EXPECT_EQ(found[0].level, Level::act);
  EXPECT_EQ(value(found[1], "item9"), 2);
}

}  // namespace
}  // namespace rapport::signals
