#include "features/signals/several_instruments.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "support/courses_of_forms.hpp"

namespace rapport::signals {
namespace {

using namespace made_up;

/// Of each course one form a session, in this order.
std::vector<Form> beside(const std::vector<std::vector<Form>>& courses) {
  std::vector<Form> forms;
  for (std::size_t session = 0; session < courses.front().size(); ++session) {
    for (const auto& one : courses) forms.push_back(one[session]);
  }
  return forms;
}

TEST(SeveralInstruments, ThatBecomeWorseInOneSessionAreOneSignal) {
  const auto forms =
      beside({phq({8, 9, 16}), course("gad-7", "total", {6, 7, 15}), course("core-10", "total", {10, 10, 22})});
  const auto signal = only(forms);
  EXPECT_EQ(signal.kind, Kind::deterioration);
  EXPECT_EQ(signal.level, Level::act);
  EXPECT_EQ(signal.instrument, "phq-9");
  EXPECT_EQ(signal.reason,
            "PHQ-9 was 16, 8 points worse than the 8 of session 1; the reliable change is 6 points. In the same "
            "session, too: GAD-7 (from 6 to 15) and CORE-10 (from 10 to 22).");
  EXPECT_EQ(sentence_of_others(signal.values, "de"),
            " In derselben Sitzung auch: GAD-7 (von 6 auf 15) und CORE-10 (von 10 auf 22).");
  EXPECT_EQ(find_signals_of_each(forms, rules()).size(), 3U) << "a table has a row for each";
}

TEST(SeveralInstruments, OfTheRelationshipAreOneCandidate) {
  const auto forms = beside({sparq({13, 13, 14, 14, 7}), course("srs", "total", {38, 38, 39, 39, 28}),
                             course("wai-sr", "total", {50, 50, 51, 51, 38})});
  EXPECT_EQ(told(forms), "5 rupture-candidate");
  EXPECT_EQ(find_signals_of_each(forms, rules()).size(), 3U);
}

TEST(SeveralInstruments, OfWhichOneStandsAloneAreTwo) {
  const auto forms = beside({phq({8, 9, 16}), course("gad-7", "total", {6, 7, 15})});
  const auto alone = [](const Signal& one) {
    return one.instrument == "gad-7" ? std::optional(ToldBefore{0, true}) : std::nullopt;
  };
  const auto found = told_as_one(find_signals_of_each(forms, rules()), rules(), alone);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_TRUE(std::all_of(found.begin(), found.end(), [](const Signal& one) { return named_in(one.values).empty(); }));
  EXPECT_EQ(named_in(only(forms).values), (std::vector<std::string>{"gad-7", "gad-7"})) << "from and to";
}

// PHQ-9 was told and named GAD-7; since a correction CORE-10, which came before both, says the same.
TEST(SeveralInstruments, GoOnBeingNamedByTheOneThatNamedThem) {
  const auto instruments_told = [](const std::vector<Form>& forms, const std::string& known) {
    const auto told_before = [&](const Signal& one) -> std::optional<ToldBefore> {
      if (one.instrument == "core-10") return std::nullopt;
      return ToldBefore{0, one.instrument == known};
    };
    std::string text;
    for (const auto& one : told_as_one(find_signals_of_each(forms, rules()), rules(), told_before)) {
      text += fmt::format("{}{}:", text.empty() ? "" : ", ", one.instrument);
      const auto named = named_in(one.values);
      for (std::size_t i = 0; i < named.size(); i += 2) text += fmt::format(" {}", named[i]);  // from and to
    }
    return text;
  };
  const auto core = course("core-10", "total", {10, 10, 22});
  const auto gad = course("gad-7", "total", {6, 7, 15});
  EXPECT_EQ(instruments_told(beside({core, phq({8, 9, 16}), gad}), "phq-9"), "core-10:, phq-9: gad-7");
  EXPECT_EQ(instruments_told(beside({core, gad, phq({8, 9, 16})}), "phq-9"), "core-10:, phq-9: gad-7")
      << "whichever came first";
  EXPECT_EQ(instruments_told(beside({core, phq({8, 9, 16}), gad}), "wai-sr"), "core-10:, phq-9: gad-7")
      << "of those that one named which says nothing any more the first goes on for it";
}

TEST(SeveralInstruments, SayHowTheSymptomsWentWhereOneOfThemDoes) {
  const auto forms = beside({course("check-in", "total", {14, 14, 14, 14, 14, 9}), phq({8, 8, 8, 8, 8, 17}),
                             course("srs", "total", {40, 40, 40, 40, 40, 30})});
  const auto found = find_signals(forms, rules());
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const Signal& one) {
    return one.instrument == "check-in" && one.rule == "relationship-drop" && one.level == Level::act &&
           one.reason.ends_with(" PHQ-9 went from 8 to 17 meanwhile. In the same session, too: SRS (from 40 to 30).");
  })) << told(forms);
}

