#include "research/statistics/bootstrap.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "research/statistics/random.hpp"

namespace rapport::statistics {
namespace {

Statistic mean_of(const std::vector<double>& values) {
  return [&values](std::span<const std::size_t> places) -> std::optional<double> {
    double sum = 0;
    for (const auto place : places) sum += values[place];
    return sum / static_cast<double>(places.size());
  };
}

std::vector<double> normal_values(std::uint64_t seed, int count) {
  Random random(seed);
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(random.normal());
  return values;
}

// The reference implementation (Vigna, splitmix64.c) from seed 1234567.
TEST(Random, IsSplitMix64) {
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317U);
  EXPECT_EQ(random.next(), 3203168211198807973U);
  EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Random, FavoursNoneAndIsNormalWhereItSaysSo) {
  Random random(1);
  std::vector<int> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts[random.below(3)];
  for (const auto count : counts) EXPECT_NEAR(count, 10'000, 400);
  double sum = 0;
  double squares = 0;
  for (const auto value : normal_values(2, 20'000)) {
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 20'000, 0, .03);
  EXPECT_NEAR(squares / 20'000, 1, .04);
}

TEST(Bootstrap, IsTheSameForTheSameSeed) {
  const auto values = normal_values(3, 30);
  const auto one = bootstrap(30, mean_of(values), {});
  const auto same = bootstrap(30, mean_of(values), {});
  const auto other = bootstrap(30, mean_of(values), {.seed = 2});
  ASSERT_TRUE(one && same && other);
  EXPECT_EQ(one->low, same->low);
  EXPECT_EQ(one->high, same->high);
  EXPECT_NE(one->low, other->low);
}

TEST(Bootstrap, ComesNearTheIntervalOfAMean) {
  const auto values = normal_values(4, 200);
  double mean = 0;
  for (const auto value : values) mean += value / 200;
  double squares = 0;
  for (const auto value : values) squares += (value - mean) * (value - mean);
  const auto error = std::sqrt(squares / 199 / 200);
  for (const auto kind : {BootstrapKind::percentile, BootstrapKind::bias_corrected}) {
    const auto interval = bootstrap(200, mean_of(values), {.draws = 10'000, .kind = kind});
    ASSERT_TRUE(interval);
    EXPECT_NEAR(interval->value, mean, 1e-12);
    EXPECT_NEAR(interval->low, mean - 1.96 * error, .1 * error);
    EXPECT_NEAR(interval->high, mean + 1.96 * error, .1 * error);
  }
}

// A true mean of 0 is within 90 % intervals in about nine of ten samples.
TEST(Bootstrap, CoversAsOftenAsItSays) {
  int covered = 0;
  for (std::uint64_t sample = 0; sample < 300; ++sample) {
    const auto values = normal_values(100 + sample, 40);
    const auto interval = bootstrap(40, mean_of(values), {.draws = 500, .seed = sample, .confidence = .9});
    ASSERT_TRUE(interval);
    if (interval->low <= 0 && 0 <= interval->high) ++covered;
  }
  EXPECT_GT(covered, 300 * .84);
  EXPECT_LT(covered, 300 * .95);
}

TEST(Bootstrap, RefusesWhatHasNoAnswer) {
  const std::vector<double> values{1, 2, 3};
  EXPECT_EQ(bootstrap(1, mean_of(values), {}).error().code, "bootstrap.units");
  EXPECT_EQ(bootstrap(3, mean_of(values), {.draws = 99}).error().code, "bootstrap.options");
  EXPECT_EQ(bootstrap(3, mean_of(values), {.confidence = 1}).error().code, "bootstrap.options");
  const Statistic never = [](std::span<const std::size_t>) { return std::optional<double>(); };
  EXPECT_EQ(bootstrap(3, never, {}).error().code, "bootstrap.undefined");
  // Defined for all three together only: most draws lack one.
  const Statistic needs_all = [](std::span<const std::size_t> places) -> std::optional<double> {
    std::size_t seen = 0;
    for (const auto place : places) seen |= std::size_t{1} << place;
    if (seen != 7) return std::nullopt;
    return 1;
  };
  EXPECT_EQ(bootstrap(3, needs_all, {}).error().code, "bootstrap.undefined");
}

}  // namespace
}  // namespace rapport::statistics
