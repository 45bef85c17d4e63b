#include "features/signals/support.hpp"

#include <gtest/gtest.h>

#include "features/signals/signal_words.hpp"

namespace rapport::signals {
namespace {

TEST(Support, IsThereForEveryKindInBothLanguages) {
  for (int place = 0; place <= static_cast<int>(Kind::safety); ++place) {
    const auto kind = static_cast<Kind>(place);
    const auto& english = support_texts().of(kind, "en");
    const auto& german = support_texts().of(kind, "de");
    EXPECT_NE(english.about, german.about) << name(kind);
    ASSERT_EQ(english.parts.size(), german.parts.size()) << name(kind);
    for (std::size_t i = 0; i < english.parts.size(); ++i) {
      EXPECT_EQ(english.parts[i].prompts.size(), german.parts[i].prompts.size()) << name(kind) << " " << i;
    }
    EXPECT_EQ(support_texts().of(kind, "fr").about, english.about);
    EXPECT_NE(title_of(kind, "en"), title_of(kind, "de")) << name(kind);
  }
}

TEST(Support, HasAGermanNameForEveryRule) {
  for (const auto& rule : rules()) EXPECT_NE(title_of(rule, "de"), rule.title) << rule.id;
}

TEST(Support, SaysNothingOfADiagnosisNorThatAllIsWell) {
  for (int place = 0; place <= static_cast<int>(Kind::safety); ++place) {
    for (const auto* language : {"en", "de"}) {
      std::string all = support_texts().of(static_cast<Kind>(place), language).about;
      for (const auto& part : support_texts().of(static_cast<Kind>(place), language).parts) {
        for (const auto& prompt : part.prompts) all += " " + prompt;
      }
      for (const auto* word : {"disorder", "depress", "diagnos", "Störung", "resistant", "borderline"}) {
        EXPECT_EQ(all.find(word), std::string::npos) << word << " in " << all;
      }
    }
  }
}

std::string all_prompts(Kind kind, std::string_view language) {
  std::string all;
  for (const auto& part : support_texts().of(kind, language).parts) {
    for (const auto& prompt : part.prompts) all += prompt + "\n";
  }
  return all;
}

TEST(Support, ClaimsNoWorseningWhereItMerelyDoesNotGetBetter) {
  EXPECT_NE(all_prompts(Kind::deterioration, "en").find("it has become harder"), std::string::npos);
  EXPECT_NE(all_prompts(Kind::deterioration, "de").find("schwerer geworden"), std::string::npos);
  const auto english = all_prompts(Kind::not_on_track, "en");
  EXPECT_EQ(english.find("has become harder"), std::string::npos) << english;
  EXPECT_EQ(english.find("gets worse"), std::string::npos) << english;
  const auto german = all_prompts(Kind::not_on_track, "de");
  EXPECT_EQ(german.find("schwerer geworden"), std::string::npos) << german;
  EXPECT_EQ(german.find("schlechter wird"), std::string::npos) << german;
}

TEST(Support, RefusesAFileWithALineThatIsWrong) {
  const auto wrong = SupportTexts::read(R"({"kinds": [{"kind": "weather", "en": {}, "de": {}}]})");
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "signals.support");
  EXPECT_FALSE(SupportTexts::read(R"({"kinds": []})")) << "no kind is there";
}

}  // namespace
}  // namespace rapport::signals
