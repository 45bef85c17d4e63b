#include "features/log_in/account_api.hpp"

#include "access/known_browsers.hpp"
#include "access/session_limit.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/notify/notify.hpp"
#include "features/notify/push_devices.hpp"
#include "support/full_house.hpp"

namespace rapport::log_in {
namespace {

class Account : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_account_routes(routes_);
    add_log_in_routes(routes_);
    routes_.finish();
    house->session_ended = [this](SessionId session) { ended_.push_back(session); };
    here_ = log_in(client);
  }
  SessionId log_in(AccountId account) {
    return write([&](store::WriteTx& tx) -> Result<SessionId> {
             return access::create_session(tx, account, clock.now()).id;
           })
        .value();
  }
  http::Response ask(http::Method method, const std::string& target, std::string body = {}) {
    Context context{*house, {client, access::Role::client, here_, practice}};
    http::Request request;
    request.peer = "127.0.0.1";
    if (!cookie_.empty()) request.headers.emplace_back("cookie", cookie_);
    const auto match = routes_.find(method, target);
    http::Call call{&request, match.route, match.path, {}, soon()};
    const http::BodyInput input{body, nullptr};
    return routes_.answer(match, context, call, {&input, 1})[0];
  }
  http::Response change(const std::string& password, const std::string& anew) {
    return ask(http::Method::put, "/api/me/password",
               R"({"password":")" + password + R"(","new_password":")" + anew + R"("})");
  }
  /// Whether the browser with this cookie is known to be the client's.
  bool is_known(const std::string& cookie) {
    Context context{*house};
    http::Request request;
    request.headers.emplace_back("cookie", cookie);
    const http::Call call{&request, nullptr, {}, {}, soon()};
    return is_known_browser(context, call, stored(client).login_digest);
  }
  std::string known_browser() {
    const auto digest = stored(client).login_digest;
    const auto person = read([&](store::ReadTx& tx) -> Result<Bytes> { return access::guarded_person(tx, digest); });
    return std::string(kDeviceCookie) + "=" + log_in_guard.device_cookie(*person, clock.now());
  }
  people::Account stored(AccountId id) {
    return read([&](store::ReadTx& tx) -> Result<people::Account> { return *people::find_account(tx, id); }).value();
  }
  std::vector<access::ListedSession> list_of(AccountId account) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<access::ListedSession>> {
             return access::list_sessions(tx, account, clock.now());
           })
        .value();
  }
  std::vector<notify::Delivery> mails() {
    return read([&](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> {
             return notify::deliveries_of(tx, "log_in:password:");
           })
        .value();
  }

  Routes routes_;
  SessionId here_;
  std::string cookie_;
  std::vector<SessionId> ended_;
};

TEST_P(Account, OneLogInIsEndedAndItsLiveLinesAreCutThoseOfOthersStay) {
  const auto other = log_in(client);
  const auto of_another = log_in(other_client);
  EXPECT_EQ(ask(http::Method::del, "/api/me/sessions/" + of_another.text()).status, 404);
  EXPECT_EQ(ask(http::Method::del, "/api/me/sessions/" + other.text()).status, 204);
  EXPECT_EQ(ended_, std::vector{other});
  const auto list = ask(http::Method::get, "/api/me/sessions").body;
  EXPECT_EQ(list.find(other.text()), std::string::npos) << list;
  EXPECT_EQ(list.find(of_another.text()), std::string::npos) << list;
  EXPECT_NE(list.find(here_.text()), std::string::npos) << list;
  EXPECT_NE(list.find(R"("login":"amara")"), std::string::npos) << "whoever forgot it finds it here: " << list;
}

TEST_P(Account, AllOthersEndAtOnce) {
  const auto one = log_in(client);
  const auto two = log_in(client);
  const auto of_another = log_in(other_client);
  EXPECT_EQ(ask(http::Method::del, "/api/me/sessions").status, 204);
  std::sort(ended_.begin(), ended_.end());
  EXPECT_EQ(ended_, (std::vector{std::min(one, two), std::max(one, two)}));
  const auto left = list_of(other_client);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].id, of_another);
}

TEST_P(Account, AChangedPasswordEndsAllOtherLogInsAndTellsThePersonAlone) {
  const auto other = log_in(client);
  const auto answer = change("right horse", "battery staple");
  EXPECT_EQ(answer.status, 204) << answer.body;
  EXPECT_EQ(ended_, std::vector{other});
  EXPECT_TRUE(*passwords.verify(stored(client).password_hash, "battery staple", soon()));
  EXPECT_FALSE(*passwords.verify(stored(client).password_hash, "right horse", soon()));
  const auto due = mails();
  ASSERT_EQ(due.size(), 1U);
  EXPECT_EQ(due[0].to, client);
}

TEST_P(Account, OfMoreThanTwentyLogInsTheLongestUnusedEnds) {
  clock.set(clock.now() + std::chrono::minutes(1));
  const auto oldest_but_one = log_in(client);
  clock.set(clock.now() + std::chrono::minutes(1));
  while (list_of(client).size() < access::kMostSessions) log_in(client);
  const auto of_another = log_in(other_client);
  const auto enter = [&] {
    return ask(http::Method::post, "/api/login", R"({"login":"amara","password":"right horse"})");
  };
  ASSERT_EQ(enter().status, 200);
  EXPECT_EQ(ended_, std::vector{here_});
  ASSERT_EQ(enter().status, 200);
  EXPECT_EQ(ended_, (std::vector{here_, oldest_but_one}));
  EXPECT_EQ(list_of(client).size(), access::kMostSessions);
  EXPECT_EQ(list_of(other_client).at(0).id, of_another);
}

