#include "features/notify/schedule.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace rapport::notify {
namespace {

using std::chrono::minutes;

TEST(Schedule, PausesGrowAndEndAfterTwoDays) {
  const auto queued = from_micros(1'795'000'000'000'000);
  std::vector<std::int64_t> pauses;
  auto now = queued;
  for (std::int64_t tries = 1;; ++tries) {
    const auto next = next_try(tries, queued, now);
    if (!next) break;
    pauses.push_back(std::chrono::duration_cast<minutes>(*next - now).count());
    now = *next;
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{1, 5, 15, 60, 360, 360, 360, 360, 360, 360, 360}));
  EXPECT_LE(now - queued, kGivenUpAfter);
}

TEST(Schedule, WhatIsOldAlreadyIsNotTriedAgain) {
  const auto queued = from_micros(1'795'000'000'000'000);
  EXPECT_FALSE(next_try(1, queued, queued + kGivenUpAfter));
  EXPECT_TRUE(next_try(1, queued, queued + kGivenUpAfter - minutes(1)));
}

}  // namespace
}  // namespace rapport::notify
