#include "features/notify/notices_store.hpp"

#include "features/notify/schedule.hpp"
#include "support/house_fixture.hpp"

namespace rapport::notify {
namespace {

const store::Query kWithLink{"test.notices.with_link", "SELECT key FROM notice WHERE sealed_path IS NOT NULL"};

class Notices : public testing::HouseTest {
 protected:
  bool add(const std::string& key, AccountId to, Time at) {
    const auto added = write([&](store::WriteTx& tx) { return queue(tx, {key, to, Kind::needs_you}, at); });
    EXPECT_TRUE(added) << added.error().detail;
    return added.value_or(false);
  }
  std::vector<Delivery> with_prefix(const std::string& prefix) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Delivery>> { return deliveries_of(tx, prefix); }).value();
  }
  std::vector<Due> due(Time now, std::int64_t limit = 10) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Due>> { return due_notices(tx, now, limit); }).value();
  }
  std::vector<Delivery> undelivered(AccountId to) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Delivery>> {
             return undelivered_to(tx, to, clock.now(), 10);
           })
        .value();
  }
  void fail_now(const Due& notice, Failure why, Time now, std::optional<Time> next) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      note_failed(tx, notice, why, !is_final(why), now, next);
      return {};
    }));
  }
};

TEST_P(Notices, TheSameKeyIsTheSameNotice) {
  EXPECT_TRUE(add("safety:1:therapist", therapist, clock.now()));
  EXPECT_FALSE(add("safety:1:therapist", stranger, clock.now()));
  const auto found = with_prefix("safety:1:therapist");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].to, therapist);
  EXPECT_EQ(found[0].state, "waiting");
  EXPECT_EQ(found[0].tries, 0);
  EXPECT_EQ(found[0].failure, std::nullopt);
  EXPECT_EQ(found[0].at, std::nullopt);
}

TEST_P(Notices, AreFoundByTheBeginningOfTheirKeyAlone) {
  for (const auto* key : {"a:1", "a:10", "a:1:x", "a:1:X", "a:2", "b:1"}) add(key, therapist, clock.now());
  std::vector<std::string> keys;
  for (const auto& one : with_prefix("a:1:")) keys.push_back(one.key);
  EXPECT_EQ(keys, (std::vector<std::string>{"a:1:X", "a:1:x"}));
  EXPECT_EQ(with_prefix("a:").size(), 5U);
  EXPECT_EQ(with_prefix("a:1%").size(), 0U);
}

TEST_P(Notices, AKeyThatIsNoneIsRefused) {
  for (const auto& key : {std::string(), std::string(kLongestKey + 1, 'x'), std::string("two words"),
                          std::string("caf\xc3\xa9"), std::string("line\n")}) {
    const auto added = write([&](store::WriteTx& tx) { return queue(tx, {key, therapist}, clock.now()); });
    EXPECT_FALSE(added) << key;
  }
  EXPECT_TRUE(add(std::string(kLongestKey, 'x'), therapist, clock.now()));
}

TEST_P(Notices, ComeDueInTheirOrderAndAgainWhenTheyFailed) {
  const auto start = clock.now();
  const auto minute = std::chrono::minutes(1);
  add("second", therapist, start + minute);
  add("first", therapist, start);
  EXPECT_TRUE(due(start - minute).empty());
  ASSERT_EQ(due(start + minute).size(), 2U);
  ASSERT_EQ(due(start + minute, 1).size(), 1U);
  const auto first = due(start)[0];
  EXPECT_EQ(first.key, "first");

  fail_now(first, Failure::unreachable, start + minute, start + 3 * minute);
  EXPECT_EQ(due(start + 2 * minute)[0].key, "second");
  EXPECT_EQ(due(start + 2 * minute).size(), 1U);
  const auto again = due(start + 3 * minute)[1];
  EXPECT_EQ(again.key, "first");
  EXPECT_EQ(again.tries, 1);
  EXPECT_EQ(again.queued_at, start);
  const auto shown = with_prefix("first")[0];
  EXPECT_EQ(shown.state, "waiting");
  EXPECT_EQ(shown.failure, "unreachable");
  EXPECT_EQ(shown.at, start + minute);
}

TEST_P(Notices, WhatWasSentIsNeitherDueNorFailsAfterwards) {
  add("one", therapist, clock.now());
  const auto one = due(clock.now())[0];
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    note_sent(tx, one, clock.now());
    return {};
  }));
  fail_now(one, Failure::refused, clock.now(), std::nullopt);
  EXPECT_TRUE(due(clock.now() + kGivenUpAfter).empty());
  EXPECT_EQ(with_prefix("one")[0].state, "sent");
  EXPECT_EQ(with_prefix("one")[0].tries, 1);
  EXPECT_EQ(with_prefix("one")[0].failure, std::nullopt);
}

