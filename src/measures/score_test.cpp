#include "measures/score.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "measures/instrument_library.hpp"

namespace rapport::measures {
namespace {

const InstrumentLibrary& library() {
  static const auto shipped = InstrumentLibrary::shipped().value();
  return shipped;
}

constexpr Answer none = std::nullopt;

/// Scored by hand from the printed rules. Scales in the order of the instrument; `band` empty: none.
struct Example {
  std::string_view name;
  std::string_view id;
  std::vector<Answer> answers;
  std::vector<std::optional<double>> scores;
  std::string_view band = {};
  std::vector<int> not_answered = {};
  std::vector<int> safety = {};
  bool prorated = false;
  std::string_view variant = {};
};

// clang-format off
const Example kExamples[] = {
  {"nothing at all", "phq-9", {0,0,0,0,0,0,0,0,0,0}, {0}, "Minimal"},
  {"the most, difficulty not counted", "phq-9", {3,3,3,3,3,3,3,3,3,3}, {27}, "Severe", {}, {9}},
  {"upper end of minimal", "phq-9", {1,1,1,1,0,0,0,0,0,none}, {4}, "Minimal"},
  {"lower end of mild", "phq-9", {1,1,1,1,1,0,0,0,0,none}, {5}, "Mild"},
  {"upper end of mild", "phq-9", {1,1,1,1,1,1,1,1,1,3}, {9}, "Mild", {}, {9}},
  {"lower end of moderate", "phq-9", {2,2,2,2,2,0,0,0,0,1}, {10}, "Moderate"},
  {"upper end of moderate", "phq-9", {2,2,2,2,2,2,2,0,0,1}, {14}, "Moderate"},
  {"lower end of moderately severe", "phq-9", {3,3,3,3,3,0,0,0,0,1}, {15}, "Moderately severe"},
  {"upper end of moderately severe", "phq-9", {3,3,3,3,3,3,1,0,0,1}, {19}, "Moderately severe"},
  {"lower end of severe", "phq-9", {3,3,3,3,3,3,2,0,0,1}, {20}, "Severe"},
  {"one missing is no score", "phq-9", {1,1,none,1,1,1,1,1,1,1}, {none}, "", {3}, {9}},
  {"the item about harm left out is neither yes nor no", "phq-9", {1,1,1,1,1,1,1,1,none,1}, {none}, "", {9}},
  {"low mood, harm all the same", "phq-9", {0,0,0,0,0,0,0,0,1,none}, {1}, "Minimal", {}, {9}},
  {"two items", "phq-2", {3,2}, {5}},
  {"both are needed", "phq-2", {3,none}, {none}, "", {2}},
  {"mild", "gad-7", {1,1,1,1,1,0,0}, {5}, "Mild"},
  {"upper end of minimal", "gad-7", {1,1,1,1,0,0,0}, {4}, "Minimal"},
  {"moderate", "gad-7", {2,2,2,2,2,2,2}, {14}, "Moderate"},
  {"severe", "gad-7", {3,3,3,3,3,0,0}, {15}, "Severe"},
  {"the most", "gad-7", {3,3,3,3,3,3,3}, {21}, "Severe"},
  {"one missing", "gad-7", {none,3,3,3,3,3,3}, {none}, "", {1}},
  {"two items", "gad-2", {1,2}, {3}},
  {"clusters: B 1-5, C 6-7, D 8-14, E 15-20", "pcl-5",
   {1,1,1,1,1, 2,2, 3,3,3,3,3,3,3, 4,0,4,4,4,4}, {50, 5, 4, 21, 20}},
  {"the most", "pcl-5", {4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4,4}, {80, 20, 8, 28, 24}, "", {}, {16}},
  {"one missing: its cluster and the total have no score, the others have", "pcl-5",
   {1,1,1,1,1, 2,none, 3,3,3,3,3,3,3, 4,1,4,4,4,4}, {none, 5, none, 21, 21}, "", {7}, {16}},
  {"sum of three", "audit-c", {4,2,3}, {9}},
  {"never: the rest is not asked and counts 0", "audit-c", {0,none,none}, {0}},
  {"never, answered on paper all the same", "audit-c", {0,2,none}, {2}},
  {"asked and left out", "audit-c", {1,none,none}, {none}, "", {2, 3}},
  {"the first left out: the rest is asked", "audit-c", {none,none,1}, {none}, "", {1, 2}},
  {"0 to 24", "k6", {4,4,4,1,0,0}, {13}, "Serious mental illness probable"},
  {"below 13", "k6", {4,4,4,0,0,0}, {12}, "Moderate"},
  {"6 to 30, for which no band is given", "k6", {5,5,5,2,1,1}, {19}, "", {}, {}, false, "1-5"},
  {"0 to 40", "k10", {0,1,2,3,4,0,1,2,3,4}, {20}},
  {"10 to 50: the same answers, ten more", "k10", {1,2,3,4,5,1,2,3,4,5}, {30}, "", {}, {}, false, "1-5"},
  {"positive 1 6 7 8, negative 2 3 4 5, no total", "sparq", {4,1,0,2,1,3,4,2}, {13, 4}},
  {"one missing of four stands as the mean of its scale", "sparq", {4,1,0,2,1,3,none,2}, {12, 4}, "", {7}, {}, true},
  {"two missing of four are too many", "sparq", {4,none,none,2,1,3,4,2}, {13, none}, "", {2, 3}},
  {"count of yes", "risq", {1,0,1,0}, {2}},
  {"harm", "risq", {0,1,0,0}, {1}, "", {}, {2}},
  {"a yes counts whether or not the rest is answered", "risq", {none,1,none,none}, {1}, "", {1, 3, 4}, {2}},
  {"nothing answered is not none", "risq", {none,none,none,none}, {none}, "", {1, 2, 3, 4}},
  {"2 and 3 are turned round", "core-10", {0,4,4,0,0,0,0,0,0,0}, {0}, "Healthy"},
  {"2 and 3 at the other end", "core-10", {4,0,0,4,4,4,4,4,4,4}, {40}, "Severe", {}, {6}},
  {"by hand: 1 + 2 + 1 + 2 + 1 + 0 + 3 + 2 + 2 + 0", "core-10", {1,2,3,2,1,0,3,2,2,0}, {14}, "Mild"},
  {"one missing: 10 x 14 / 9", "core-10", {1,2,3,2,1,0,3,2,2,none}, {140.0 / 9}, "Moderate", {10}, {}, true},
  {"two missing", "core-10", {1,2,3,2,1,0,3,2,none,none}, {none}, "", {9, 10}},
  {"the item about plans left out: nothing stands for it", "core-10", {1,2,3,2,1,none,3,2,2,0}, {none}, "", {6}},
  {"so also where all else is well", "core-10", {0,4,4,0,0,none,0,0,0,0}, {none}, "", {6}},
  {"times four", "who-5", {3,3,2,3,2}, {52}},
  {"the best", "who-5", {5,5,5,5,5}, {100}},
  {"one missing", "who-5", {5,5,none,5,5}, {none}, "", {3}},
  {"total, goal 4 6 8 11, task 1 2 10 12, bond 3 5 7 9", "wai-sr", {1,2,3,4,5,1,2,3,4,5,1,2}, {33, 9, 10, 14}},
  {"ten items", "wai-srt", {5,4,3,2,1,5,4,3,2,1}, {30}},
  {"4 and 10 are turned round; task 1 2 8 12, bond 3 5 7 9, goal 4 6 10 11", "wai-s", {7,6,5,1,7,6,5,4,3,2,1,7}, {64, 24, 20, 20}},
  {"the mean, 3 is turned round", "arm-5", {7,6,2,5,6}, {6}},
  {"4 8 11 16 19 are turned round: the best", "haq-ii", {6,6,6,1,6,6,6,1,6,6,1,6,6,6,6,1,6,6,1}, {114}},
  {"all the same: 14 x 6 and 5 x 1", "haq-ii", {6,6,6,6,6,6,6,6,6,6,6,6,6,6,6,6,6,6,6}, {89}},
  {"the eight that are put the other way round, at the other end", "core-om", {4,4,0,0,4,4,0,4,4,4,4,0,4,4,4,4,4,4,0,4,0,4,4,4,4,4,4,4,4,4,0,0,4,4}, {40, 40, 40, 40, 40}, "", {}, {6,9,16,22,24,34}},
  {"nothing at all", "core-om", {0,0,4,4,0,0,4,0,0,0,0,4,0,0,0,0,0,0,4,0,4,0,0,0,0,0,0,0,0,0,4,4,0,0}, {0, 0, 0, 0, 0}},
  {"as the licence holder's file keys them", "oq-45", {2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2,2}, {90}},
  {"goal 1, task 2, bond 3 and 4", "check-in", {4,3,2,1}, {10, 4, 3, 3}},
  {"one left out", "check-in", {4,3,none,1}, {none, 4, 3, none}, "", {3}},
  {"the same from the other side", "check-in-therapist", {0,1,2,4}, {7, 0, 1, 6}},
  {"marks on a line", "srs", {9.5,8.25,10,0}, {27.75}},
  {"marks on a line", "ors", {2.5,2.5,5,2}, {12}},
};
// clang-format on

TEST(Score, AgreesWithFormsScoredByHand) {
  for (const auto& example : kExamples) {
    SCOPED_TRACE(std::string(example.id) + ": " + std::string(example.name));
    const auto& instrument = *library().find(example.id);
    const auto form = score(instrument, example.answers, *instrument.variant(example.variant));
    if (!form) {
      ADD_FAILURE() << form.error().detail;
      continue;
    }
    ASSERT_EQ(form->scores.size(), example.scores.size());
    for (std::size_t i = 0; i < example.scores.size(); ++i) EXPECT_EQ(form->scores[i].value, example.scores[i]) << i;
    EXPECT_EQ(form->band ? form->band->label : "", example.band);
    EXPECT_EQ(form->not_answered, example.not_answered);
    EXPECT_EQ(form->complete, example.not_answered.empty());
    EXPECT_EQ(form->safety, example.safety);
    EXPECT_EQ(form->prorated, example.prorated);
  }
}

TEST(Score, HasAnExampleForEveryInstrument) {
  for (const auto& instrument : library().all()) {
    EXPECT_TRUE(std::any_of(std::begin(kExamples), std::end(kExamples), [&](const auto& example) {
      return example.id == instrument.id();
    })) << instrument.id();
  }
}

TEST(Score, KeepsTheVariant) {
  const auto& k6 = *library().find("k6");
  const std::vector<Answer> answers{1, 1, 1, 1, 1, 1};
  EXPECT_EQ(score(k6, answers, *k6.variant(""))->variant, "0-4");
  EXPECT_EQ(score(k6, answers, *k6.variant("1-5"))->variant, "1-5");
  EXPECT_EQ(k6.variant("2-6"), nullptr);
}

TEST(Score, RefusesWhatCannotBeAnswered) {
  const auto refuses = [](std::string_view id, std::vector<Answer> answers, std::string_view variant = "") {
    const auto& instrument = *library().find(id);
    const auto form = score(instrument, answers, *instrument.variant(variant));
    return !form && form.error().kind == ErrorKind::invalid;
  };
  EXPECT_TRUE(refuses("gad-2", {4, 0}));
  EXPECT_TRUE(refuses("gad-2", {-1, 0}));
  EXPECT_TRUE(refuses("gad-2", {0.5, 0}));
  EXPECT_TRUE(refuses("gad-2", {std::numeric_limits<double>::quiet_NaN(), 0}));
  EXPECT_TRUE(refuses("gad-2", {0}));
  EXPECT_TRUE(refuses("gad-2", {0, 0, 0}));
  EXPECT_TRUE(refuses("phq-9", {0, 0, 0, 0, 0, 0, 0, 0, 0, 4}));
  EXPECT_TRUE(refuses("ors", {10.1, 0, 0, 0}));
  EXPECT_TRUE(refuses("k6", {0, 1, 1, 1, 1, 1}, "1-5"));
  EXPECT_TRUE(refuses("k6", {5, 1, 1, 1, 1, 1}));
}

TEST(Score, AddsUpScalesThatBearAMissingAnswerEach) {
  const auto& instrument = *library().find("wai-sr");
  const auto scores = [&](std::vector<Answer> answers) {
    const auto form = score(instrument, answers, *instrument.variant(""));
    std::vector<Answer> found;
    for (const auto& one : form->scores) found.push_back(one.value);
    return found;
  };
  // Total, goal (4 6 8 11), task (1 2 10 12), bond (3 5 7 9).
  EXPECT_EQ(scores({5, 4, 5, 4, 5, 4, 5, 4, 5, 5, 3, none}),
            (std::vector<Answer>{15 + 4 * 14.0 / 3 + 20, 15, 4 * 14.0 / 3, 20}));
  EXPECT_EQ(scores({none, 4, none, none, 4, 4, 4, 4, 4, 4, 4, 4}), (std::vector<Answer>{48, 16, 16, 16}));
  EXPECT_EQ(scores({none, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, none}), (std::vector<Answer>{none, 16, none, 16}));
  const auto form =
      score(instrument, std::vector<Answer>{none, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4}, *instrument.variant(""));
  EXPECT_TRUE(form->prorated);
  EXPECT_TRUE(form->scores[0].prorated);
  EXPECT_FALSE(form->complete);
}

TEST(Score, TakesTheMeanTimesAFactor) {
  auto scoring = library().find("who-5")->scoring();
  scoring.scales[0].method = Method::mean;
  scoring.scales[0].factor = 10;
  scoring.scales[0].max = 50;
  scoring.scales[0].missing = MissingRule::prorate;
  scoring.scales[0].max_missing = 1;
  const auto instrument = Instrument::make(library().find("who-5")->questionnaire(), scoring).value();
  const auto value = [&](std::vector<Answer> answers) {
    return score(instrument, answers, *instrument.variant(""))->scores[0].value;
  };
  EXPECT_EQ(value({1, 2, 3, 4, 5}), 30);
  EXPECT_EQ(value({1, 2, 3, none, 4}), 25);
  EXPECT_EQ(value({1, 2, 3, none, none}), none);
}

/// Any answers that the instrument allows, some of them missing.
std::vector<Answer> any_answers(const Instrument& instrument) {
  std::vector<Answer> answers;
  for (const auto& question : instrument.questions()) {
    const auto value =
        question.values.empty() ? *rc::gen::inRange(0, 101) / 10.0 : *rc::gen::elementOf(question.values);
    answers.push_back(*rc::gen::weightedElement<bool>({{1, true}, {6, false}}) ? none : Answer(value));
  }
  return answers;
}

const Instrument& any_instrument() {
  return library().all()[*rc::gen::inRange<std::size_t>(0, library().all().size())];
}

RC_GTEST_PROP(Score, StaysInItsRangeAndInABand, ()) {
  const auto& instrument = any_instrument();
  const auto form = score(instrument, any_answers(instrument), *instrument.variant("")).value();
  for (std::size_t i = 0; i < form.scores.size(); ++i) {
    const auto& scale = instrument.scoring().scales[i];
    if (!form.scores[i].value) continue;
    RC_ASSERT(*form.scores[i].value >= scale.min - 1e-9);
    RC_ASSERT(*form.scores[i].value <= scale.max + 1e-9);
  }
  if (form.scores[0].value && !instrument.scoring().bands.empty()) RC_ASSERT(form.band.has_value());
}

RC_GTEST_PROP(Score, DoesNotDependOnWhichItemOfAScaleHadWhichAnswer, ()) {
  const auto& instrument =
      *library().find(*rc::gen::element<std::string>("phq-2", "gad-7", "k10", "who-5", "risq", "srs"));
  auto answers = any_answers(instrument);
  const auto before = score(instrument, answers, *instrument.variant("")).value().scores[0].value;
  std::shuffle(answers.begin(), answers.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
  const auto after = score(instrument, answers, *instrument.variant("")).value().scores[0].value;
  RC_ASSERT(before.has_value() == after.has_value());
  if (before) RC_ASSERT(std::abs(*before - *after) < 1e-9);
}

RC_GTEST_PROP(Score, IsTheSameWhenAnItemIsTurnedRoundTwice, ()) {
  const auto& core = *library().find("core-10");
  auto answers = any_answers(core);
  const auto before = score(core, answers, *core.variant("")).value().scores[0].value;
  auto scoring = core.scoring();
  scoring.reverse.clear();
  for (const auto place : {1U, 2U}) {
    if (answers[place]) answers[place] = 4 - *answers[place];
  }
  const auto straight = Instrument::make(core.questionnaire(), scoring).value();
  RC_ASSERT(score(straight, answers, *straight.variant("")).value().scores[0].value == before);
}

RC_GTEST_PROP(Score, SetsTheVariantsApartByOneForEachItem, ()) {
  const auto& k10 = *library().find("k10");
  std::vector<Answer> low;
  std::vector<Answer> high;
  for (int i = 0; i < 10; ++i) {
    low.emplace_back(*rc::gen::inRange(0, 5));
    high.emplace_back(*low.back() + 1);
  }
  RC_ASSERT(*score(k10, high, *k10.variant("1-5"))->scores[0].value ==
            *score(k10, low, *k10.variant("0-4"))->scores[0].value + 10);
}

}  // namespace
}  // namespace rapport::measures