TEST(SeveralInstruments, LeaveTheFirstOfASessionWhatItWas) {
  // The relationship falls; then the second form comes, in the same session, and the symptoms are read with it.
  auto forms = beside({course("srs", "total", {38, 38, 35}), phq({8, 8, 9})});
  const auto before = only(forms);
  auto more = beside({course("srs", "total", {38, 38, 35}), phq({8, 8, 9}), course("wai-sr", "total", {40, 40, 30})});
  const auto after = only(more);
  EXPECT_EQ(std::pair(after.rule, more[after.form].instrument->id()),
            std::pair(before.rule, forms[before.form].instrument->id()))
      << "whoever answered it has answered it";
  EXPECT_TRUE(after.reason.starts_with(before.reason)) << after.reason;
  EXPECT_NE(after.reason.find("WAI-SR (30)"), std::string::npos) << after.reason;
}

TEST(SeveralInstruments, HaveTheLevelOfTheGravest) {
  // From its best time only (a look), and from its start (act), in one session.
  const auto forms = beside({phq({18, 14, 11, 10, 10, 15, 16}), course("gad-7", "total", {6, 6, 6, 6, 6, 6, 15})});
  const auto found = find_signals(forms, rules());
  ASSERT_FALSE(found.empty());
  const auto& last = found.back();
  EXPECT_EQ(last.session, 7) << told(forms);
  EXPECT_EQ(last.rule, "deterioration-from-best");
  EXPECT_EQ(last.level, Level::act);
}

TEST(SeveralInstruments, OfWhichNoneHasAScoreAreOneSignal) {
  auto forms = phq({9, 9});
  for (auto& one : forms) one.answers.assign(9, std::nullopt);
  forms[1].answers[0] = 1;
  forms[1].scores.front().value.reset();
  auto anxiety = form(2, "gad-7", "total", 0);
  anxiety.scores.front().value.reset();
  forms.push_back(anxiety);
  const auto signal = only(forms);
  EXPECT_EQ(signal.reason,
            "PHQ-9 came for session 2, but gave no score (1 of 9 questions answered). In the same session, too: GAD-7.")
      << "of the second no answer is known";
  forms[2].answers = {1, 2, 1, 1, 1, 1, 1};
  EXPECT_TRUE(only(forms).reason.ends_with(" In the same session, too: GAD-7 (7 of 7).")) << only(forms).reason;
}

TEST(SeveralInstruments, AreNotOneWhereTheEyesAreOthersOrTheSessions) {
  auto risq = beside({sparq({13, 13, 14, 14, 7}), course("risq", "count", {0, 0, 0, 0, 2})});
  EXPECT_EQ(told(risq), "5 rupture-candidate, 5 rupture-candidate");
  EXPECT_EQ(told(beside({phq({8, 9, 16, 16}), course("gad-7", "total", {6, 7, 7, 15})})),
            "3 deterioration, 4 deterioration");
}

}  // namespace
}  // namespace rapport::signals
