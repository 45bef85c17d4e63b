#include "features/log_in/second_factor.hpp"

#include <atomic>
#include <thread>

#include "features/log_in/log_in_api.hpp"
#include "features/log_in/second_factor_api.hpp"
#include "features/log_in/totp.hpp"
#include "support/full_house.hpp"

namespace rapport::log_in {
namespace {

const std::string kSecret = "12345678901234567890";

class SecondFactorTest : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_log_in_routes(routes_);
    add_second_factor_routes(routes_);
    routes_.finish();
    house->session_ended = [this](SessionId session) { ended_.push_back(session); };
    key_ = keys->key_for(client, soon()).value();
  }
  std::string code_of(int steps_from_now = 0) const {
    return code_at(as_bytes(kSecret), code_step(clock.now()) + steps_from_now);
  }
  /// In use since some time, so that the code of now was not used yet.
  RecoveryCodes set_up() {
    const auto codes = make_recovery_codes();
    const auto done = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(begin_code_secret(tx, client, access::seal(*key_, client.bytes(), kSecret), clock.now()));
      TRY(confirm_code_secret(tx, *key_, client, code_of(), clock.now()));
      replace_recovery_codes(tx, root, client, codes);
      return {};
    });
    EXPECT_TRUE(done);
    clock.set(clock.now() + std::chrono::minutes(5));
    return codes;
  }
  Result<void> begin() {
    return write([&](store::WriteTx& tx) {
      return begin_code_secret(tx, client, access::seal(*key_, client.bytes(), kSecret), clock.now());
    });
  }
  std::string confirm_now() {
    return write([&](store::WriteTx& tx) -> Result<std::string> {
             const auto done = confirm_code_secret(tx, *key_, client, code_of(), clock.now());
             return done ? "done" : done.error().code;
           })
        .value();
  }
  bool use(const std::string& code) {
    return write([&](store::WriteTx& tx) { return use_code(tx, root, *key_, client, code, clock.now()); }).has_value();
  }
  std::int64_t codes_left() {
    return read([&](store::ReadTx& tx) -> Result<std::int64_t> { return count_recovery_codes(tx, client); }).value();
  }
  http::Response ask(http::Method method, const std::string& target, const std::string& body, SessionId session = {}) {
    Context context{*house, {client, access::Role::client, session, practice}};
    http::Request request;
    request.peer = "127.0.0.1";
    const auto match = routes_.find(method, target);
    http::Call call{&request, match.route, match.path, {}, soon()};
    const http::BodyInput input{body, nullptr};
    return routes_.answer(match, context, call, {&input, 1})[0];
  }
  /// What the log-in answers: a code of a problem, or "in".
  std::string log_in(const std::string& login, const std::string& password, const std::string& code = {}) {
    auto body = R"({"login":")" + login + R"(","password":")" + password + "\"";
    if (!code.empty()) body += R"(,"code":")" + code + "\"";
    const auto answer = ask(http::Method::post, "/api/login", body + "}");
    if (answer.status == 200) return "in";
    const auto value = http::parse_json(answer.body);
    return std::string(value->at("code").as_string());
  }

  Routes routes_;
  access::ClientKeys::SharedKey key_;
  std::vector<SessionId> ended_;
};

TEST_P(SecondFactorTest, ACodeIsAskedForOnlyAfterTheRightPassword) {
  set_up();
  EXPECT_EQ(log_in("amara", "wrong"), "login.wrong");
  EXPECT_EQ(log_in("amara", "wrong", code_of()), "login.wrong");
  EXPECT_EQ(log_in("nobody", "right horse"), "login.wrong");
  EXPECT_EQ(log_in("amara", "right horse"), "login.code_needed");
  EXPECT_EQ(log_in("amara", "right horse", "000000"), "login.code_wrong");
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "in");
  EXPECT_EQ(log_in("cem", "right horse"), "in") << "who has none is not asked";
}

TEST_P(SecondFactorTest, ACodeLogsInOnceAndAnOlderOneNotAtAll) {
  set_up();
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "in");
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "login.code_wrong");
  EXPECT_EQ(log_in("amara", "right horse", code_of(-1)), "login.code_wrong");
  clock.set(clock.now() + std::chrono::seconds(30));
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "in");
}

TEST_P(SecondFactorTest, TheSameCodeAtTheSameTimeCountsOnce) {
  const auto recovery = set_up();
  for (const auto& code : {code_of(), recovery[3]}) {
    std::atomic<int> in = 0;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { in += use(code) ? 1 : 0; });
    for (auto& thread : threads) thread.join();
    EXPECT_EQ(in, 1);
  }
}