TEST_P(Account, NoOtherBrowserIsKnownAnyMoreWhereAllOtherLogInsEnd) {
  const std::vector<std::function<http::Response()>> ways{[&] { return change("right horse", "battery staple"); },
                                                          [&] { return ask(http::Method::del, "/api/me/sessions"); }};
  for (const auto& way : ways) {
    const auto elsewhere = known_browser();
    cookie_ = known_browser();
    ASSERT_TRUE(is_known(elsewhere));
    const auto answer = way();
    ASSERT_EQ(answer.status, 204) << answer.body;
    EXPECT_FALSE(is_known(elsewhere));
    EXPECT_FALSE(is_known(cookie_));
    ASSERT_EQ(answer.headers.size(), 1U);
    const auto& renewed = answer.headers[0].second;
    EXPECT_TRUE(is_known(renewed.substr(0, renewed.find(';')))) << renewed;
    cookie_.clear();
    EXPECT_TRUE(ask(http::Method::del, "/api/me/sessions").headers.empty()) << "a stolen log-in makes no browser known";
  }
}

TEST_P(Account, NoBrowserIsToldAnyMoreWhereAllOtherLogInsEnd) {
  const std::vector<std::function<http::Response()>> ways{[&] { return ask(http::Method::del, "/api/me/sessions"); },
                                                          [&] { return change("right horse", "battery staple"); }};
  const auto device_of = [&](AccountId account) {
    const auto id = notify::PushDeviceId::make(clock.now());
    EXPECT_TRUE(write(
        [&](store::WriteTx& tx) { return notify::save_device(tx, {id, account, Bytes{1}, clock.now()}, id.bytes()); }));
    return id;
  };
  const auto is_told = [&](notify::PushDeviceId id) {
    return read([&](store::ReadTx& tx) -> Result<bool> { return notify::find_device(tx, id).has_value(); }).value();
  };
  const auto of_another = device_of(other_client);
  for (const auto& way : ways) {
    const auto lost = device_of(client);
    ASSERT_TRUE(is_told(lost));
    ASSERT_EQ(way().status, 204);
    EXPECT_FALSE(is_told(lost));
    EXPECT_TRUE(is_told(of_another));
  }
}

TEST_P(Account, WhatIsWrongOrEasilyGuessedChangesNothing) {
  log_in(client);
  const auto before = stored(client).password_hash;
  EXPECT_NE(change("wrong horse", "battery staple").body.find("password.wrong"), std::string::npos);
  EXPECT_NE(change("right horse", "aaaaaaaabbbb").body.find("password.too_common"), std::string::npos);
  EXPECT_NE(change("right horse", "short").body.find("password.too_short"), std::string::npos);
  EXPECT_EQ(stored(client).password_hash, before);
  EXPECT_TRUE(ended_.empty());
  EXPECT_TRUE(mails().empty());
}

TEST_P(Account, WhoHasASecondFactorGivesACodeToo) {
  const auto key = keys->key_for(client, soon()).value();
  auto codes = make_recovery_codes();
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    add_code_secret(tx, client, access::seal(*key, client.bytes(), make_code_secret()), clock.now());
    replace_recovery_codes(tx, root, client, codes);
    return {};
  }));
  const auto with = [&](const std::string& code) {
    return ask(http::Method::put, "/api/me/password",
               R"({"password":"right horse","new_password":"battery staple","code":")" + code + R"("})");
  };
  EXPECT_NE(change("right horse", "battery staple").body.find("code.needed"), std::string::npos);
  EXPECT_NE(with("AAAAA-AAAAA").body.find("code.wrong"), std::string::npos);
  EXPECT_TRUE(*passwords.verify(stored(client).password_hash, "right horse", soon()));
  EXPECT_EQ(with(codes[0]).status, 204);
  EXPECT_TRUE(*passwords.verify(stored(client).password_hash, "battery staple", soon()));
}

TEST_P(Account, WhoGuessesThePasswordWithAStolenLogInIsSlowed) {
  int wrong = 0;
  for (int i = 0; i < 12; ++i) wrong += change("wrong horse", "battery staple").status == 422 ? 1 : 0;
  EXPECT_EQ(wrong, 10);
  EXPECT_EQ(change("right horse", "battery staple").status, 429);
}

TEST_P(Account, EndingAllOthersBetweenGuessesGivesNoFurtherGuesses) {
  for (const bool is_known : {false, true}) {
    if (is_known) cookie_ = known_browser();
    int wrong = 0;
    for (int i = 0; i < 100; ++i) {
      wrong += change("wrong horse", "battery staple").status == 422 ? 1 : 0;
      const auto renewed = ask(http::Method::del, "/api/me/sessions");
      ASSERT_EQ(renewed.status, 204);
      if (is_known) cookie_ = renewed.headers.at(0).second.substr(0, renewed.headers.at(0).second.find(';'));
    }
    EXPECT_EQ(wrong, is_known ? 30 : 10);
    EXPECT_EQ(change("right horse", "battery staple").status, 429);
  }
}

TEST_P(Account, AProofMadeWithAnOlderPasswordIsWorthNothing) {
  const auto proved = stored(client);
  ASSERT_EQ(change("right horse", "battery staple").status, 204);
  EXPECT_FALSE(write([&](store::WriteTx& tx) -> Result<bool> { return is_unchanged(tx, proved); }).value());
  EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<bool> { return is_unchanged(tx, stored(client)); }).value());
}

INSTANTIATE_TEST_SUITE_P(Engines, Account, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::log_in
