#include "research/statistics/reliable_change.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace rapport::statistics {
namespace {

// The example of the book: clinical mean 40, functional mean 60, both with a standard deviation of 7.5; reliability
// .80.
TEST(JacobsonTruax, AgreesWithThePublishedExample) {
  EXPECT_NEAR(standard_error_of_measurement(7.5, .80), 3.3541, 5e-5);
  EXPECT_NEAR(standard_error_of_difference(7.5, .80), 4.7434, 5e-5);
  EXPECT_NEAR(reliable_change_index(32.5, 47.5, 7.5, .80), 3.1623, 5e-5);
  EXPECT_NEAR(kReliableAt * standard_error_of_difference(7.5, .80), 9.297, 5e-4);
  EXPECT_DOUBLE_EQ(cutoff_a({40, 7.5}, Direction::higher_better), 55);
  EXPECT_DOUBLE_EQ(cutoff_b({60, 7.5}, Direction::higher_better), 45);
  EXPECT_DOUBLE_EQ(cutoff_c({40, 7.5}, {60, 7.5}), 50);
}

TEST(JacobsonTruax, TurnsRoundWhereHigherIsWorse) {
  EXPECT_DOUBLE_EQ(cutoff_a({60, 7.5}, Direction::higher_worse), 45);
  EXPECT_DOUBLE_EQ(cutoff_b({40, 7.5}, Direction::higher_worse), 55);
}

// c of a study with the BDI: clinical 35.475 (8.1586), functional 7.69 (7.52).
TEST(JacobsonTruax, WeighsTheCutoffByBothSpreads) {
  EXPECT_NEAR(cutoff_c({35.475, 8.1586}, {7.69, 7.52}), 21.017, 5e-4);
  EXPECT_NEAR(standard_error_of_difference(8.1586, .801), 5.1471, 5e-4);
}

// Thresholds of instruments from spread and reliability: PHQ-9 with the retest reliability; GAD-7 with alpha and with
// the retest reliability, which differ; WAI-S in text-based therapy, its alpha assumed.
TEST(JacobsonTruax, GivesTheThresholdsOfInstruments) {
  const auto threshold = [](double sd, double reliability) {
    return kReliableAt * standard_error_of_difference(sd, reliability);
  };
  EXPECT_NEAR(threshold(5.5, .84), 6.10, 5e-3);
  EXPECT_NEAR(threshold(4.5, .92), 3.53, 5e-3);
  EXPECT_NEAR(threshold(4.5, .83), 5.14, 5e-3);
  EXPECT_NEAR(threshold(.84, .90), .74, 5e-3);
}

// The same figures as a group: 32.5 to 47.5 with a mean of 40, a spread of 7.5 and a reliability of .80.
ChangeGroup group() {
  return {{40, 7.5}, {42, 7.5}, .80, .80, .5};
}

TEST(ReliableChangeVariants, FollowTheirFormulas) {
  // 47.5 − 40 − .8·(32.5 − 40) = 13.5; 7.5·√(1 − .64) = 4.5; 7.5·√.2 = 3.354.
  EXPECT_NEAR(gulliksen_lord_novick(32.5, 47.5, group()), 13.5 / 4.5, 1e-12);
  EXPECT_NEAR(hsu_linn_lord(32.5, 47.5, group()), 11.5 / 4.5, 1e-12);
  EXPECT_NEAR(edwards_nunnally(32.5, 47.5, group()), 13.5 / std::sqrt(11.25), 1e-12);
  // .64·56.25·.2 + 56.25·.2 = 18.45
  EXPECT_NEAR(nunnally_kotsch(32.5, 47.5, group()), 13.5 / std::sqrt(18.45), 1e-12);
  // Spread of the differences 56.25, error 22.5: reliability .6. (15·.6 + 2·.4) / √(.6·22.5)
  EXPECT_NEAR(hageman_arrindell(32.5, 47.5, group()), 9.8 / std::sqrt(13.5), 1e-12);
  EXPECT_NEAR(slope_index(-1.2, .5), -2.4, 1e-12);
}

TEST(ReliableChangeVariants, HaveNoIndexWhereDifferencesAreNothingButError) {
  auto noise = group();
  noise.correlation = .9;
  EXPECT_TRUE(std::isnan(hageman_arrindell(32.5, 47.5, noise)));
}

TEST(StandardErrorOfDifference, TakesTheSpreadOfBothOccasions) {
  EXPECT_NEAR(standard_error_of_difference(7.5, 10, .80), std::sqrt((56.25 + 100) * .2), 1e-12);
}

ClassifiedChange classify(double before, double after, Direction direction) {
  const auto index = reliable_change_index(before, after, 7.5, .80);
  return classify_change(index, before, after, 50, direction);
}

TEST(ClassifyChange, NeedsAReliableChangeAndACrossing) {
  constexpr auto kBetter = Direction::higher_better;
  EXPECT_EQ(classify(45, 55, kBetter).change, ChangeClass::recovered);
  EXPECT_EQ(classify(45, 54, kBetter).change, ChangeClass::unchanged) << "9 is below 9.297";
  EXPECT_EQ(classify(32.5, 47.5, kBetter).change, ChangeClass::improved) << "still on the clinical side";
  EXPECT_EQ(classify(40, 50, kBetter).change, ChangeClass::improved) << "the cut-off itself is on neither side";
  EXPECT_EQ(classify(50, 60, kBetter).change, ChangeClass::improved);
  EXPECT_EQ(classify(45, 30, kBetter).change, ChangeClass::deteriorated);
  EXPECT_FALSE(classify(45, 30, kBetter).into_clinical_range) << "was there already";
  EXPECT_TRUE(classify(55, 45, kBetter).into_clinical_range);
}

TEST(ClassifyChange, TurnsRoundWhereHigherIsWorse) {
  EXPECT_EQ(classify(55, 45, Direction::higher_worse).change, ChangeClass::recovered);
  EXPECT_TRUE(classify(45, 55, Direction::higher_worse).into_clinical_range);
}

TEST(ClassifyChange, SaysNothingWithoutAnIndex) {
  EXPECT_EQ(classify_change(std::nan(""), 1, 2, 50, Direction::higher_worse).change, ChangeClass::undetermined);
}

}  // namespace
}  // namespace rapport::statistics
