#include "features/signals/find_signals.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <span>

#include "research/statistics/random.hpp"

namespace rapport::signals {
namespace {

using measures::InstrumentLibrary;

const InstrumentLibrary& library() {
  static const auto instruments = InstrumentLibrary::shipped().value();
  return instruments;
}

const std::vector<Rule>& rules() {
  static const auto shipped = shipped_rules(library()).value();
  return shipped;
}

Form form(int session, std::string_view instrument, std::string_view scale, double value,
          Respondent respondent = Respondent::client) {
  Form made;
  made.session = session;
  made.instrument = library().find(instrument);
  made.respondent = respondent;
  made.scores = {{std::string(scale), value, false}};
  return made;
}

Form answered(int session, std::string_view instrument, const std::vector<double>& answers) {
  Form made;
  made.session = session;
  made.instrument = library().find(instrument);
  made.answers.assign(answers.begin(), answers.end());
  const auto scored = measures::score(*made.instrument, made.answers, *made.instrument->variant("")).value();
  made.scores = scored.scores;
  made.safety = scored.safety;
  return made;
}

std::vector<Form> course(std::string_view instrument, std::string_view scale, const std::vector<double>& values) {
  std::vector<Form> forms;
  int session = 0;
  for (const auto value : values) forms.push_back(form(++session, instrument, scale, value));
  return forms;
}

std::vector<Form> phq(const std::vector<double>& values) {
  return course("phq-9", "total", values);
}
std::vector<Form> sparq(const std::vector<double>& values) {
  return course("sparq", "positive", values);
}

/// "session signal", joined.
std::string told(const std::vector<Form>& forms) {
  std::string text;
  for (const auto& signal : find_signals(forms, rules())) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", signal.session, name(signal.kind));
  }
  return text;
}

Signal only(const std::vector<Form>& forms) {
  const auto found = find_signals(forms, rules());
  EXPECT_EQ(found.size(), 1U) << told(forms);
  return found.empty() ? Signal() : found.front();
}

double value(const Signal& signal, std::string_view key) {
  for (const auto& [known, number] : signal.values) {
    if (known == key) return number;
  }
  ADD_FAILURE() << "no value " << key;
  return 0;
}

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

TEST(Deterioration, SpeaksForWhatIsNotOnTrack) {
  EXPECT_EQ(told(phq({12, 14, 19})), "3 deterioration") << "worse twice in a row, but more is said already";
  EXPECT_EQ(told(phq({8, 9, 12})), "3 not-on-track");
  EXPECT_EQ(told(phq({8, 9, 12, 13})), "3 not-on-track") << "it goes on with what was said";
}

TEST(NotOnTrack, IsToldBySessionFourOfAClinicalStart) {
  EXPECT_EQ(told(phq({16, 15, 15, 15, 15})), "4 not-on-track");
  EXPECT_EQ(told(phq({16, 15, 14, 10, 12})), "4 reliable-improvement");
  EXPECT_EQ(told(phq({8, 8, 8, 8, 8})), "") << "not in the clinical range";
  EXPECT_EQ(told(phq({16, 15})), "");
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

TEST(EarlyAlliance, IsLowOrFallingInTheFirstSessionsOnly) {
  EXPECT_EQ(told(course("srs", "total", {35, 34, 35})), "1 early-alliance");
  EXPECT_EQ(told(course("srs", "total", {36, 37, 38})), "");
  EXPECT_EQ(told(sparq({14, 12, 10})), "3 early-alliance");
  auto late = sparq({14, 12, 10});
  for (auto& one : late) one.session += 7;
  EXPECT_EQ(told(late), "");
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

/// With other words, as after a correction: another digest, and the same scoring.
const measures::Instrument& reworded(std::string_view id) {
  static std::map<std::string, measures::Instrument, std::less<>> all;
  const auto known = all.find(id);
  if (known != all.end()) return known->second;
  const auto& texts = library().find(id)->texts();
  auto made = InstrumentLibrary::read_stored(std::string(id), texts.questionnaire + "\n", texts.scoring).value();
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
  const auto other = InstrumentLibrary::read_stored("phq-9", texts.questionnaire, scoring).value();
  auto forms = phq({8, 9, 16});
  forms[2].instrument = &other;
  EXPECT_EQ(told(forms), "");
}

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

TEST(Safety, IsToldEveryTimeAndByNothingElse) {
  const std::vector<Form> forms{answered(1, "phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 1, 0}),
                                answered(2, "phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}),
                                answered(3, "phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 2, 0})};
  EXPECT_EQ(told(forms), "1 safety, 3 safety");
  const auto found = find_signals(forms, rules());
  EXPECT_EQ(found[0].level, Level::act);
  EXPECT_EQ(value(found[1], "item9"), 2);
}

/// After a first score of 16: 12 expected, 15 the limit by which 90 of 100 stay (a standard deviation of 2.34), in
/// every session until the tenth.
Expectations expected_phq(int cases = 143) {
  measures::ExpectedCourse course{cases, 14, 8, 20, {}};
  for (int session = 2; session <= 10; ++session) course.sessions.push_back({session, 11, .5, 5.48, 0, 0});
  return {{library().find("phq-9"), course}};
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
  const auto forms = phq({16, 16, 16, 17, 17});
  const auto rules_told = [&](std::span<const Told> told) {
    std::string text;
    for (const auto& one : find_signals(forms, rules(), expected, told)) {
      text += fmt::format("{} {} ", one.session, one.rule);
    }
    return text;
  };
  EXPECT_EQ(rules_told({}), "4 no-improvement-by-4 ") << "17 is not beyond these limits";
  const std::vector<Told> told{{"worse-than-expected", 2, "As it was told.", {}}};
  EXPECT_EQ(rules_told(told), "3 worse-than-expected ");
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
