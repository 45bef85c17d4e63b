#include "access/rate_limit.hpp"

#include <gtest/gtest.h>

namespace rapport::access {
namespace {

using namespace std::chrono_literals;
constexpr RateClass login{"login", 0.1, 3};
constexpr RateClass sending{"send", 2, 2};

TEST(RateLimit, AllowsABurstThenSaysHowLongToWait) {
  RateLimit limit;
  const RateLimit::Instant start{};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take(login, "ann", start), 0);
  EXPECT_EQ(limit.take(login, "ann", start), 10);
  EXPECT_EQ(limit.take(login, "ann", start + 4s), 6);
  EXPECT_EQ(limit.take(login, "ann", start + 11s), 0);
  EXPECT_GT(limit.take(login, "ann", start + 11s), 0);
}

TEST(RateLimit, KeepsPeopleAndClassesApart) {
  RateLimit limit;
  const RateLimit::Instant start{};
  for (int i = 0; i < 4; ++i) (void)limit.take(login, "ann", start);
  EXPECT_EQ(limit.take(login, "bob", start), 0);
  EXPECT_EQ(limit.take(sending, "ann", start), 0);
}

TEST(RateLimit, NeverHoldsMoreThanTheBurstAndStandsAClockSetBack) {
  RateLimit limit;
  const RateLimit::Instant start{};
  EXPECT_EQ(limit.take(sending, "ann", start), 0);
  EXPECT_EQ(limit.take(sending, "ann", start + 1h), 0);
  EXPECT_EQ(limit.take(sending, "ann", start + 1h), 0);
  EXPECT_EQ(limit.take(sending, "ann", start + 1h), 1);
  EXPECT_EQ(limit.take(sending, "ann", start), 1);
}

TEST(RateLimit, BoundsItsMemory) {
  RateLimit limit(10);
  const RateLimit::Instant start{};
  for (int i = 0; i < 1000; ++i) (void)limit.take(login, std::to_string(i), start);
  EXPECT_EQ(limit.bucket_count(), 10U);
  const std::string endless(100000, 'x');
  for (int i = 0; i < 3; ++i) EXPECT_EQ(limit.take(login, endless, start), 0);
  EXPECT_GT(limit.take(login, endless, start), 0);
}

}  // namespace
}  // namespace rapport::access
