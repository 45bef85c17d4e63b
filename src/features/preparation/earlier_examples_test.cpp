#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "features/preparation/earlier_examples_rules.hpp"

namespace rapport::preparation {
namespace {

using std::chrono::days;

const Time kNow = from_micros(1'795'000'000'000'000);

const ChangeWords& words() {
  return **change_words();
}

TEST(EarlierExamples, TheListIsInBothLanguagesAndInSmallLetters) {
  ASSERT_TRUE(change_words()) << change_words().error().detail;
  EXPECT_FALSE(words().version.empty());
  std::set<std::string> languages;
  for (const auto& one : words().languages) {
    languages.insert(one.language);
    for (const auto* list : {&one.no_change, &one.better, &one.not_words, &one.dying}) {
      EXPECT_GT(list->size(), 10U);
      std::set<std::string> seen;
      for (const auto& phrase : *list) {
        EXPECT_TRUE(seen.insert(phrase).second) << phrase << " is there twice";
        EXPECT_TRUE(std::ranges::none_of(phrase, [](char c) { return c >= 'A' && c <= 'Z'; })) << phrase;
      }
    }
  }
  EXPECT_EQ(languages, (std::set<std::string>{"en", "de"}));
}

TEST(EarlierExamples, FindsThatNothingHasChangedInEitherLanguage) {
  for (const auto* text : {"Nothing has changed.", "Well... it\xE2\x80\x99s ALWAYS like this!",
                           "Honestly, worse than ever", "I never get anything done"}) {
    EXPECT_TRUE(find_no_change(words(), text)) << text;
  }
  for (const auto* text : {"Es hat sich nichts ge\xC3\xA4ndert.", "Alles beim Alten", "Es ist SCHLIMMER ALS JE.",
                           "\xC3\x84ndert sich nie!", "Ich kann nie einschlafen"}) {
    EXPECT_TRUE(find_no_change(words(), text)) << text;
  }
  const auto found = find_no_change(words(), "Hello. Sadly nothing  has changed! Bye");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->sentence, "Sadly nothing  has changed");
  EXPECT_EQ(found->phrase, "nothing has changed");
}

TEST(EarlierExamples, TakesNoPartOfAWordForItAndLooksInEveryLanguage) {
  EXPECT_FALSE(find_no_change(words(), "We talked about the weather."));
  EXPECT_FALSE(find_no_change(words(), "I had nothing to eat. Changed trains."));
  EXPECT_TRUE(find_no_change(words(), "Alles beim Alten"));
  EXPECT_TRUE(find_no_change(words(), "Nothing has changed"));
}

TEST(EarlierExamples, AWordForTheBetterThatIsTakenBackIsNone) {
  EXPECT_EQ(find_better(words(), "It rained. I slept through for once! Ok."), "I slept through for once");
  EXPECT_TRUE(find_better(words(), "It was not as bad as I thought"));
  EXPECT_FALSE(find_better(words(), "It is not better"));
  EXPECT_FALSE(find_better(words(), "Nothing gets better"));
  EXPECT_FALSE(find_better(words(), "If only I felt better"));
  EXPECT_FALSE(find_better(words(), "My letter came")) << "no part of a word";
  EXPECT_TRUE(find_better(words(), "Heute ging es mir besser"));
  EXPECT_FALSE(find_better(words(), "Es wird nicht besser"));
  EXPECT_FALSE(find_better(words(), "Fr\xC3\xBCher war es besser"));
}

// A sentence about dying may have the very words of somebody who feels better: none is ever held up to a therapist as a
// change for the better.
TEST(EarlierExamples, WhatSpeaksOfDyingIsNoChangeForTheBetter) {
  for (const auto* text :
       {"Everyone is better off without me", "They will all be better off", "I'd be better off dead",
        "I\xE2\x80\x99"
        "d be better off dead",
        "I managed to get the pills", "I feel calmer since I decided to die", "If I could just die",
        "I am relieved that it ends soon", "It will be easier when I am dead",
        "Ohne mich w\xC3\xA4ren alle besser dran", "Ohne mich sind alle besser dran",
        "Ich bin froh, wenn es vorbei ist", "Wenn ich sterbe, wird alles leichter",
        "Ich habe die Tabletten, und jetzt bin ich ruhiger", "Ich bin erleichtert, dass ich mich umbringen werde",
        "I have decided to die. I feel calmer now.", "Mir geht es besser. Ich habe einen Strick"}) {
    EXPECT_FALSE(find_better(words(), text)) << text;
  }
}

TEST(EarlierExamples, WhatMightBeAndWhatFailedIsNoChangeForTheBetter) {
  for (const auto* text :
       {"I cannot get better", "It could be better", "I failed to get better", "I have given up getting better",
        "Die Hoffnung ist weg", "Die Schmerzen sind st\xC3\xA4rker geworden", "The pain got stronger",
        "Es k\xC3\xB6nnte besser sein", "They laughed at me", "Sie haben mich ausgelacht, alle haben gelacht"}) {
    EXPECT_FALSE(find_better(words(), text)) << text;
  }
}

Reported report(ExampleKind kind, int days_ago, std::string text, std::optional<std::int64_t> value = {},
                std::string place = "p") {
  return {kind, kNow - days(days_ago), text + std::to_string(days_ago), std::move(place), text, value};
}

TEST(EarlierExamples, AMoodIsOneWhenItIsAboveTheMeanBefore) {
  const auto found = find_examples(words(),
                                   {report(ExampleKind::mood, 4, "", 2), report(ExampleKind::mood, 3, "", 4),
                                    report(ExampleKind::mood, 2, "", 3), report(ExampleKind::mood, 1, "sun", 7)},
                                   kNow);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].text, "sun");
  EXPECT_EQ(found[0].mean_before, 3);
  EXPECT_TRUE(find_examples(words(), {report(ExampleKind::mood, 1, "", 9)}, kNow).empty())
      << "there is nothing to compare it with";
}

TEST(EarlierExamples, AGoalIsComparedWithItselfAlone) {
  const auto found =
      find_examples(words(),
                    {report(ExampleKind::goal, 9, "walk", 2, "a"), report(ExampleKind::goal, 8, "cook", 6, "b"),
                     report(ExampleKind::goal, 7, "walk", 5, "a"), report(ExampleKind::goal, 6, "walk", 4, "a")},
                    kNow);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].value, 5);
  EXPECT_EQ(found[0].before, 2);
}

TEST(EarlierExamples, AtMostFiveTheNewestAndMostDifferentFirstAndEachKindAtLeastOnce) {
  std::vector<Reported> all;
  for (int i = 1; i <= 10; ++i) all.push_back(report(ExampleKind::achievement, i, "cooked"));
  all.push_back(report(ExampleKind::homework, 170, "a walk"));
  all.push_back(report(ExampleKind::message, 160, "I was glad. It went well today. Bye"));
  all.push_back(report(ExampleKind::message, 1, "It rains"));
  const auto found = find_examples(words(), all, kNow);
  ASSERT_EQ(found.size(), kMostExamples);
  EXPECT_EQ(found[0].at, kNow - days(1));
  const auto has = [&](ExampleKind kind) {
    return std::ranges::any_of(found, [&](const auto& one) { return one.kind == kind; });
  };
  EXPECT_TRUE(has(ExampleKind::homework));
  EXPECT_TRUE(has(ExampleKind::message));
  EXPECT_TRUE(std::ranges::is_sorted(found, std::greater<>(), &Example::weight));
  for (const auto& one : found) {
    if (one.kind == ExampleKind::message) EXPECT_EQ(one.text, "It went well today");
  }
}

}  // namespace
}  // namespace rapport::preparation
