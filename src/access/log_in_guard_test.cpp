#include "access/log_in_guard.hpp"

#include <gtest/gtest.h>

namespace rapport::access {
namespace {

using namespace std::chrono_literals;

class LogInGuardTest : public ::testing::Test {
 protected:
  /// How many wrong ones in a row may be made, at most `most`.
  int wrong_ones(std::string_view person, std::string_view address, int most, std::string_view cookie = "") {
    int made = 0;
    while (made < most && guard_.take(attempt(person, address, cookie), now_) == 0) ++made;
    return made;
  }
  LogInGuard::Attempt attempt(std::string_view person, std::string_view address, std::string_view cookie = "") const {
    return guard_.attempt(as_bytes(person), as_bytes(person), address, cookie, time_);
  }

  SealKey root_ = SealKey::random();
  LogInGuard guard_{root_,
                    {.of_one_person_per_hour = 10, .of_one_address_per_minute = 30, .by_strangers_per_hour = 40}};
  LogInGuard::Instant now_{100h};
  Time time_ = from_micros(1'795'000'000'000'000);
};

TEST_F(LogInGuardTest, WhoeverGuessesAtOnePersonIsSlowedAndNobodyElse) {
  EXPECT_EQ(wrong_ones("ann", "10.0.0.1", 100), 10);
  EXPECT_NEAR(guard_.take(attempt("ann", "10.0.0.1"), now_), 360, 1);
  EXPECT_EQ(wrong_ones("ann", "10.0.0.2", 1), 1) << "the same person elsewhere";
  EXPECT_EQ(wrong_ones("bob", "10.0.0.1", 1), 1) << "somebody else behind the same address";
  now_ += 6min;
  EXPECT_EQ(wrong_ones("ann", "10.0.0.1", 100), 1);
}

TEST_F(LogInGuardTest, OneAddressAndOnePersonHaveLimitsOfTheirOwn) {
  for (int i = 0; i < 30; ++i) EXPECT_EQ(wrong_ones("person " + std::to_string(i), "10.0.0.1", 1), 1);
  EXPECT_EQ(wrong_ones("one more", "10.0.0.1", 1), 0);
  int made = 0;
  for (int i = 0; i < 20; ++i) made += wrong_ones("ann", "10.0.1." + std::to_string(i), 5);
  EXPECT_EQ(made, 40);
}

TEST_F(LogInGuardTest, NamesMadeUpBeyondTheLimitMakeNobodysCountForgotten) {
  EXPECT_EQ(wrong_ones("ann", "10.0.0.1", 100), 10);
  // As many as there are places for counts, from an address that is over its limit soon.
  for (int i = 0; i < 70'000; ++i) wrong_ones("made up " + std::to_string(i), "10.0.0.2", 1);
  EXPECT_EQ(wrong_ones("ann", "10.0.0.1", 1), 0);
  EXPECT_EQ(wrong_ones("bob", "10.0.0.3", 1), 1) << "nobody else is locked out by it";
}

TEST_F(LogInGuardTest, OnlyWhatWasWrongCounts) {
  for (int i = 0; i < 200; ++i) {
    const auto right = attempt("ann", "10.0.0.1");
    ASSERT_EQ(guard_.take(right, now_), 0) << i;
    guard_.give_back(right);
  }
  EXPECT_EQ(wrong_ones("ann", "10.0.0.1", 100), 10);
  // What was refused takes nothing from the counts that would have allowed it.
  EXPECT_EQ(wrong_ones("ann", "10.0.0.1", 100), 0);
  EXPECT_EQ(wrong_ones("bob", "10.0.0.1", 100), 10);
}

TEST_F(LogInGuardTest, AKnownBrowserIsCountedForItselfAlone) {
  const auto cookie = guard_.device_cookie(as_bytes("ann"), time_);
  for (int i = 0; i < 20; ++i) wrong_ones("ann", "10.0.1." + std::to_string(i), 10);
  EXPECT_EQ(wrong_ones("ann", "10.0.2.1", 1), 0) << "strangers have used up what they may";
  EXPECT_EQ(wrong_ones("ann", "10.0.1.1", 100, cookie), 10) << "the owner is let through, even from there";
  EXPECT_EQ(wrong_ones("ann", "10.0.3.1", 100, guard_.device_cookie(as_bytes("ann"), time_)), 10);
}

TEST_F(LogInGuardTest, ManyBrowsersOfOnePersonAreNoWayToGuessOften) {
  const auto all_wrong = [&](int browsers) {
    int made = 0;
    for (int i = 0; i < browsers; ++i) {
      made += wrong_ones("ann", "10.0.0.1", 10, guard_.device_cookie(as_bytes("ann"), time_));
    }
    return made;
  };
  EXPECT_EQ(all_wrong(1000), 30);
  now_ += 24h;
  EXPECT_EQ(all_wrong(1000), 30);
  EXPECT_EQ(wrong_ones("bob", "10.0.0.1", 1, guard_.device_cookie(as_bytes("bob"), time_)), 1);
}

TEST_F(LogInGuardTest, KnowsItsOwnCookiesOnly) {
  const auto cookie = guard_.device_cookie(as_bytes("ann"), time_);
  EXPECT_TRUE(attempt("ann", "10.0.0.1", cookie).device);
  EXPECT_FALSE(attempt("bob", "10.0.0.1", cookie).device) << "another person's";
  auto altered = cookie;
  altered[3] = altered[3] == '0' ? '1' : '0';
  EXPECT_FALSE(attempt("ann", "10.0.0.1", altered).device);
  EXPECT_FALSE(attempt("ann", "10.0.0.1", cookie.substr(2)).device);
  EXPECT_FALSE(attempt("ann", "10.0.0.1", "no cookie of ours").device);
  const LogInGuard elsewhere(SealKey::random(), {});
  EXPECT_FALSE(attempt("ann", "10.0.0.1", elsewhere.device_cookie(as_bytes("ann"), time_)).device);
  time_ += kDeviceCookieLife + 1s;
  EXPECT_FALSE(attempt("ann", "10.0.0.1", cookie).device) << "too old";
}

TEST_F(LogInGuardTest, ForgettingTheBrowsersForgetsNoGuess) {
  const auto wrong_ones_known_as = [&](const std::string& known_as) {
    int made = 0;
    for (int browser = 0; browser < 10; ++browser) {
      const auto cookie = guard_.device_cookie(as_bytes(known_as), time_);
      const auto one = guard_.attempt(as_bytes("ann"), as_bytes(known_as), "10.0.0.1", cookie, time_);
      EXPECT_TRUE(one.device);
      while (made < 100 && guard_.take(one, now_) == 0) ++made;
    }
    return made;
  };
  EXPECT_EQ(wrong_ones_known_as("ann 0"), 30);
  EXPECT_EQ(wrong_ones_known_as("ann 1"), 0);
  const auto before = guard_.device_cookie(as_bytes("ann 0"), time_);
  EXPECT_FALSE(guard_.attempt(as_bytes("ann"), as_bytes("ann 1"), "10.0.0.1", before, time_).device);
}

TEST_F(LogInGuardTest, ZeroIsNoLimit) {
  LogInGuard guard(root_, {0, 0, 0});
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(guard.take(attempt("ann", "10.0.0.1"), now_), 0);
}

TEST(AddressToCount, IsANetworkInIpv6) {
  EXPECT_EQ(address_to_count("192.0.2.7"), "192.0.2.7");
  EXPECT_EQ(address_to_count("2001:db8:1:2::7"), address_to_count("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(address_to_count("2001:db8:1:2::7"), address_to_count("2001:db8:1:3::7"));
  EXPECT_EQ(address_to_count("fe80::1%eth0"), address_to_count("fe80::2%eth1"));
}

}  // namespace
}  // namespace rapport::access
