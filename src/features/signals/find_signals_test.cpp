#include "features/signals/find_signals.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

/// "session rule level", joined.
std::string rules_of(const std::vector<Form>& forms) {
  std::string text;
  for (const auto& one : find_signals_of_each(forms, rules())) {
    text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", one.session, one.rule, name(one.level));
  }
  return text;
}

TEST(WhatLasts, IsToldWhenWhatSpokeForItHasEnded) {
  auto values = std::vector<double>(8, 38);
  values.insert(values.end(), {30, 35.5, 35.5, 35});
  EXPECT_EQ(rules_of(course("srs", "total", values)),
            "9 relationship-drop look, 10 srs-low-later look, 10 relationship-repaired info");
  const auto found = find_signals(course("srs", "total", values), rules());
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[1].reason, "SRS was 35.5 in session 10, where 36 or more would be usual.")
      << "with the numbers of that session";
  EXPECT_EQ(rules_of(course("srs", "total", {38, 38, 38, 38, 38, 38, 30, 30, 35.5, 35.5})),
            "7 relationship-drop look, 9 srs-low-later look, 9 relationship-repaired info")
      << "it began in the first sessions, and was told in none of them";
  EXPECT_EQ(rules_of(course("srs", "total", {38, 38, 38, 30, 35.5, 35.5, 35.5, 35.5, 35.5})),
            "4 relationship-drop look, 5 srs-low look, 5 relationship-repaired info")
      << "and once, by one of the two rules";
}

TEST(WhatLasts, IsNotToldAgainWhereItWasToldBefore) {
  EXPECT_EQ(rules_of(course("srs", "total", {37, 37, 37, 37, 37, 37, 37, 35.5, 29, 35.5, 35.5})),
            "8 srs-low-later look, 9 relationship-drop look, 10 relationship-repaired info");
}

TEST(WhatLasts, IsNotToldFirstWhereItIsTooSmallByThen) {
  // In session 7 worse than at the start speaks for worse than at the best time; in session 8 it is over.
  const auto from_best = "8 deterioration-from-best look";
  EXPECT_NE(rules_of(phq({10, 9, 4, 4, 4, 11, 17, 10})).find(from_best), std::string::npos);
  EXPECT_EQ(rules_of(phq({10, 9, 4, 4, 4, 11, 17, 1})).find("deterioration-from-best"), std::string::npos)
      << "5 points worse where the rule asks for 5.1";
}

TEST(WhatSpeaksForOthers, IsAsGraveAsTheyAreAndSaysHowTheSymptomsWent) {
  std::vector<Form> forms;
  const std::vector<double> relationship{39, 39, 39, 39, 31};
  const std::vector<double> symptoms{8, 8, 8, 8, 17};
  for (int session = 1; session <= 5; ++session) {
    const auto place = static_cast<std::size_t>(session) - 1;
    forms.push_back(form(session, "phq-9", "total", symptoms[place]));
    forms.push_back(form(session, "srs", "total", relationship[place]));
  }
  const auto found = find_signals(forms, rules());
  const auto drop =
      std::find_if(found.begin(), found.end(), [](const auto& one) { return one.rule == "relationship-drop"; });
  ASSERT_NE(drop, found.end());
  EXPECT_EQ(drop->level, Level::act) << "it speaks for srs-low, which is";
  EXPECT_TRUE(drop->reason.ends_with("something has come between the two. PHQ-9 went from 8 to 17 meanwhile."))
      << drop->reason;
  EXPECT_EQ(value(*drop, "symptoms_to phq-9"), 17);
  EXPECT_EQ(rules_of(forms), "5 deterioration-from-start act, 5 relationship-drop act");
}

TEST(WhatSpeaksForOthers, HidesNothingThatIsGraverThanWhatWasTold) {
  const auto with_symptoms = [](const std::vector<double>& symptoms) {
    const std::vector<double> relationship{15, 15, 15, 10, 7};
    std::vector<Form> forms;
    for (int session = 1; session <= 5; ++session) {
      const auto place = static_cast<std::size_t>(session) - 1;
      forms.push_back(form(session, "phq-9", "total", symptoms[place]));
      forms.push_back(form(session, "sparq", "positive", relationship[place]));
    }
    return rules_of(forms);
  };
  EXPECT_EQ(with_symptoms({8, 8, 8, 8, 8}), "4 relationship-drop look") << "it falls further, and that was told";
  EXPECT_EQ(with_symptoms({8, 8, 8, 8, 17}),
            "4 relationship-drop look, 5 deterioration-from-start act, 5 relationship-falling act");
}

