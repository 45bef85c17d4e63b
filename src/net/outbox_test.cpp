#include "net/outbox.hpp"

#include <gtest/gtest.h>

namespace rapport::net {
namespace {

Outbox::Frame frame(std::size_t size) {
  return std::make_shared<const std::string>(size, 'x');
}

TEST(Outbox, CountsWhatIsOnItsWayUntilItHasLeft) {
  Outbox outbox(4, 1'000, [] {});
  Outbox::Close close;
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(outbox.send(frame(10)));
  EXPECT_EQ(outbox.take(close).size(), 4U);
  outbox.sent();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(outbox.send(frame(10))) << "a reader that keeps up is not cut off";
  EXPECT_EQ(outbox.take(close).size(), 4U);
  EXPECT_FALSE(outbox.send(frame(10))) << "four are still on their way";
  outbox.take(close);
  EXPECT_EQ(close.code, 1013);
}

TEST(Outbox, WakesOnceForWhatGathers) {
  int woken = 0;
  Outbox outbox(100, 1'000, [&] { ++woken; });
  Outbox::Close close;
  for (int i = 0; i < 5; ++i) outbox.send(frame(1));
  EXPECT_EQ(woken, 1);
  outbox.take(close);
  outbox.send(frame(1));
  EXPECT_EQ(woken, 2);
}

TEST(Outbox, KeepsWhatIsGatheredUntilTheAnswer) {
  int woken = 0;
  Outbox outbox(100, 1'000, [&] { ++woken; });
  Outbox::Close close;
  outbox.gather(true);
  outbox.send(frame(1));
  outbox.send(frame(2));
  EXPECT_EQ(woken, 0);
  outbox.gather(false);
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(outbox.take(close).size(), 2U);
  outbox.gather(true);
  outbox.gather(false);
  EXPECT_EQ(woken, 1) << "there is nothing to send";
}

TEST(Outbox, DoesNotGatherTheEnd) {
  int woken = 0;
  Outbox outbox(100, 1'000, [&] { ++woken; });
  outbox.gather(true);
  outbox.close(1001, "going away");
  EXPECT_EQ(woken, 1);
}

TEST(Outbox, AnswersTheCallThatEndsItBeforeItCloses) {
  Outbox outbox(100, 1'000, [] {});
  Outbox::Close close;
  outbox.gather(true);
  outbox.close_once_answered(4401, "logged out");
  EXPECT_FALSE(outbox.send(frame(3))) << "who has logged out is told nothing more";
  EXPECT_FALSE(outbox.is_closing());
  outbox.answer({frame(1), frame(2)});
  EXPECT_TRUE(outbox.is_cut_off());
  EXPECT_EQ(outbox.take(close).size(), 2U);
  EXPECT_EQ(close.code, 4401);

  Outbox idle(100, 1'000, [] {});
  idle.close_once_answered(4401, "logged out");
  EXPECT_TRUE(idle.is_cut_off()) << "nothing is being answered";
}

}  // namespace
}  // namespace rapport::net
