#include "features/signals/find_signals.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "research/statistics/random.hpp"
#include "support/courses_of_forms.hpp"

namespace rapport::signals {
namespace {

using namespace made_up;

TEST(Deterioration, SpeaksForWhatIsNotOnTrack) {
  EXPECT_EQ(told(phq({12, 14, 19})), "3 deterioration") << "worse twice in a row, but more is said already";
  EXPECT_EQ(told(phq({13, 8, 9, 14})), "4 not-on-track");
  EXPECT_EQ(told(phq({13, 8, 9, 14, 15})), "4 not-on-track") << "it goes on with what was said";
}

/// Three forms at the top of the SRS, then one whose third answer is far below.
std::vector<Form> srs(const std::vector<double>& last) {
  std::vector<Form> forms;
  for (int session = 1; session <= 3; ++session) forms.push_back(answered(session, "srs", {10, 10, 10, 10}));
  forms.push_back(answered(4, "srs", last));
  return forms;
}

TEST(Rupture, OfTheWholeSpeaksForOneAnswerThatFalls) {
  const auto rules_told = [](const std::vector<Form>& forms) {
    std::string text;
    for (const auto& one : find_signals(forms, rules())) {
      if (one.session == 4) text += one.rule + " ";
    }
    return text;
  };
  EXPECT_EQ(rules_told(srs({10, 10, 3, 10})), "relationship-drop ") << "not what is first in the alphabet";
  EXPECT_EQ(rules_told(srs({10, 10, 3.5, 10})), "relationship-drop ");
  auto low = srs({9.5, 9.5, 3.5, 9.5});
  for (int session = 1; session <= 3; ++session)
    low[static_cast<std::size_t>(session) - 1] = answered(session, "srs", {8.8, 8.8, 9.8, 8.8});
  EXPECT_EQ(rules_told(low), "srs-low ") << "no drop, and the weak one does not speak for it";
}

/// With other words, as after a correction: another digest, and the same scoring.
const measures::Instrument& reworded(std::string_view id) {
  static std::map<std::string, measures::Instrument, std::less<>> all;
  const auto known = all.find(id);
  if (known != all.end()) return known->second;
  const auto& texts = library().find(id)->texts();
  auto made =
      measures::InstrumentLibrary::read_stored(std::string(id), texts.questionnaire + "\n", texts.scoring).value();
  EXPECT_NE(made.digest(), library().find(id)->digest());
  return all.emplace(id, std::move(made)).first->second;
}
void reword_from(std::vector<Form>& forms, int session) {
  for (auto& one : forms) {
    if (one.session >= session) one.instrument = &reworded(one.instrument->id());
  }
}

TEST(Versions, OfOneScoringAreOneCourse) {
  auto worse = phq({8, 9, 16});
  reword_from(worse, 3);
  EXPECT_EQ(told(worse), "3 deterioration") << "the course goes on with another wording";
  auto fallen = sparq({13, 14, 13, 9});
  reword_from(fallen, 4);
  EXPECT_EQ(told(fallen), "4 rupture-candidate");
  std::vector<Form> both;
  for (int session = 1; session <= 2; ++session) {
    both.push_back(form(session, "sparq", "positive", 10));
    both.push_back(form(session, "sparq", "positive", 14, Respondent::therapist));
  }
  both[2].instrument = &reworded("sparq");
  EXPECT_EQ(told(both), "2 divergence");
  auto all = phq({9, 9, 9, 9, 9});
  reword_from(all, 4);
  EXPECT_EQ(told(all), "") << "it is the same form that comes";
  std::vector<Form> lines{answered(1, "gad-7", {2, 2, 2, 2, 2, 2, 2}), answered(2, "gad-7", {2, 2, 2, 2, 2, 2, 2})};
  reword_from(lines, 2);
  EXPECT_EQ(told(lines), "1 straight-line") << "and it goes on";
}

TEST(Versions, OfTwoScoringsAreTwo) {
  const auto& texts = library().find("phq-9")->texts();
  auto scoring = texts.scoring;
  const auto at = scoring.find("\"version\": \"");
  ASSERT_NE(at, std::string::npos);
  scoring.insert(at + 12, "other ");
  const auto other = measures::InstrumentLibrary::read_stored("phq-9", texts.questionnaire, scoring).value();
  auto forms = phq({8, 9, 16});
  forms[2].instrument = &other;
  EXPECT_EQ(told(forms), "");
}

// Whatever comes later: what was said of a session stays, and nothing is added to it.
TEST(Signals, OfASessionDependOnNothingAfterIt) {
  statistics::Random random(1);
  std::size_t seen = 0;
  for (int person = 0; person < 200; ++person) {
    std::vector<Form> forms;
    const auto level = 6 + 12 * random.uniform();
    const auto slope = 1.6 * (random.uniform() - .5);
    for (int session = 1; session <= 14; ++session) {
      if (random.uniform() < .1) continue;
      const auto score = std::clamp(std::round(level + slope * session + 2.5 * random.normal()), 0.0, 27.0);
      const auto alliance = std::clamp(std::round(13 + 2 * random.normal()), 0.0, 16.0);
      if (random.uniform() < .9) forms.push_back(form(session, "phq-9", "total", score));
      forms.push_back(form(session, "sparq", "positive", alliance));
      if (random.uniform() < .5) {
        forms.push_back(
            form(session, "sparq", "positive", std::round(alliance * random.uniform()), Respondent::therapist));
      }
    }
    const auto whole = find_signals(forms, rules(), expected_phq());
    for (int last = 1; last <= 14; ++last) {
      std::vector<Form> until;
      for (const auto& one : forms) {
        if (one.session <= last) until.push_back(one);
      }
      std::vector<std::string> expected;
      for (const auto& one : whole) {
        if (one.session <= last) expected.push_back(one.reason + one.rule);
      }
      std::vector<std::string> found;
      for (const auto& one : find_signals(until, rules(), expected_phq())) found.push_back(one.reason + one.rule);
      ASSERT_EQ(found, expected) << "person " << person << " until session " << last;
      seen += expected.size();
    }
  }
  EXPECT_GT(seen, 1000U);
}

}  // namespace
}  // namespace rapport::signals