// The negative feelings are told in session 4, and speak for the low relationship. In session 6 the relationship falls
// by a rule that they do not speak for, and by then the symptoms are worse: that is part of what is low.
TEST(WhatSpeaksForOthers, TakesOverWhatGrewGraverSinceSomethingElseSpokeForIt) {
  std::vector<Rule> some(rules().begin(), rules().end());
  for (auto& one : some) {
    if (one.id == "relationship-strain") one.strength = 5;
    if (one.id == "relationship-drop") one.strength = 6;
  }
  const std::vector<double> symptoms{8, 8, 8, 8, 8, 17};
  const std::vector<double> positive{9, 9, 9, 7, 7, 1};
  const std::vector<double> negative{2, 2, 2, 12, 12, 12};
  std::vector<Form> forms;
  for (int session = 1; session <= 6; ++session) {
    const auto place = static_cast<std::size_t>(session) - 1;
    forms.push_back(form(session, "phq-9", "total", symptoms[place]));
    forms.push_back(form(session, "sparq", "positive", positive[place]));
    forms.back().scores.push_back({"negative", negative[place], false});
  }
  std::string text;
  for (const auto& one : find_signals_of_each(forms, some)) {
    text += fmt::format("{}{} {} {}", text.empty() ? "" : ", ", one.session, one.rule, name(one.level));
  }
  EXPECT_EQ(text, "4 relationship-strain look, 6 deterioration-from-start act, 6 relationship-drop act");
}

TEST(Missing, SaysNothingOfAFormThatCameWithoutAScore) {
  std::vector<Form> forms = phq({9, 9, 9});
  forms.push_back(form(5, "phq-9", "total", 0));
  forms.back().scores.front().value.reset();
  EXPECT_EQ(rules_of(forms), "5 form-missing info, 5 form-without-score info")
      << "one did not come to session 4, another to session 5 gave no score";
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

/// What is told of sessions up to `last`: everything of it that a person is shown.
std::vector<std::string> told_until(std::span<const Signal> signals, int last) {
  std::vector<std::string> all;
  for (const auto& one : signals) {
    if (one.session > last) continue;
    all.push_back(fmt::format("{} {} {} {} {}", one.session, one.instrument, one.rule, name(one.level), one.reason));
  }
  return all;
}

/// Scores of some scales of a form, some of which are not known.
Form some_scales(statistics::Random& random, int session, std::string_view instrument,
                 const std::vector<std::pair<std::string, double>>& scores) {
  Form made;
  made.session = session;
  made.instrument = library().find(instrument);
  for (const auto& [scale, value] : scores) {
    if (random.uniform() < .8) made.scores.push_back({scale, value, false});
  }
  made.sent = !made.scores.empty();
  return made;
}

// One scale of a form may be there where another is not: what lasts on the one must not be known before it comes.
TEST(Signals, OfSeveralInstrumentsAndScalesDependOnNothingAfterThem) {
  statistics::Random random(2);
  std::size_t seen = 0;
  std::size_t graver = 0;
  for (int person = 0; person < 300; ++person) {
    std::vector<Form> forms;
    double positive = 12;
    double negative = 4;
    double together = 37;
    for (int session = 1; session <= 14; ++session) {
      const auto step = [&](double& value, double size, double least, double most) {
        value = std::clamp(std::round(value + size * random.normal()), least, most);
        return value;
      };
      const auto worse = session * .6 * (person % 3);
      const auto score = [&](double most) {
        return std::clamp(std::round(8 + worse + 3 * random.normal()), 0.0, most);
      };
      forms.push_back(form(session, "gad-7", "total", score(21)));
      forms.push_back(form(session, "phq-9", "total", score(27)));
      const auto up = step(positive, 2.5, 0, 16);
      forms.push_back(
          some_scales(random, session, "sparq", {{"positive", up}, {"negative", step(negative, 3, 0, 16)}}));
      const auto total = step(together, 3, 20, 40);
      const auto one = std::max(0.0, std::round(10 * random.uniform()) - 4);
      const auto rest = std::min(10.0, (total - one) / 3);
      if (random.uniform() < .8) forms.push_back(answered(session, "srs", {rest, one, rest, rest}));
    }
    for (const bool of_each : {true, false}) {
      const auto find = [&](std::span<const Form> some) {
        return of_each ? find_signals_of_each(some, rules(), expected_phq())
                       : find_signals(some, rules(), expected_phq());
      };
      const auto whole = find(forms);
      for (int last = 1; last <= 14; ++last) {
        const auto end = std::find_if(forms.begin(), forms.end(), [&](const Form& one) { return one.session > last; });
        const auto until = find({forms.begin(), end});
        ASSERT_EQ(told_until(until, last), told_until(whole, last)) << "person " << person << " until session " << last;
      }
      seen += whole.size();
      graver += static_cast<std::size_t>(std::count_if(whole.begin(), whole.end(), [](const Signal& one) {
        return one.rule == "relationship-drop" && one.level == Level::act;
      }));
    }
  }
  EXPECT_GT(seen, 3000U);
  EXPECT_GT(graver, 0U) << "none of them speaks for what is graver";
}

TEST(Signals, OfOneScaleDoNotHideWhatAnotherSaysBeforeItsNextScoreComes) {
  // The positive feelings fall in session 5 and stay down in session 7; of session 6 only the negative are known.
  std::vector<Form> forms;
  for (int session = 1; session <= 7; ++session) {
    auto one = form(session, "sparq", "negative", session < 6 ? 2 : 9);
    if (session != 6) one.scores.push_back({"positive", session < 5 ? 13.0 : 9.0, false});
    forms.push_back(one);
  }
  const std::span all(forms);
  EXPECT_EQ(told_until(find_signals(all.first(6), rules()), 6), told_until(find_signals(all, rules()), 6));
  EXPECT_EQ(rules_of(forms), "5 relationship-drop look, 6 relationship-strain look");
}

}  // namespace
}  // namespace rapport::signals