TEST_P(SecondFactorTest, ARecoveryCodeLogsInOnceHoweverItIsTyped) {
  const auto codes = set_up();
  auto typed = codes[0];
  typed.erase(5, 1);
  for (auto& c : typed) c = static_cast<char>(std::tolower(c));
  EXPECT_EQ(log_in("amara", "right horse", typed), "in");
  EXPECT_EQ(codes_left(), 9);
  EXPECT_EQ(log_in("amara", "right horse", codes[0]), "login.code_wrong");
  EXPECT_EQ(log_in("amara", "right horse", codes[1]), "in");
}

TEST_P(SecondFactorTest, WhoGuessesCodesIsSlowedAndARightOneIsNoGuess) {
  const auto codes = set_up();
  for (const auto& code : codes) EXPECT_EQ(log_in("amara", "right horse", code), "in");
  int wrong = 0;
  for (int i = 0; i < 12; ++i) wrong += log_in("amara", "right horse", "000000") == "login.code_wrong" ? 1 : 0;
  EXPECT_EQ(wrong, 10);
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "login.too_many");
  EXPECT_EQ(log_in("cem", "right horse"), "in") << "nobody else is slowed";
}

TEST_P(SecondFactorTest, NothingIsInUseBeforeItsFirstCodeCame) {
  const auto here = write([&](store::WriteTx& tx) -> Result<SessionId> {
                      return access::create_session(tx, client, clock.now()).id;
                    }).value();
  const auto other = write([&](store::WriteTx& tx) -> Result<SessionId> {
                       return access::create_session(tx, client, clock.now()).id;
                     }).value();
  EXPECT_EQ(ask(http::Method::post, "/api/me/second-factor", R"({"password":"wrong"})", here).status, 422);
  EXPECT_EQ(ask(http::Method::post, "/api/me/second-factor", R"({"password":"right horse"})", here).status, 200);
  EXPECT_EQ(log_in("amara", "right horse"), "in");
  EXPECT_FALSE(use("000000"));
  ASSERT_TRUE(begin());
  const auto confirmed =
      ask(http::Method::post, "/api/me/second-factor/confirmation", R"({"code":")" + code_of() + "\"}", here);
  EXPECT_EQ(confirmed.status, 200) << confirmed.body;
  EXPECT_EQ(http::parse_json(confirmed.body)->at("codes").as_array().size(), kRecoveryCodes);
  EXPECT_EQ(codes_left(), 10);
  EXPECT_NE(std::find(ended_.begin(), ended_.end(), other), ended_.end()) << "a log-in without it does not stay";
  EXPECT_EQ(std::find(ended_.begin(), ended_.end(), here), ended_.end());
  EXPECT_EQ(log_in("amara", "right horse"), "login.code_needed");
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "login.code_wrong") << "the first code was used to confirm";
  EXPECT_EQ(ask(http::Method::post, "/api/me/second-factor", R"({"password":"right horse"})", here).status, 409);
}

TEST_P(SecondFactorTest, WhatWasBegunEndsAfterTenMinutes) {
  EXPECT_EQ(confirm_now(), "second_factor.over") << "none was begun";
  ASSERT_TRUE(begin());
  clock.set(clock.now() + kSetUpLasts);
  EXPECT_EQ(confirm_now(), "second_factor.over");
  ASSERT_TRUE(begin());
  clock.set(clock.now() + kSetUpLasts - std::chrono::seconds(1));
  EXPECT_EQ(confirm_now(), "done");
  const std::string other = "abcdefghijklmnopqrst";
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return begin_replacement(tx, client, access::seal(*key_, client.bytes(), other), clock.now());
  }));
  clock.set(clock.now() + kSetUpLasts);
  const auto of_other = code_at(as_bytes(other), code_step(clock.now()));
  EXPECT_EQ(write([&](store::WriteTx& tx) { return confirm_replacement(tx, *key_, client, of_other, clock.now()); })
                .error()
                .code,
            "second_factor.over");
  EXPECT_TRUE(use(code_of())) << "the one in use stays";
}

TEST_P(SecondFactorTest, NothingIsKeptOfWhatWasBegunAndCanBeConfirmedNoMore) {
  const auto kept = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::optional<CodeSecret>> { return find_code_secret(tx, client); })
        .value();
  };
  const auto clean = [&] {
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      delete_begun_secrets(tx, clock.now());
      return {};
    }));
  };
  ASSERT_TRUE(begin());
  clock.set(clock.now() + kSetUpLasts - std::chrono::seconds(1));
  clean();
  EXPECT_TRUE(kept());
  clock.set(clock.now() + std::chrono::seconds(1));
  clean();
  EXPECT_FALSE(kept());
  set_up();
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return begin_replacement(tx, client, Bytes{1}, clock.now()); }));
  clock.set(clock.now() + kSetUpLasts);
  clean();
  ASSERT_TRUE(kept());
  EXPECT_FALSE(kept()->sealed_next);
  EXPECT_TRUE(use(code_of()));
}

