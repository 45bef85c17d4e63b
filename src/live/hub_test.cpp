#include "live/hub.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace rapport::live {
namespace {

class FakeSocket final : public http::LiveSocket {
 public:
  bool send(std::shared_ptr<const std::string> frame) override { return send_all({std::move(frame)}); }
  bool send_all(const std::vector<std::shared_ptr<const std::string>>& frames) override {
    if (on_send) on_send();
    const std::lock_guard lock(mutex_);
    ++calls_;
    frames_.insert(frames_.end(), frames.begin(), frames.end());
    return !closed_;
  }
  void close(int /*code*/, std::string_view /*reason*/) override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }

  std::vector<std::string> texts() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> found;
    for (const auto& frame : frames_) found.push_back(*frame);
    return found;
  }
  const std::string* address_of_first() const {
    const std::lock_guard lock(mutex_);
    return frames_.at(0).get();
  }
  int calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  bool closed() const {
    const std::lock_guard lock(mutex_);
    return closed_;
  }

  std::function<void()> on_send;

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<const std::string>> frames_;
  int calls_ = 0;
  bool closed_ = false;
};

AccountId account() {
  return AccountId::make(SystemClock().now());
}
Event event(std::string frame, std::vector<AccountId> recipients) {
  return Event{RoomId{}, 0, std::move(frame), std::move(recipients)};
}
using Texts = std::vector<std::string>;

TEST(Hub, SendsOnceToEachConnectionInOrderAndSharesTheText) {
  Hub hub;
  const AccountId ann = account();
  const AccountId bob = account();
  const auto ann_one = std::make_shared<FakeSocket>();
  const auto ann_two = std::make_shared<FakeSocket>();
  const auto bob_one = std::make_shared<FakeSocket>();
  hub.add(ann, ann_one);
  hub.add(ann, ann_two);
  hub.add(bob, bob_one);
  hub.publish({event("1", {ann, bob}), event("2", {ann, ann}), event("3", {bob, account()})});
  EXPECT_EQ(ann_one->texts(), (Texts{"1", "2"}));
  EXPECT_EQ(ann_two->texts(), (Texts{"1", "2"}));
  EXPECT_EQ(bob_one->texts(), (Texts{"1", "3"}));
  EXPECT_EQ(ann_one->calls(), 1);
  EXPECT_EQ(ann_one->address_of_first(), bob_one->address_of_first());
}

TEST(Hub, KnowsTheFirstAndTheLastConnection) {
  Hub hub;
  const AccountId ann = account();
  const auto one = std::make_shared<FakeSocket>();
  const auto two = std::make_shared<FakeSocket>();
  EXPECT_TRUE(hub.add(ann, one));
  EXPECT_FALSE(hub.add(ann, one));
  EXPECT_FALSE(hub.add(ann, two));
  EXPECT_TRUE(hub.present(ann));
  EXPECT_EQ(hub.connection_count(), 2U);
  EXPECT_FALSE(hub.remove(ann, one));
  EXPECT_FALSE(hub.remove(ann, one));
  EXPECT_TRUE(hub.remove(ann, two));
  EXPECT_FALSE(hub.present(ann));
}

TEST(Hub, HoldsNoLockWhileSending) {
  const AccountId ann = account();
  Hub hub;
  const auto socket = std::make_shared<FakeSocket>();
  socket->on_send = [&] { hub.remove(ann, socket); };
  hub.add(ann, socket);
  hub.publish({event("1", {ann})});
  EXPECT_FALSE(hub.present(ann));
  socket->on_send = {};
}

TEST(Hub, StandsManyThreads) {
  std::atomic<int> balance = 0;
  Hub hub;
  const AccountId steady = account();
  const auto listener = std::make_shared<FakeSocket>();
  if (hub.add(steady, listener)) ++balance;
  const std::vector<AccountId> accounts{account(), account(), account()};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 300; ++round) {
        const AccountId& mine = accounts[static_cast<std::size_t>(round) % accounts.size()];
        const auto socket = std::make_shared<FakeSocket>();
        if (hub.add(mine, socket)) ++balance;
        hub.publish({event(std::to_string(thread), {steady, mine}), event(std::to_string(thread), {steady})});
        EXPECT_EQ(socket->texts().at(0).size(), 1U);
        if (hub.remove(mine, socket)) --balance;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(listener->texts().size(), 8U * 300U * 2U);
  EXPECT_EQ(listener->calls(), 8 * 300);
  EXPECT_EQ(balance, 1);
  EXPECT_EQ(hub.connection_count(), 1U);
}

}  // namespace
}  // namespace rapport::live