TEST_P(Notices, ShowToTheirReceiverAloneWhatDidNotReachThem) {
  for (const auto* key : {"untried", "tried", "given-up", "sent"}) add(key, therapist, clock.now());
  add("not-theirs", stranger, clock.now());
  for (const auto& one : due(clock.now())) {
    if (one.key == "tried") fail_now(one, Failure::login_refused, clock.now(), clock.now() + std::chrono::minutes(1));
    if (one.key == "given-up") fail_now(one, Failure::no_server, clock.now(), std::nullopt);
    if (one.key == "not-theirs") fail_now(one, Failure::no_server, clock.now(), std::nullopt);
    if (one.key != "sent") continue;
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      note_sent(tx, one, clock.now());
      return {};
    }));
  }
  const auto found = undelivered(therapist);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].key, "given-up");
  EXPECT_EQ(found[0].state, "failed");
  EXPECT_EQ(found[0].failure, "no_server");
  EXPECT_EQ(found[0].tries, 0);
  EXPECT_EQ(found[1].key, "tried");
  EXPECT_EQ(found[1].state, "waiting");
}

TEST_P(Notices, TestMailsShowForThemselves) {
  const auto last = [&](const std::string& prefix) {
    return read([&](store::ReadTx& tx) -> Result<std::optional<Delivery>> { return last_delivery_of(tx, prefix); })
        .value();
  };
  for (const auto* key : {"test:1:0008", "test:1:0010", "test:2:0099"}) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return queue(tx, {key, therapist, Kind::test}, clock.now()); }));
  }
  EXPECT_EQ(last("test:1:")->key, "test:1:0010");
  EXPECT_FALSE(last("test:3:"));
  for (const auto& one : due(clock.now())) {
    EXPECT_EQ(one.kind, Kind::test);
    fail_now(one, Failure::refused, clock.now(), std::nullopt);
  }
  EXPECT_EQ(last("test:1:")->failure, "refused");
  EXPECT_TRUE(undelivered(therapist).empty());
}

TEST_P(Notices, TestsWaitAMinuteForTheLastOne) {
  using std::chrono::seconds;
  const auto wait = [&](const std::string& prefix, Time now) {
    return read([&](store::ReadTx& tx) -> Result<seconds> { return wait_before_test(tx, prefix, now); }).value();
  };
  // The last second of a minute of the clock: the next minute is no other one for whoever waits.
  const Time first = std::chrono::ceil<std::chrono::minutes>(clock.now()) - seconds(1);
  EXPECT_EQ(wait("test:1:", first), seconds(0));
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return queue(tx, {test_key("test:1:", first), therapist, Kind::test}, first); }));
  EXPECT_EQ(wait("test:1:", first), seconds(60));
  EXPECT_EQ(wait("test:1:", first + seconds(2)), seconds(58));
  EXPECT_EQ(wait("test:1:", first + std::chrono::milliseconds(59500)), seconds(1));
  EXPECT_EQ(wait("test:1:", first + seconds(60)), seconds(0));
  EXPECT_EQ(wait("test:2:", first), seconds(0));
  // After a clock that was ahead.
  EXPECT_EQ(wait("test:1:", first - seconds(2)), seconds(0));
}

TEST_P(Notices, OfALinkKeepItOnlyWhileTheMailHasToBeSent) {
  const Bytes link{1, 2};
  for (const auto* key : {"invitation:1:1", "invitation:2:1", "invitation:3:1"}) {
    ASSERT_TRUE(
        write([&](store::WriteTx& tx) { return queue(tx, {key, therapist, Kind::invitation, link}, clock.now()); }));
  }
  const auto waiting = due(clock.now());
  ASSERT_EQ(waiting.size(), 3U);
  EXPECT_EQ(waiting[0].sealed_path, link);
  fail_now(waiting[0], Failure::unreachable, clock.now(), clock.now());
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    note_sent(tx, waiting[1], clock.now());
    drop_waiting(tx, "invitation:3:", clock.now());
    return {};
  }));
  std::vector<std::string> kept;
  ASSERT_TRUE(read([&](store::ReadTx& tx) -> Result<void> {
    kept = tx.list(kWithLink, {}, [](const store::Row& row) { return std::string(as_text(row.bytes(0))); });
    return {};
  }));
  EXPECT_EQ(kept, std::vector<std::string>{"invitation:1:1"}) << "the one that is tried again";
}

INSTANTIATE_TEST_SUITE_P(Engines, Notices, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::notify
