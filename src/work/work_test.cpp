#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <stdexcept>

#include "work/worker_pool.hpp"

namespace rapport {
namespace {

TEST(WorkerPool, RefusesWhenTheQueueIsFull) {
  WorkerPool pool({.threads = 1, .queue_limit = 1});
  std::promise<void> started;
  std::promise<void> release;
  auto gate = release.get_future().share();
  ASSERT_TRUE(pool.try_submit([&started, gate] {
    started.set_value();
    gate.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(pool.try_submit([] {}));
  EXPECT_FALSE(pool.try_submit([] {}));
  EXPECT_TRUE(pool.submit([] {}));
  EXPECT_EQ(pool.waiting(), 2U);
  release.set_value();
}

TEST(WorkerPool, RefusesWhenTheWaitWouldBeTooLong) {
  WorkerPool pool({.threads = 1, .queue_limit = 1000, .max_expected_wait = std::chrono::milliseconds(1)});
  int accepted = 0;
  for (int i = 0; i < 200; ++i) {
    accepted += pool.try_submit([] { std::this_thread::sleep_for(std::chrono::milliseconds(5)); }) ? 1 : 0;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_LT(accepted, 150);
}

TEST(WorkerPool, DrainRunsWhatWasQueuedAndWhatThatSubmits) {
  std::atomic<int> ran = 0;
  WorkerPool pool({.threads = 2});
  for (int i = 0; i < 100; ++i) {
    pool.submit([&] {
      ++ran;
      pool.submit([&] { ++ran; });
    });
  }
  pool.drain();
  EXPECT_EQ(ran, 200);
  EXPECT_FALSE(pool.try_submit([] {}));
  EXPECT_FALSE(pool.submit([] {}));
}

TEST(WorkerPool, SurvivesAJobThatThrows) {
  WorkerPool pool({.threads = 1});
  std::promise<void> after;
  pool.submit([] { throw std::runtime_error("unhandled"); });
  pool.submit([&] { after.set_value(); });
  after.get_future().wait();
}

TEST(KeyedLane, KeepsOrderAndNeverOverlaps) {
  WorkerPool pool({.threads = 4});
  KeyedLane lane(pool);
  std::atomic<int> inside = 0;
  std::atomic<bool> overlapped = false;
  std::vector<int> order;
  for (int i = 0; i < 500; ++i) {
    lane.post([&, i] {
      if (++inside > 1) overlapped = true;
      order.push_back(i);
      --inside;
    });
  }
  pool.drain();
  EXPECT_FALSE(overlapped);
  ASSERT_EQ(order.size(), 500U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(KeyedLane, IsRefusedAPlaceWhenThePoolIsFullAndKeepsTheOneItHas) {
  WorkerPool pool({.threads = 1, .queue_limit = 1});
  std::promise<void> started;
  std::promise<void> release;
  KeyedLane busy(pool);
  KeyedLane late(pool);
  std::atomic<int> ran = 0;
  ASSERT_TRUE(busy.try_post([&] {
    started.set_value();
    release.get_future().wait();
  }));
  started.get_future().wait();
  ASSERT_TRUE(pool.try_submit([] {}));
  EXPECT_FALSE(late.try_post([&] { ran += 100; }));
  EXPECT_TRUE(busy.try_post([&] { ++ran; }));
  EXPECT_TRUE(late.post([&] { ++ran; }));
  EXPECT_TRUE(late.try_post([&] { ++ran; }));
  release.set_value();
  pool.drain();
  EXPECT_EQ(ran, 3);
  EXPECT_FALSE(late.try_post([&] { ++ran; }));
}

TEST(KeyedLane, LanesRunSideBySide) {
  WorkerPool pool({.threads = 2});
  KeyedLane first(pool);
  KeyedLane second(pool);
  std::promise<void> from_second;
  std::promise<void> done;
  first.post([&] {
    from_second.get_future().wait();
    done.set_value();
  });
  second.post([&] { from_second.set_value(); });
  done.get_future().wait();
}

TEST(FairQueue, OneOfEverybodysRunsBeforeTheNextOfTheSame) {
  WorkerPool pool({.threads = 1});
  FairQueue queue(pool, 100);
  std::promise<void> release;
  auto gate = release.get_future().share();
  std::string order;
  ASSERT_TRUE(queue.try_submit("a", [gate] { gate.wait(); }));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(queue.try_submit("a", [&] { order += 'a'; }));
  for (const char who : {'b', 'c'}) {
    ASSERT_TRUE(queue.try_submit(std::string(1, who), [&order, who] { order += who; }));
  }
  release.set_value();
  pool.drain();
  EXPECT_EQ(order, "bc" + std::string(50, 'a'));
}

TEST(FairQueue, WhoeverHasTooManyIsRefusedAndNobodyElseIs) {
  WorkerPool pool({.threads = 1, .queue_limit = 2});
  FairQueue queue(pool, 2);
  std::promise<void> started;
  std::promise<void> release;
  auto gate = release.get_future().share();
  ASSERT_TRUE(queue.try_submit("a", [&started, gate] {
    started.set_value();
    gate.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(queue.try_submit("a", [] {}));
  EXPECT_TRUE(queue.try_submit("a", [] {}));
  EXPECT_FALSE(queue.try_submit("a", [] {}));
  EXPECT_TRUE(queue.try_submit("b", [] {}));
  EXPECT_TRUE(queue.try_submit("c", [] {}));
  EXPECT_FALSE(queue.try_submit("d", [] {})) << "the pool has no room";
  release.set_value();
}

TEST(FairQueue, SurvivesJobsThatThrowAndItsOwnEnd) {
  WorkerPool pool({.threads = 2});
  std::atomic<int> ran = 0;
  {
    FairQueue queue(pool, 1000);
    for (int i = 0; i < 300; ++i) {
      queue.try_submit(i % 3 == 0 ? "a" : "b", [&ran] {
        ++ran;
        throw std::runtime_error("unhandled");
      });
    }
  }
  pool.drain();
  EXPECT_EQ(ran, 300);
}

}  // namespace
}  // namespace rapport
