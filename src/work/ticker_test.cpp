#include "work/ticker.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <stdexcept>

namespace rapport::work {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// Waits until `what` holds, for ten seconds at the most.
template <class F>
bool comes_true(F what) {
  for (const auto end = Steady::now() + 10s; Steady::now() < end; std::this_thread::sleep_for(1ms)) {
    if (what()) return true;
  }
  return false;
}

TEST(Ticker, CallsAgainAndAgainAndNotBeforeOnePeriod) {
  const auto begin = Steady::now();
  std::promise<Steady::time_point> first;
  std::atomic<int> calls = 0;
  const Ticker ticker(20ms, [&] {
    if (++calls == 1) first.set_value(Steady::now());
  });
  EXPECT_GE(first.get_future().get() - begin, 20ms);
  EXPECT_TRUE(comes_true([&] { return calls >= 3; }));
}

TEST(Ticker, StopsAtOnceWhateverItsPeriod) {
  std::atomic<int> calls = 0;
  const auto begin = Steady::now();
  {
    const Ticker ticker(1h, [&] { ++calls; });
  }
  EXPECT_LT(Steady::now() - begin, 5s);
  EXPECT_EQ(calls, 0);
}

TEST(Ticker, WaitsForTheCallThatRunsAndMakesNoOtherAfterIt) {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  {
    const Ticker ticker(1ms, [&] {
      ++begun;
      std::this_thread::sleep_for(30ms);
      ++ended;
    });
    ASSERT_TRUE(comes_true([&] { return begun == 1; }));
  }
  EXPECT_EQ(begun, ended);
  const int at_the_end = begun;
  std::this_thread::sleep_for(20ms);
  EXPECT_EQ(begun, at_the_end);
}

TEST(Ticker, GoesOnAfterACallThatThrew) {
  std::atomic<int> calls = 0;
  const Ticker ticker(1ms, [&] {
    if (++calls == 1) throw std::runtime_error("the first call fails");
  });
  EXPECT_TRUE(comes_true([&] { return calls >= 2; }));
}

TEST(Ticker, LeavesOutTheTimesThatALongCallTook) {
  constexpr auto period = 20ms;
  std::atomic<int> calls = 0;
  std::atomic<bool> runs = false;
  std::atomic<bool> overlapped = false;
  Steady::time_point long_one_ended;
  std::atomic<Steady::duration> five_later{};
  const Ticker ticker(period, [&] {
    if (runs.exchange(true)) overlapped = true;
    if (calls == 0) {
      std::this_thread::sleep_for(10 * period);
      long_one_ended = Steady::now();
    }
    if (calls == 5) five_later = Steady::now() - long_one_ended;
    runs = false;
    ++calls;
  });
  ASSERT_TRUE(comes_true([&] { return calls >= 6; }));
  EXPECT_FALSE(overlapped);
  EXPECT_GE(five_later.load(), 4 * period) << "what was missed was made up for";
}

}  // namespace
}  // namespace rapport::work