TEST_P(SecondFactorTest, RenewingAndRemovingWantPasswordAndCode) {
  const auto codes = set_up();
  const auto proof = [](const std::string& password, const std::string& code) {
    return R"({"password":")" + password + R"(","code":")" + code + "\"}";
  };
  for (const auto* target : {"/api/me/recovery-codes", "/api/me/second-factor/removal"}) {
    EXPECT_NE(ask(http::Method::post, target, proof("wrong", codes[0])).body.find("password.wrong"), std::string::npos);
    EXPECT_NE(ask(http::Method::post, target, proof("right horse", "000000")).body.find("code.wrong"),
              std::string::npos);
  }
  EXPECT_EQ(codes_left(), 10);
  EXPECT_EQ(ask(http::Method::post, "/api/me/recovery-codes", proof("right horse", codes[0])).status, 200);
  EXPECT_EQ(codes_left(), 10);
  EXPECT_FALSE(use(codes[1])) << "those of before are worth nothing";
  EXPECT_EQ(ask(http::Method::post, "/api/me/second-factor/removal", proof("right horse", code_of())).status, 204);
  EXPECT_EQ(codes_left(), 0);
  EXPECT_EQ(log_in("amara", "right horse"), "in");
}

TEST_P(SecondFactorTest, AnotherPhoneTakesOverOnceACodeOfItCame) {
  const auto codes = set_up();
  const auto here = write([&](store::WriteTx& tx) -> Result<SessionId> {
                      return access::create_session(tx, client, clock.now()).id;
                    }).value();
  const auto other = write([&](store::WriteTx& tx) -> Result<SessionId> {
                       return access::create_session(tx, client, clock.now()).id;
                     }).value();
  const std::string begin = "/api/me/second-factor/replacement";
  const std::string new_secret = "abcdefghijklmnopqrst";
  const auto confirm = [&](const std::string& code) {
    return ask(http::Method::post, begin + "/confirmation", R"({"code":")" + code + "\"}", here);
  };
  EXPECT_EQ(confirm(code_of()).status, 409) << "none was begun";
  EXPECT_EQ(ask(http::Method::post, begin, R"({"password":"wrong","code":")" + code_of() + "\"}").status, 422);
  EXPECT_EQ(ask(http::Method::post, begin, R"({"password":"right horse","code":"000000"})").status, 422);
  EXPECT_EQ(ask(http::Method::post, begin, R"({"password":"right horse","code":")" + code_of() + "\"}").status, 200);
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return begin_replacement(tx, client, access::seal(*key_, client.bytes(), new_secret), clock.now());
  }));
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "in") << "the one before counts until then";
  EXPECT_EQ(confirm(code_of()).status, 422) << "a code of the one before confirms nothing";
  const auto of_new = code_at(as_bytes(new_secret), code_step(clock.now()));
  const auto confirmed = confirm(of_new);
  ASSERT_EQ(confirmed.status, 200) << confirmed.body;
  EXPECT_NE(std::find(ended_.begin(), ended_.end(), other), ended_.end());
  EXPECT_EQ(std::find(ended_.begin(), ended_.end(), here), ended_.end());
  EXPECT_EQ(codes_left(), 10);
  EXPECT_FALSE(use(codes[1])) << "the recovery codes of before are worth nothing";
  EXPECT_EQ(log_in("amara", "right horse", of_new), "login.code_wrong") << "it was used to confirm";
  clock.set(clock.now() + std::chrono::minutes(1));
  EXPECT_EQ(log_in("amara", "right horse", code_of()), "login.code_wrong") << "of the phone before";
  EXPECT_EQ(log_in("amara", "right horse", code_at(as_bytes(new_secret), code_step(clock.now()))), "in");
}

TEST_P(SecondFactorTest, ThereIsNothingToReplaceWhereNoneIsInUse) {
  EXPECT_EQ(
      write([&](store::WriteTx& tx) { return begin_replacement(tx, client, Bytes{1}, clock.now()); }).error().code,
      "second_factor.none");
}

TEST_P(SecondFactorTest, ACodeOfOnePersonIsNoneOfAnother) {
  const auto codes = set_up();
  EXPECT_FALSE(write([&](store::WriteTx& tx) -> Result<bool> {
                 return use_recovery_code(tx, root, other_client, codes[0]);
               }).value());
  EXPECT_EQ(codes_left(), 10);
}

INSTANTIATE_TEST_SUITE_P(Engines, SecondFactorTest, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::log_in
