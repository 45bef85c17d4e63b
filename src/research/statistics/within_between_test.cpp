#include "research/statistics/within_between.hpp"

#include <gtest/gtest.h>

namespace rapport::statistics {
namespace {

TEST(Decompose, AgreesWithTheExample) {
  const std::vector<std::vector<double>> people{{4, 5, 6}, {6, 6, 6.6}};
  const auto parts = decompose(people);
  EXPECT_NEAR(parts.grand_mean, 5.6, 1e-12);
  EXPECT_NEAR(parts.between[0], -.6, 1e-12);
  EXPECT_NEAR(parts.between[1], .6, 1e-12);
  const std::vector<std::vector<double>> within{{-1, 0, 1}, {-.2, -.2, .4}};
  for (std::size_t person = 0; person < 2; ++person) {
    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(parts.within[person][i], within[person][i], 1e-12);
  }
}

TEST(Decompose, CountsEachPersonOnce) {
  const std::vector<std::vector<double>> people{{2}, {6, 6, 6}};
  EXPECT_DOUBLE_EQ(decompose(people).grand_mean, 4);
  EXPECT_TRUE(decompose({}).between.empty());
}

TEST(WithinFromPrior, RestsOnNothingLater) {
  const std::vector<double> values{4, 5, 6, 2};
  const auto parts = within_from_prior(values);
  EXPECT_FALSE(parts[0]);
  EXPECT_DOUBLE_EQ(*parts[1], 1);
  EXPECT_DOUBLE_EQ(*parts[2], 1.5);
  EXPECT_DOUBLE_EQ(*parts[3], -3);
}

}  // namespace
}  // namespace rapport::statistics
