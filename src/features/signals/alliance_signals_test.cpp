#include "features/signals/alliance_signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "support/courses_of_forms.hpp"

namespace rapport::signals {
namespace {

using namespace made_up;

TEST(Rupture, IsADropBelowThePersonsOwnLevel) {
  const auto signal = only(sparq({13, 14, 13, 9}));
  EXPECT_EQ(signal.session, 4);
  EXPECT_EQ(signal.kind, Kind::rupture_candidate);
  EXPECT_EQ(signal.level, Level::look);
  EXPECT_NEAR(value(signal, "level"), 40 / 3.0, 1e-12);
  EXPECT_EQ(told(sparq({13, 14, 13, 11, 12, 13})), "") << "within what this person's scores do";
  EXPECT_EQ(told(sparq({16, 9})), "") << "one form is no level";
}

TEST(Rupture, NeedsMoreWhereTheLevelIsUncertain) {
  EXPECT_EQ(told(sparq({13, 13, 9})), "") << "four points below a mean of two forms";
  EXPECT_EQ(told(sparq({13, 13, 13, 9})), "4 rupture-candidate") << "and of three";
}

TEST(Rupture, IsTwoFormsThatAreEachTooLittle) {
  const auto signal = only(sparq({13, 14, 13, 13, 10, 10}));
  EXPECT_EQ(signal.session, 6);
  EXPECT_EQ(value(signal, "forms"), 2);
  EXPECT_EQ(value(signal, "drop"), 3.25);
  EXPECT_EQ(value(signal, "level"), 13.25) << "neither of the two is part of it";
  EXPECT_EQ(value(signal, "prior_forms"), 4);
  EXPECT_EQ(signal.reason,
            "Relationship (SPARQ), Positive feelings was 10 after 10, on average 3.25 points below the 13.2 that was "
            "usual before: more "
            "than this person's scores move; perhaps something has come between the two.");
  EXPECT_EQ(told(sparq({13, 14, 13, 13, 10, 13, 10})), "") << "one after the other";
  EXPECT_EQ(told(sparq({13, 14, 13, 13, 10, 10, 13})), "6 rupture-candidate, 7 repair");
}

TEST(Rupture, IsHeldAgainstThePersonsOwnSpread) {
  // Five points up and down are what this person's scores do; a fall of four says nothing.
  EXPECT_EQ(told(sparq({14, 10, 15, 11, 14, 10, 15, 9})), "");
  EXPECT_EQ(told(sparq({13, 13, 12, 13, 12, 13, 13, 9})), "8 rupture-candidate");
}

TEST(Rupture, IsHeldAgainstTheLatestFormsOfAVeryLongCourse) {
  std::vector<double> scores(30'000, 16);
  std::fill(scores.end() - 60, scores.end(), 13.5);
  scores.back() = 9;
  const auto forms = sparq(scores);
  const auto found = find_signals(forms, rules());
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.back().session, 30'000);
  EXPECT_EQ(value(found.back(), "level"), 13.5);
  EXPECT_EQ(value(found.back(), "prior_forms"), 50);
}

TEST(Rupture, LastsUntilItIsRepaired) {
  EXPECT_EQ(told(sparq({13, 14, 13, 9, 9, 13})), "4 rupture-candidate, 6 repair");
  EXPECT_EQ(told(sparq({13, 14, 13, 9, 12})), "4 rupture-candidate, 5 repair") << "near is enough";
  EXPECT_EQ(told(sparq({13, 14, 13, 9, 9, 9, 9, 13})), "4 rupture-candidate") << "four forms are too late for a repair";
  EXPECT_EQ(told(sparq({13, 14, 13, 9, 13, 14, 8})), "4 rupture-candidate, 5 repair, 7 rupture-candidate");
}

TEST(Rupture, CanComeAgainFromALowerLevel) {
  EXPECT_EQ(told(sparq({13, 14, 13, 9, 9, 10, 9, 9, 9, 5})), "4 rupture-candidate, 10 rupture-candidate");
}

/// The forms after the first `before` are about another therapist.
std::vector<Form> with_another_after(int before, std::vector<Form> forms) {
  for (auto& one : forms) one.before_pair = one.session > before ? before : 0;
  return forms;
}

TEST(AnotherTherapist, BeginsWithALevelOfTheirOwn) {
  EXPECT_EQ(told(with_another_after(3, sparq({13, 14, 13, 9}))), "") << "with this one nothing has fallen";
  EXPECT_EQ(told(with_another_after(3, sparq({13, 14, 13, 9, 9, 9, 5}))), "7 rupture-candidate");
  EXPECT_EQ(told(with_another_after(3, course("sparq", "negative", {2, 2, 2, 9}))), "");
  EXPECT_EQ(told(with_another_after(4, sparq({13, 14, 13, 9, 13}))), "4 rupture-candidate")
      << "nothing is repaired by going to another";
  auto later = sparq({13, 14, 13, 9});
  for (auto& one : later) {
    one.session += 3;
    one.before_pair = 3;
  }
  EXPECT_EQ(told(later), "7 rupture-candidate") << "the first form with them is part of it";
}

TEST(AnotherTherapist, BeginsWithNoAnswerAndNoScoreThatIsUsual) {
  std::vector<Form> dip;
  for (int session = 1; session <= 3; ++session) dip.push_back(answered(session, "sparq", {4, 0, 0, 1, 0, 4, 4, 3}));
  dip.push_back(answered(4, "sparq", {4, 0, 0, 1, 0, 4, 1, 3}));
  ASSERT_EQ(told(dip), "4 rupture-candidate");
  EXPECT_EQ(told(with_another_after(3, dip)), "");
  ASSERT_EQ(told(sparq({16, 16, 16, 16})), "3 ceiling");
  EXPECT_EQ(told(with_another_after(2, sparq({16, 16, 16, 16}))), "");
  EXPECT_EQ(told(with_another_after(2, sparq({16, 16, 16, 16, 16}))), "5 ceiling");
}

TEST(Rupture, OfRisqIsNeverPartOfASignalAboutSparq) {
  auto forms = sparq({13, 14, 13});
  forms.push_back(form(3, "risq", "count", 1));
  const auto signal = only(forms);
  EXPECT_EQ(signal.instrument, "risq");
  EXPECT_EQ(signal.kind, Kind::rupture_candidate);
  auto both = sparq({13, 14, 9});
  both.insert(both.begin() + 2, form(3, "risq", "count", 2));
  auto without = sparq({13, 14, 9});
  const auto about = [](const std::vector<Form>& of) {
    std::string text;
    for (const auto& one : find_signals(of, rules())) text += one.instrument == "sparq" ? one.reason : "";
    return text;
  };
  EXPECT_NE(about(without), "");
  EXPECT_EQ(about(both), about(without));
}

TEST(Rupture, IsSeenInOneAnswerUnderAHighTotal) {
  // Positive are 1, 6, 7 and 8.
  std::vector<Form> forms;
  for (int session = 1; session <= 3; ++session) forms.push_back(answered(session, "sparq", {4, 0, 0, 1, 0, 4, 4, 3}));
  forms.push_back(answered(4, "sparq", {4, 0, 0, 1, 0, 4, 1, 3}));
  const auto signal = only(forms);
  EXPECT_EQ(signal.rule, "item-dip");
  EXPECT_EQ(signal.session, 4);
  EXPECT_EQ(value(signal, "item"), 7);
  EXPECT_EQ(value(signal, "dip"), 3);
}

TEST(Rupture, OfOneAnswerIsToldOnceUntilThatIsUsual) {
  // Positive are 1, 6, 7 and 8; every answer in turn, and the sessions in which something is found.
  const auto sessions = [](const std::vector<std::pair<double, double>>& answers) {
    std::vector<Form> forms;
    int session = 0;
    for (const auto& [sixth, seventh] : answers) {
      forms.push_back(answered(++session, "sparq", {4, 0, 0, 1, 0, sixth, seventh, 4}));
    }
    return told(forms);
  };
  std::vector<std::pair<double, double>> stays(15, {4, 1});
  std::fill_n(stays.begin(), 3, std::pair(3.0, 4.0));
  EXPECT_EQ(sessions(stays), "4 rupture-candidate");
  EXPECT_EQ(sessions({{4, 4}, {4, 3}, {4, 4}, {4, 1}, {4, 1}, {4, 4}, {4, 1}}),
            "4 rupture-candidate, 7 rupture-candidate")
      << "again after it was up";
  EXPECT_EQ(sessions({{4, 4}, {4, 3}, {4, 4}, {4, 1}, {1, 4}}), "4 rupture-candidate, 5 rupture-candidate")
      << "another answer is another thing";
}

TEST(EarlyAlliance, IsLowOrFallingInTheFirstSessionsOnly) {
  EXPECT_EQ(told(course("srs", "total", {35, 34, 35})), "1 early-alliance");
  EXPECT_EQ(told(course("srs", "total", {36, 37, 38})), "");
  EXPECT_EQ(told(sparq({14, 12, 10})), "3 early-alliance");
  auto late = sparq({14, 12, 10});
  for (auto& one : late) one.session += 7;
  EXPECT_EQ(told(late), "");
}

TEST(Rupture, OfTheCheckInAndTheWaiSIsSeenToo) {
  EXPECT_EQ(told(course("check-in", "total", {13, 14, 13, 9, 13})), "4 rupture-candidate, 5 repair");
  EXPECT_EQ(told(course("wai-s", "total", {70, 72, 70, 55, 70})), "4 rupture-candidate, 5 repair");
  EXPECT_EQ(told(course("check-in", "total", {7, 9, 9})), "1 early-alliance");
  EXPECT_EQ(told(course("check-in", "total", {14, 12, 10})), "3 early-alliance");
  EXPECT_EQ(told(course("wai-s", "total", {47, 50, 50})), "1 early-alliance");
}

TEST(Rupture, IsARiseOfNegativeFeelings) {
  const auto signal = only(course("sparq", "negative", {2, 3, 2, 3, 9, 9}));
  EXPECT_EQ(signal.rule, "relationship-strain");
  EXPECT_EQ(signal.session, 5);
  EXPECT_EQ(signal.reason,
            "Relationship (SPARQ), Negative feelings was 9, 6.5 points above the 2.5 that was usual before: more than "
            "this person's scores move; perhaps something has come between the two.");
  EXPECT_EQ(told(course("sparq", "negative", {9, 9, 10, 9, 2, 2})), "") << "a fall of it is no rupture";
}

TEST(Rupture, IsAnSrsThatBecomesLowInAnySession) {
  EXPECT_EQ(told(course("srs", "total", {37, 37, 37, 37, 37, 37, 37, 37, 35, 35, 35})), "9 rupture-candidate");
  EXPECT_EQ(told(course("srs", "total", {35, 35, 35, 35, 35, 35, 35, 35, 35, 35, 35})), "1 early-alliance")
      << "it was told";
  EXPECT_EQ(told(course("srs", "total", {37, 37, 37, 37, 37, 37, 37, 35, 36, 35, 36, 35})), "8 rupture-candidate")
      << "up and down about the limit";
  EXPECT_EQ(told(course("srs", "total", {37, 37, 37, 37, 37, 37, 37, 35, 36, 37, 35})),
            "8 rupture-candidate, 11 rupture-candidate");
}

TEST(EarlyAlliance, SaysOfTheMiddleOfAScaleNoNorm) {
  EXPECT_EQ(only(course("check-in", "total", {4, 9, 9})).reason,
            "Relationship check-in was 4 in session 1, below the middle of the scale (8).");
  EXPECT_EQ(only(course("wai-sr", "total", {33, 40, 40})).reason,
            "WAI-SR was 33 in session 1, below the middle of the scale (36).");
  EXPECT_EQ(only(course("srs", "total", {35, 37, 37})).reason,
            "SRS was 35 in session 1, where 36 or more would be usual.")
      << "that one is published";
}

TEST(EarlyAlliance, IsReadWithTheSymptoms) {
  std::vector<Form> forms;
  const std::vector<double> scores{10, 13, 17};
  const std::vector<double> alliance{14, 12, 10};
  for (int session = 1; session <= 3; ++session) {
    const auto place = static_cast<std::size_t>(session) - 1;
    forms.push_back(form(session, "phq-9", "total", scores[place]));
    forms.push_back(form(session, "sparq", "positive", alliance[place]));
  }
  const auto found = find_signals(forms, rules());
  const auto early =
      std::find_if(found.begin(), found.end(), [](const Signal& one) { return one.kind == Kind::early_alliance; });
  ASSERT_NE(early, found.end());
  EXPECT_EQ(early->level, Level::act) << "the symptoms are reliably worse";
  EXPECT_NE(early->reason.find("PHQ-9 went from 10 to 17"), std::string::npos) << early->reason;
}

TEST(EarlyAlliance, IsReadWithTheSymptomsThatSayMost) {
  // GAD-7 is the first by its name.
  const auto told_with = [](double gad, double phq) {
    std::vector<Form> forms{form(1, "gad-7", "total", 10),  form(1, "phq-9", "total", 10),
                            form(1, "srs", "total", 38),    form(2, "gad-7", "total", gad),
                            form(2, "phq-9", "total", phq), form(2, "srs", "total", 35)};
    const auto found = find_signals(forms, rules());
    const auto early =
        std::find_if(found.begin(), found.end(), [](const Signal& one) { return one.rule == "srs-low"; });
    return early == found.end() ? std::string("nothing")
                                : std::string(name(early->level)) + early->reason.substr(early->reason.find(';'));
  };
  EXPECT_EQ(told_with(11, 17), "act; PHQ-9 went from 10 to 17 meanwhile.");
  EXPECT_EQ(told_with(3, 17), "act; PHQ-9 went from 10 to 17 meanwhile.") << "worse before what is better";
  EXPECT_EQ(told_with(9, 14), "look; PHQ-9 went from 10 to 14 meanwhile.");
  EXPECT_EQ(told_with(12, 11), "look; GAD-7 went from 10 to 12 meanwhile.");
}

TEST(Divergence, NeedsTwoSessionsRunning) {
  const auto both = [](const std::vector<std::pair<double, double>>& sessions) {
    std::vector<Form> forms;
    int session = 0;
    for (const auto& [client, therapist] : sessions) {
      forms.push_back(form(++session, "sparq", "positive", client));
      forms.push_back(form(session, "sparq", "positive", therapist, Respondent::therapist));
    }
    return told(forms);
  };
  EXPECT_EQ(both({{13, 13}, {10, 14}, {11, 14}}), "") << "three points are one standard deviation, not more";
  EXPECT_EQ(both({{12, 13}, {10, 14}, {11, 15}, {11, 15}}), "3 divergence") << "told once";
  EXPECT_EQ(both({{12, 13}, {10, 14}, {13, 14}, {10, 14}}), "");
}

TEST(Divergence, IsOneDirectionRunningAndOverWhereOneOfTheTwoIsMissing) {
  const auto client = [](int session, double value) { return form(session, "sparq", "positive", value); };
  const auto therapist = [](int session, double value) {
    return form(session, "sparq", "positive", value, Respondent::therapist);
  };
  EXPECT_EQ(told({client(1, 9), therapist(1, 14), client(2, 14), therapist(2, 9)}), "")
      << "first the one, then the other";
  EXPECT_EQ(told({client(1, 10), therapist(1, 14), client(2, 14), therapist(2, 10), client(3, 14), therapist(3, 10)}),
            "3 divergence");
  EXPECT_EQ(told({client(1, 10), therapist(1, 14), client(2, 10), client(3, 10), therapist(3, 14)}), "2 missing")
      << "no divergence: in session 2 only the client gave it";
  EXPECT_EQ(told({client(1, 10), therapist(1, 14), therapist(2, 14), client(3, 10), therapist(3, 14)}), "2 missing")
      << "or only the therapist";
  const std::vector<Form> forms{client(1, 10), therapist(1, 14), client(3, 10), therapist(3, 14)};
  const auto found = find_signals(forms, rules());
  const auto divergence =
      std::find_if(found.begin(), found.end(), [](const Signal& one) { return one.kind == Kind::divergence; });
  ASSERT_NE(divergence, found.end()) << "in session 2 neither gave it: " << told(forms);
  EXPECT_EQ(divergence->held_against, 3U) << "the therapist's form";
  EXPECT_EQ(divergence->form, 2U);
}

}  // namespace
}  // namespace rapport::signals
