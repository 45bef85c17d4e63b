#include "features/notify/push_devices.hpp"

#include "features/notify/notices_store.hpp"
#include "support/house_fixture.hpp"

namespace rapport::notify {
namespace {

class PushDevices : public testing::HouseTest {
 protected:
  Result<void> save(AccountId account, PushDeviceId id, std::string_view endpoint) {
    clock.set(clock.now() + std::chrono::seconds(1));
    return write(
        [&](store::WriteTx& tx) { return save_device(tx, {id, account, Bytes{1}, clock.now()}, as_bytes(endpoint)); });
  }
  PushDeviceId add(AccountId account, std::string_view endpoint) {
    const auto id = PushDeviceId::make(clock.now());
    EXPECT_TRUE(save(account, id, endpoint));
    return id;
  }
  std::vector<PushDeviceId> of(AccountId account) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<PushDeviceId>> {
             std::vector<PushDeviceId> ids;
             for (const auto& device : devices_of(tx, account)) ids.push_back(device.id);
             return ids;
           })
        .value();
  }
  void tell(const std::string& key, AccountId to, Kind kind = Kind::needs_you) {
    ASSERT_TRUE(write([&](store::WriteTx& tx) { return queue(tx, {key, to, kind}, clock.now()); }));
  }
  std::vector<Due> due() {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Due>> { return due_notices(tx, clock.now(), 100); })
        .value();
  }
  std::vector<PushDeviceId> told() {
    std::vector<PushDeviceId> ids;
    for (const auto& notice : due()) {
      if (notice.device) ids.push_back(*notice.device);
    }
    std::sort(ids.begin(), ids.end());
    return ids;
  }
};

TEST_P(PushDevices, EachIsToldOnceBesideTheMail) {
  const auto one = add(client, "a");
  const auto two = add(client, "b");
  add(therapist, "c");
  tell("safety:1:x", client);
  tell("safety:1:x", client);
  EXPECT_EQ(told(), (std::vector{std::min(one, two), std::max(one, two)}));
  EXPECT_EQ(due().size(), 3U) << "the mail as well";
}

TEST_P(PushDevices, AreNotToldOfWhatIsAboutTheLogIn) {
  add(client, "a");
  tell("log_in:1", client, Kind::password_changed);
  tell("log_in:2", client, Kind::log_in_changed);
  tell("log_in:3", client, Kind::invitation);
  EXPECT_TRUE(told().empty());
}

TEST_P(PushDevices, WhatIsNotNeededAnyMoreReachesNoneOfThem) {
  add(client, "a");
  tell("safety:1:x", client);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    drop_waiting(tx, "safety:1:", clock.now());
    return {};
  }));
  EXPECT_TRUE(due().empty());
}

TEST_P(PushDevices, ABrowserThatSomebodyElseUsesNowIsTheirsAlone) {
  add(client, "the browser");
  const auto now_theirs = add(therapist, "the browser");
  EXPECT_TRUE(of(client).empty());
  EXPECT_EQ(of(therapist), std::vector{now_theirs});
}

TEST_P(PushDevices, AnIdOfAnotherPersonIsNone) {
  const auto id = add(client, "a");
  const auto taken = save(therapist, id, "b");
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().kind, ErrorKind::not_found);
  EXPECT_EQ(of(client), std::vector{id});
  EXPECT_FALSE(
      write([&](store::WriteTx& tx) -> Result<bool> { return forget_device(tx, therapist, id, clock.now()); }).value());
  EXPECT_EQ(of(client), std::vector{id});
}

TEST_P(PushDevices, AForgottenOneIsToldNothingThatWaits) {
  const auto id = add(client, "a");
  tell("safety:1:x", client);
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) -> Result<bool> { return forget_device(tx, client, id, clock.now()); }).value());
  EXPECT_TRUE(told().empty());
  EXPECT_EQ(due().size(), 1U) << "the mail";
}

TEST_P(PushDevices, TheFirstMakesRoomForOneTooMany) {
  std::vector<PushDeviceId> all;
  for (std::int64_t n = 0; n <= kMostDevices; ++n) all.push_back(add(client, "browser " + std::to_string(n)));
  const auto kept = of(client);
  EXPECT_EQ(kept.size(), static_cast<std::size_t>(kMostDevices));
  EXPECT_EQ(kept.front(), all.back());
  EXPECT_EQ(kept.back(), all[1]);
}

TEST_P(PushDevices, AMailWithoutAddressIsNoFailureWhereABrowserIsTold) {
  const auto undelivered = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::size_t> {
             return undelivered_to(tx, client, clock.now() - std::chrono::hours(1), 10).size();
           })
        .value();
  };
  tell("safety:1:x", client);
  const auto mail = due().at(0);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    note_failed(tx, mail, Failure::no_address, false, clock.now(), std::nullopt);
    return {};
  }));
  EXPECT_EQ(undelivered(), 1U);
  add(client, "a");
  EXPECT_EQ(undelivered(), 0U);
}

TEST_P(PushDevices, WhatCameOfTheLastNoticeIsKnown) {
  const auto id = add(client, "a");
  const auto last = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::optional<Delivery>> { return last_delivery_to(tx, id); }).value();
  };
  EXPECT_FALSE(last());
  tell("safety:1:x", client);
  EXPECT_EQ(last()->state, "waiting");
  for (const auto& notice : due()) {
    if (!notice.device) continue;
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      note_failed(tx, notice, Failure::refused, true, clock.now(), clock.now() + std::chrono::minutes(1));
      return {};
    }));
  }
  EXPECT_EQ(last()->failure, "refused");
}

INSTANTIATE_TEST_SUITE_P(Engines, PushDevices, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

TEST(PushDeviceSecrets, AreReadBackUnderTheirOwnIdAndKeyAlone) {
  const auto key = access::SealKey::random();
  const auto id = PushDeviceId::make(Time());
  const auto sealed = seal_device(key, id, {"https://push.example.net/x", "k", "a", "Firefox", "Android", "en"});
  EXPECT_EQ(unseal_device(key, id, sealed).value().endpoint, "https://push.example.net/x");
  EXPECT_FALSE(unseal_device(key, PushDeviceId::make(Time()), sealed));
  EXPECT_FALSE(unseal_device(access::SealKey::random(), id, sealed));
}

}  // namespace
}  // namespace rapport::notify
