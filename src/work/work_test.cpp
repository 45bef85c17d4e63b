#include <gtest/gtest.h>

#include <algorithm>
#include <array>
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

/// A pool of one thread that is kept busy until `release`, and what ran on it since.
struct KeptBusy {
  explicit KeptBusy(FairQueueOptions options = {.at_once = 1}) : queue(pool, options) {
    std::promise<void> started;
    EXPECT_TRUE(queue.try_submit("busy", "", [&, gate = gate.get_future().share()] {
      started.set_value();
      gate.wait();
    }));
    started.get_future().wait();
  }
  bool submit(const std::string& place, const std::string& name) {
    return queue.try_submit(place, name, [this, said = place + name + " "] { order += said; });
  }
  std::string release() {
    gate.set_value();
    pool.drain();
    return order;
  }
  WorkerPool pool{{.threads = 1}};
  FairQueue queue;
  std::promise<void> gate;
  std::string order;
};

TEST(FairQueue, PlacesTakeTurnsAndInEachItsNames) {
  KeptBusy busy;
  for (const auto* name : {"1", "1", "1", "2", "3"}) ASSERT_TRUE(busy.submit("a", name));
  for (const auto* name : {"1", "2"}) ASSERT_TRUE(busy.submit("b", name));
  ASSERT_TRUE(busy.submit("busy", "2"));
  EXPECT_EQ(busy.release(), "a1 b1 busy2 a2 b2 a3 a1 a1 ");
}

TEST(FairQueue, WhoeverHasTooManyIsRefusedAndNobodyElseIs) {
  KeptBusy busy({.at_once = 1, .of_one = 2, .of_place = 3, .of_all = 5});
  EXPECT_TRUE(busy.submit("a", "1"));
  EXPECT_TRUE(busy.submit("a", "1"));
  EXPECT_FALSE(busy.submit("a", "1")) << "of one";
  EXPECT_TRUE(busy.submit("a", "2"));
  EXPECT_FALSE(busy.submit("a", "3")) << "of one place";
  EXPECT_TRUE(busy.submit("b", "1"));
  EXPECT_TRUE(busy.submit("b", "2"));
  EXPECT_FALSE(busy.submit("c", "1")) << "of all";
  EXPECT_EQ(busy.release(), "a1 b1 a2 b2 a1 ");
}

TEST(FairQueue, KeepsNothingOfWhatThePoolHasNoRoomFor) {
  WorkerPool pool({.threads = 1, .queue_limit = 1});
  FairQueue queue(pool, {.at_once = 2});
  std::promise<void> started;
  std::promise<void> release;
  int ran = 0;
  ASSERT_TRUE(queue.try_submit("a", "", [&, gate = release.get_future().share()] {
    started.set_value();
    gate.wait();
  }));
  started.get_future().wait();
  EXPECT_TRUE(queue.try_submit("a", "", [&] { ++ran; })) << "a second turn at once";
  EXPECT_TRUE(queue.try_submit("a", "", [&] { ++ran; })) << "waits for one of the two";
  EXPECT_FALSE(queue.try_submit("b", "", [&] { ran += 100; }));
  release.set_value();
  pool.drain();
  EXPECT_EQ(ran, 2);
}

TEST(FairQueue, RunsAsManyOfOnePlaceAtOnceAsItMay) {
  WorkerPool pool({.threads = 4});
  FairQueue queue(pool, {.at_once = 2, .of_one = 100});
  std::atomic<int> running = 0;
  std::atomic<int> most = 0;
  std::array<std::atomic<int>, 3> of_name{};
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(queue.try_submit("a", std::to_string(i % 3), [&, name = static_cast<std::size_t>(i % 3)] {
      EXPECT_EQ(++of_name[name], 1) << "one of a name at a time";
      const int now = ++running;
      for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      --running;
      --of_name[name];
    }));
  }
  pool.drain();
  EXPECT_EQ(most, 2);
}

TEST(FairQueue, SurvivesJobsThatThrowAndItsOwnEnd) {
  WorkerPool pool({.threads = 2});
  std::atomic<int> ran = 0;
  {
    FairQueue queue(pool, {.of_one = 1000, .of_place = 1000});
    for (int i = 0; i < 300; ++i) {
      queue.try_submit(i % 5 == 0 ? "x" : "y", i % 3 == 0 ? "a" : "b", [&ran] {
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
