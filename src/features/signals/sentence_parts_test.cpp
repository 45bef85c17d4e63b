#include "features/signals/sentence_parts.hpp"

#include <gtest/gtest.h>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::signals {
namespace {

TEST(SentenceParts, NumbersHaveTheMarksOfTheirLanguage) {
  EXPECT_EQ(number_in("en", 4.3), "4.3");
  EXPECT_EQ(number_in("de", 4.3), "4,3");
  EXPECT_EQ(number_in("de", 13.25), "13,2");
  EXPECT_EQ(number_in("de", 1.96, 2), "2");
  EXPECT_EQ(number_in("en", -2.5), "\u22122.5");
  EXPECT_EQ(number_in("de", -2.5), "\u22122,5");
  EXPECT_EQ(number_in("de", -0.0), "0");
}

TEST(SentenceParts, NamesAreThoseOfTheScreens) {
  const auto& all = questionnaires::instruments_of_program();
  const auto& phq = *all.find("phq-9");
  EXPECT_EQ(name_of(phq, phq.scoring().scales.front(), "de"), "PHQ-9");
  const auto& sparq = *all.find("sparq");
  EXPECT_EQ(name_of(sparq, "de"), "Beziehung (SPARQ)");
  EXPECT_EQ(name_of(sparq, sparq.scoring().scales.front(), "de"), "Beziehung (SPARQ), Positive Gefühle");
  EXPECT_EQ(name_of(sparq, sparq.scoring().scales.front(), "en"), "Relationship (SPARQ), Positive feelings");
}

TEST(SentenceParts, AreListedAsOneSpeaks) {
  using All = std::vector<std::string>;
  EXPECT_EQ(listed_in("en", All{}), "");
  EXPECT_EQ(listed_in("en", All{"A"}), "A");
  EXPECT_EQ(listed_in("en", All{"A", "B"}), "A and B");
  EXPECT_EQ(listed_in("de", All{"A", "B", "C"}), "A, B und C");
}

}  // namespace
}  // namespace rapport::signals
