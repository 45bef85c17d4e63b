#include "research/statistics/sudden_gain.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rapport::statistics {
namespace {

constexpr std::nullopt_t kNone = std::nullopt;

std::optional<SuddenChange> bdi(const AroundGap& around) {
  return sudden_gain(around, 7, Direction::higher_worse);
}

// The expectations of the R package suddengains, for the BDI.
TEST(SuddenGain, AgreesWithThePublishedExamples) {
  EXPECT_FALSE(bdi({{28, 19, 23}, {12, 13, kNone}})) << "10.833 is below 11.787";
  EXPECT_TRUE(bdi({{28, 19, 23}, {11, 12, kNone}}));
  EXPECT_FALSE(bdi({{28, 19, 23}, {12, 14, kNone}}));
  EXPECT_TRUE(bdi({{28, 25, 28}, {11, 12, kNone}}));
  EXPECT_TRUE(bdi({{35, 37, 34}, {24, 24, 21}}));
  const auto six = bdi({{32, 31, 33}, {5, 6, 7}});
  ASSERT_TRUE(six);
  EXPECT_DOUBLE_EQ(six->size, 28);
  EXPECT_DOUBLE_EQ(six->mean_difference, 26);
  EXPECT_NEAR(six->least_difference, 2.776, 1e-9);
  const auto four = bdi({{kNone, 31, 33}, {5, kNone, 7}});
  ASSERT_TRUE(four);
  EXPECT_NEAR(four->least_difference, 6.085, 1e-3);
}

TEST(SuddenGain, NeedsTheStepItsShareAndBothSides) {
  EXPECT_FALSE(bdi({{32, 31, 33}, {26.5, 20, 20}})) << "a step of 6.5";
  EXPECT_FALSE(bdi({{40, 40, 40}, {31, 31, 31}})) << "9 is less than a quarter of 40";
  EXPECT_TRUE(bdi({{36, 36, 36}, {27, 27, 27}})) << "9 is a quarter of 36";
  EXPECT_FALSE(bdi({{kNone, kNone, 33}, {5, 6, 7}}));
  EXPECT_FALSE(bdi({{32, 31, 33}, {5, kNone, kNone}}));
  EXPECT_FALSE(bdi({{32, 31, kNone}, {5, 6, 7}})) << "between which two would it be?";
}

TEST(SuddenLoss, IsTheMirrorOfAGain) {
  const auto loss = sudden_loss({{5, 6, 7}, {32, 31, 33}}, 7, Direction::higher_worse);
  ASSERT_TRUE(loss);
  EXPECT_DOUBLE_EQ(loss->size, 25);
  EXPECT_FALSE(bdi({{5, 6, 7}, {32, 31, 33}}));
  EXPECT_FALSE(sudden_loss({{32, 31, 33}, {5, 6, 7}}, 7, Direction::higher_worse));
  EXPECT_FALSE(sudden_loss({{40, 40, 40}, {48, 48, 48}}, 7, Direction::higher_worse))
      << "8 is less than a quarter of 40";
  EXPECT_TRUE(sudden_gain({{5, 6, 7}, {32, 31, 33}}, 7, Direction::higher_better));
}

TEST(AroundGap, TakesThreeOfEachSideAndNothingBeyondTheEnds) {
  const std::vector<std::optional<double>> scores{9, kNone, 7, 6, 5};
  const auto middle = around_gap(scores, 2);
  EXPECT_EQ(middle.before, (std::array<std::optional<double>, 3>{9, kNone, 7}));
  EXPECT_EQ(middle.after, (std::array<std::optional<double>, 3>{6, 5, kNone}));
  const auto first = around_gap(scores, 0);
  EXPECT_EQ(first.before, (std::array<std::optional<double>, 3>{kNone, kNone, 9}));
  EXPECT_EQ(around_gap(scores, 4).after, (std::array<std::optional<double>, 3>{kNone, kNone, kNone}));
}

}  // namespace
}  // namespace rapport::statistics
