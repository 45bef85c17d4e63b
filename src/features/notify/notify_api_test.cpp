#include "features/notify/notify_api.hpp"

#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/notify/notices_store.hpp"
#include "support/full_house.hpp"

namespace rapport::notify {
namespace {

const store::Query kKept{"test.own_email.kept", "SELECT COUNT(*) FROM notice WHERE sealed_profile IS NOT NULL"};

class OwnEmail : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_notify_routes(routes_);
    routes_.finish();
  }
  http::Response save(const std::string& address, const std::string& password = {}, const std::string& language = "en",
                      const std::string& code = {}) {
    auto body = R"({"address":")" + address + R"(","language":")" + language + "\"";
    if (!password.empty()) body += R"(,"password":")" + password + "\"";
    if (!code.empty()) body += R"(,"code":")" + code + "\"";
    body += "}";
    Context context{*house, {client, access::Role::client, {}, practice}};
    http::Request request;
    request.peer = "127.0.0.1";
    const auto match = routes_.find(http::Method::put, "/api/me/email");
    http::Call call{&request, match.route, match.path, {}, soon()};
    const http::BodyInput input{body, nullptr};
    return routes_.answer(match, context, call, {&input, 1})[0];
  }
  people::Profile profile() { return people::profile_of(*house, client, soon()).value(); }
  std::vector<Due> due() {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Due>> { return due_notices(tx, clock.now(), 10); })
        .value();
  }
  /// The address that a mail about the log-in goes to.
  std::string address_of(const Due& notice) {
    people::Account then;
    then.id = notice.to;
    then.sealed_profile = notice.sealed_profile.value();
    return people::open_profile(*house, then, soon()).value().email.value_or("");
  }

  Routes routes_;
};

TEST_P(OwnEmail, AnotherAddressWantsThePasswordAndTheLanguageDoesNot) {
  EXPECT_NE(save("one@example.org").body.find("password.needed"), std::string::npos);
  EXPECT_NE(save("one@example.org", "wrong horse").body.find("password.wrong"), std::string::npos);
  EXPECT_EQ(profile().email, std::nullopt);
  EXPECT_EQ(save("one@example.org", "right horse").status, 204);
  EXPECT_EQ(save("one@example.org", "", "de").status, 204);
  EXPECT_EQ(profile().language, "de");
  EXPECT_EQ(save("").status, 422) << "to remove it wants the password, too";
  EXPECT_EQ(profile().email, "one@example.org");
}

TEST_P(OwnEmail, WhoGuessesThePasswordThereIsSlowed) {
  int wrong = 0;
  for (int i = 0; i < 12; ++i) wrong += save("one@example.org", "wrong horse").status == 422 ? 1 : 0;
  EXPECT_EQ(wrong, 10);
  EXPECT_EQ(save("one@example.org", "right horse").status, 429);
}

TEST_P(OwnEmail, AnotherAddressWantsTheSecondFactorToo) {
  const auto key = keys->key_for(client, soon()).value();
  const auto codes = log_in::make_recovery_codes();
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    log_in::add_code_secret(tx, client, access::seal(*key, client.bytes(), log_in::make_code_secret()), clock.now());
    log_in::replace_recovery_codes(tx, root, client, codes);
    return {};
  }));
  EXPECT_NE(save("one@example.org", "right horse").body.find("code.needed"), std::string::npos);
  EXPECT_NE(save("one@example.org", "right horse", "en", "AAAAA-AAAAA").body.find("code.wrong"), std::string::npos);
  EXPECT_EQ(profile().email, std::nullopt);
  EXPECT_EQ(save("one@example.org", "right horse", "en", codes[0]).status, 204);
  EXPECT_EQ(profile().email, "one@example.org");
  EXPECT_EQ(save("one@example.org", "", "de").status, 204) << "the language does not";
  EXPECT_NE(save("", "right horse").body.find("code.needed"), std::string::npos) << "nor is it removed without";
}

TEST_P(OwnEmail, WhenOneIsReplacedOrRemovedTheSecondFactorStaysForAWhile) {
  const auto stays_until = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::optional<Time>> {
             return log_in::factor_stays_until(tx, client, clock.now());
           })
        .value();
  };
  ASSERT_EQ(save("one@example.org", "right horse").status, 204);
  EXPECT_EQ(stays_until(), std::nullopt) << "there was none before";
  ASSERT_EQ(save("", "right horse").status, 204);
  const auto replaced = clock.now();
  EXPECT_EQ(stays_until(), replaced + log_in::kAddressIsNewFor);
  clock.set(clock.now() + std::chrono::minutes(1));
  ASSERT_EQ(save("two@example.org", "right horse").status, 204);
  EXPECT_EQ(stays_until(), replaced + log_in::kAddressIsNewFor) << "there was none to be replaced";
  ASSERT_EQ(save("three@example.org", "right horse").status, 204);
  EXPECT_EQ(stays_until(), clock.now() + log_in::kAddressIsNewFor);
}

TEST_P(OwnEmail, TheAddressOfBeforeIsToldThatItIsAnother) {
  ASSERT_EQ(save("one@example.org", "right horse").status, 204);
  EXPECT_TRUE(due().empty()) << "nobody was there to be told";
  ASSERT_EQ(save("two@example.org", "right horse").status, 204);
  const auto told = due();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].kind, Kind::address_changed);
  EXPECT_EQ(address_of(told[0]), "one@example.org");
}

TEST_P(OwnEmail, AMailAboutTheLogInGoesWhereItWouldHaveGoneWhenItWasQueued) {
  ASSERT_EQ(save("one@example.org", "right horse").status, 204);
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return queue(tx, {"log_in:1", client, Kind::password_changed}, clock.now()); }));
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return queue(tx, {"other:1", client}, clock.now()); }));
  ASSERT_EQ(save("", "right horse").status, 204);
  for (const auto& notice : due()) {
    EXPECT_EQ(notice.sealed_profile.has_value(), notice.kind != Kind::needs_you) << notice.key;
    if (notice.sealed_profile) EXPECT_EQ(address_of(notice), "one@example.org") << notice.key;
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      note_sent(tx, notice, clock.now());
      return {};
    }));
  }
  EXPECT_EQ(read([](store::ReadTx& tx) -> Result<std::int64_t> {
              return tx.first(kKept, {}, [](const store::Row& row) { return row.int64(0); }).value();
            }).value(),
            0)
      << "once it was sent the address is forgotten";
}

INSTANTIATE_TEST_SUITE_P(Engines, OwnEmail, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::notify
