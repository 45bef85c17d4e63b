#include "research/statistics/pooling.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

// That the numbers are right is tested against metafor (research/golden_test.cpp).
namespace rapport::statistics {
namespace {

Result<Pooled> pool_reml(std::span<const Effect> effects) {
  return pool(effects, PoolingMethod::reml, PoolingTest::normal);
}

TEST(Pool, RefusesWhatCannotBePooled) {
  constexpr std::array<Effect, 2> kGood{{{.2, .1}, {.4, .1}}};
  EXPECT_TRUE(pool_reml(kGood));
  EXPECT_EQ(pool_reml(std::span(kGood).first(1)).error().code, "pooling.effects");
  for (const Effect bad : {Effect{.2, 0}, Effect{.2, -1}, Effect{std::nan(""), 1}, Effect{1, HUGE_VAL}}) {
    const std::array<Effect, 2> effects{kGood[0], bad};
    EXPECT_EQ(pool_reml(effects).error().code, "pooling.effects");
  }
  EXPECT_FALSE(pool(kGood, PoolingMethod::reml, PoolingTest::normal, 1));
}

TEST(Pool, OfTwoThatAreTheSameIsThatOne) {
  constexpr std::array<Effect, 2> kSame{{{.3, .1}, {.3, .2}}};
  const auto pooled = pool_reml(kSame);
  ASSERT_TRUE(pooled);
  EXPECT_NEAR(pooled->value, .3, 1e-12);
  EXPECT_NEAR(pooled->between, 0, 1e-12);
  EXPECT_NEAR(pooled->standard_error, std::sqrt(1 / 15.0), 1e-9);
}

TEST(FisherZ, GoesThereAndBack) {
  const auto effect = fisher_z(.278, 28);
  EXPECT_NEAR(effect.value, .28552, 1e-5);
  EXPECT_DOUBLE_EQ(effect.variance, .04);
  EXPECT_NEAR(r_of_z(effect.value), .278, 1e-12);
}

}  // namespace
}  // namespace rapport::statistics
