#include "features/passkeys/passkeys.hpp"

#include <atomic>
#include <map>
#include <thread>

#include "access/tokens.hpp"
#include "features/log_in/account_api.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/second_factor_api.hpp"
#include "features/notify/notify.hpp"
#include "features/passkeys/passkey_proofs.hpp"
#include "features/passkeys/passkeys_api.hpp"
#include "http/cookies.hpp"
#include "support/authenticator.hpp"
#include "support/full_house.hpp"

namespace rapport::passkeys {
namespace {

using testing::Authenticator;
using testing::Sent;

constexpr std::string_view kHost = "rooms.example.org";
const webauthn::Site kSite{"https://rooms.example.org", "rooms.example.org"};
const std::string kOwnPassword = R"("password":"right horse")";

std::string text_of(BytesView bytes) {
  return access::to_base64url(bytes);
}

/// A browser: it keeps the cookie of the last question.
class PasskeysTest : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    log_in::add_log_in_routes(routes_);
    log_in::add_account_routes(routes_);
    log_in::add_second_factor_routes(routes_);
    add_passkey_routes(routes_);
    routes_.finish();
    house->session_ended = [this](SessionId session) { ended_.push_back(session); };
  }
  SessionId session_of(AccountId account) {
    return write([&](store::WriteTx& tx) -> Result<SessionId> {
             return access::create_session(tx, account, clock.now()).id;
           })
        .value();
  }
  http::Response ask(http::Method method, const std::string& target, const std::string& body = {},
                     std::optional<AccountId> viewer = {}) {
    Context context{*house};
    if (viewer)
      context.viewer = {*viewer, viewer == therapist ? access::Role::therapist : access::Role::client,
                        sessions_[*viewer], practice};
    http::Request request;
    request.peer = "127.0.0.1";
    request.secure = true;
    request.headers = {{"host", std::string(kHost)}, {"cookie", std::string(kQuestionCookie) + "=" + cookie_}};
    const auto match = routes_.find(method, target);
    http::Call call{&request, match.route, match.path, {}, soon()};
    const http::BodyInput input{body, nullptr};
    auto answer = routes_.answer(match, context, call, {&input, 1})[0];
    for (const auto& [name, value] : answer.headers) {
      if (value.starts_with(std::string(kQuestionCookie) + "=")) cookie_ = *http::cookie_value(value, kQuestionCookie);
    }
    return answer;
  }
  http::Response post(const std::string& target, const std::string& body = {}, std::optional<AccountId> viewer = {}) {
    return ask(http::Method::post, target, body, viewer);
  }
  static std::string field(const http::Response& answer, std::string_view name) {
    const auto value = http::parse_json(answer.body);
    return value && value->as_object().contains(name) ? std::string(value->at(name).as_string()) : "";
  }
  /// What a problem is called, or "in" when somebody is let in, "done" for what else goes well.
  static std::string outcome(const http::Response& answer) {
    if (answer.status >= 400) return field(answer, "code");
    return answer.body.find("\"csrf\"") != std::string::npos ? "in" : "done";
  }
  static std::string made(const Sent& sent, const std::string& name) {
    return R"({"name":")" + name + R"(","client_data":")" + text_of(as_bytes(sent.client_data)) +
           R"(","authenticator_data":")" + text_of(sent.authenticator_data) + "\"}";
  }
  std::string answered(const Authenticator& device, const Sent& sent, bool with_handle = true) const {
    return R"("passkey":{"id":")" + text_of(device.id) + R"(","client_data":")" + text_of(as_bytes(sent.client_data)) +
           R"(","authenticator_data":")" + text_of(sent.authenticator_data) + R"(","signature":")" +
           text_of(sent.signature) + (with_handle ? R"(","user_handle":")" + handle_ : "") + "\"}";
  }
  /// The password, and a recovery code where there is a passkey already.
  std::string proof_of(AccountId account, const std::string& password = "right horse") {
    const auto proof = R"({"password":")" + password + "\"";
    if (listed(account).empty()) return proof + "}";
    const auto codes = log_in::make_recovery_codes();
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      log_in::replace_recovery_codes(tx, root, account, codes);
      return {};
    }));
    return proof + R"(,"code":")" + codes[0] + "\"}";
  }
  /// Enrols it as the browser of `account` would; the answer of the last step.
  http::Response add(Authenticator& device, AccountId account, const std::string& name = "My phone",
                     const webauthn::Site& site = kSite) {
    if (!sessions_.contains(account)) sessions_[account] = session_of(account);
    const auto wanted = post("/api/me/passkeys/creation", proof_of(account), account);
    EXPECT_EQ(wanted.status, 200) << wanted.body;
    handle_ = field(wanted, "user_handle");
    return post("/api/me/passkeys", made(device.make(site, field(wanted, "challenge")), name), account);
  }
  std::string new_challenge() { return field(post("/api/passkey-login/challenge"), "challenge"); }
  std::string log_in_alone(Authenticator& device, const webauthn::Site& site = kSite) {
    const auto sent = device.answer(site, new_challenge());
    return outcome(post("/api/passkey-login", "{" + answered(device, sent) + "}"));
  }
  http::Response challenge_beside(const std::string& login, const std::string& password = "right horse") {
    return post("/api/login/passkey-challenge", R"({"login":")" + login + R"(","password":")" + password + "\"}");
  }
  std::string log_in_beside(Authenticator& device, const std::string& login) {
    const auto sent = device.answer(kSite, field(challenge_beside(login), "challenge"));
    return outcome(
        post("/api/login", R"({"login":")" + login + "\"," + kOwnPassword + "," + answered(device, sent) + "}"));
  }
  std::string log_in_by_code(const std::string& login, const std::string& code = {}) {
    return outcome(post("/api/login", R"({"login":")" + login + "\"," + kOwnPassword +
                                          (code.empty() ? "}" : R"(,"code":")" + code + "\"}")));
  }
  std::vector<Listed> listed(AccountId account) {
    return read([&](store::ReadTx& tx) -> Result<std::vector<Listed>> { return list_passkeys(tx, account); }).value();
  }
  std::size_t mails(std::string_view prefix) {
    return read([&](store::ReadTx& tx) -> Result<std::size_t> { return notify::deliveries_of(tx, prefix).size(); })
        .value();
  }
  std::string remove(AccountId account, PasskeyId id, const std::string& password = "right horse") {
    return outcome(post("/api/me/passkeys/" + id.text() + "/removal", proof_of(account, password), account));
  }

  Routes routes_;
  std::string cookie_;
  std::string handle_;
  std::map<AccountId, SessionId> sessions_;
  std::vector<SessionId> ended_;
};

TEST_P(PasskeysTest, AreAddedWithRecoveryCodesOnceTellThePersonAndEndOtherLogIns) {
  const auto other = session_of(client);
  Authenticator phone;
  Authenticator key{webauthn::Algorithm::eddsa};
  const auto first = add(phone, client, "Amara's phone");
  ASSERT_EQ(first.status, 201) << first.body;
  EXPECT_EQ(http::parse_json(first.body)->at("recovery_codes").as_array().size(), log_in::kRecoveryCodes);
  EXPECT_EQ(ended_, std::vector{other});
  EXPECT_EQ(mails("passkeys:change:"), 1U);
  const auto handle = handle_;
  const auto second = add(key, client, "Key ring");
  ASSERT_EQ(second.status, 201) << second.body;
  EXPECT_TRUE(http::parse_json(second.body)->at("recovery_codes").as_array().empty());
  EXPECT_EQ(handle_, handle) << "one person is one user to all of their devices";
  EXPECT_EQ(handle.find(client.text()), std::string::npos);
  const auto list = ask(http::Method::get, "/api/me/passkeys", {}, client).body;
  EXPECT_LT(list.find("Amara's phone"), list.find("Key ring")) << list;
  EXPECT_EQ(ask(http::Method::get, "/api/me/passkeys", {}, other_client).body, R"({"passkeys":[]})");
  for (const auto& one : listed(client)) {
    EXPECT_EQ(as_text(one.sealed_name).find("phone"), std::string_view::npos);
    EXPECT_FALSE(one.used_at);
  }
}

TEST_P(PasskeysTest, LogInAloneAndAreMarkedAsUsed) {
  for (const auto algorithm : {webauthn::Algorithm::es256, webauthn::Algorithm::eddsa, webauthn::Algorithm::rs256}) {
    Authenticator device{algorithm};
    ASSERT_EQ(add(device, client).status, 201);
    EXPECT_EQ(log_in_alone(device), "in");
  }
  for (const auto& one : listed(client)) EXPECT_EQ(one.used_at, clock.now());
}

TEST_P(PasskeysTest, StandBesideThePasswordInPlaceOfACode) {
  EXPECT_EQ(log_in_by_code("amara"), "in");
  Authenticator device;
  const auto codes = http::parse_json(add(device, client).body)->at("recovery_codes").as_array();
  EXPECT_EQ(log_in_by_code("amara"), "login.passkey_needed") << "the password alone is not enough any more";
  EXPECT_EQ(log_in_beside(device, "amara"), "in");
  EXPECT_EQ(log_in_by_code("amara", std::string(codes[0].as_string())), "in");
  EXPECT_EQ(log_in_by_code("amara", std::string(codes[0].as_string())), "login.code_wrong");
  EXPECT_EQ(log_in_by_code("cem"), "in");
}

TEST_P(PasskeysTest, WhoHasSomeIsToldAfterTheRightPasswordAlone) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  const auto told = challenge_beside("amara");
  EXPECT_NE(told.body.find(text_of(device.id)), std::string::npos);
  const auto wrong = challenge_beside("amara", "wrong horse");
  const auto unknown = challenge_beside("nobody", "wrong horse");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(wrong.body, unknown.body);
  EXPECT_EQ(post("/api/passkey-login/challenge").body.find(text_of(device.id)), std::string::npos);
}

TEST_P(PasskeysTest, AnAnswerThatIsWrongInAnyWayGetsTheSameWords) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  const auto said = [&](const std::string& body) { return post("/api/passkey-login", "{" + body + "}").body; };
  Authenticator unknown;
  const auto expected = said(answered(unknown, unknown.answer(kSite, new_challenge())));
  ASSERT_NE(expected.find("login.passkey_wrong"), std::string::npos) << expected;
  EXPECT_EQ(said(answered(device, device.answer({"https://evil.example", kSite.rp_id}, new_challenge()))), expected);
  EXPECT_EQ(said(answered(device, device.answer({kSite.origin, "example.org"}, new_challenge()))), expected);
  new_challenge();
  EXPECT_EQ(said(answered(device, device.answer(kSite, access::random_token()))), expected);
  auto changed = device.answer(kSite, new_challenge());
  changed.signature.back() ^= 1U;
  EXPECT_EQ(said(answered(device, changed)), expected);
  EXPECT_EQ(said(answered(device, device.answer(kSite, new_challenge()), false)), expected) << "of nobody";
  const auto own = std::exchange(handle_, text_of(Bytes(32)));
  EXPECT_EQ(said(answered(device, device.answer(kSite, new_challenge()))), expected) << "of somebody else";
  handle_ = own;
  device.flags = Authenticator::kPresent;
  EXPECT_EQ(said(answered(device, device.answer(kSite, new_challenge()))), expected) << "nobody was recognised";
}

TEST_P(PasskeysTest, OfAnotherPersonStandBesideNobodysPassword) {
  Authenticator own;
  Authenticator others;
  ASSERT_EQ(add(own, client).status, 201);
  ASSERT_EQ(add(others, other_client).status, 201);
  EXPECT_EQ(log_in_beside(others, "amara"), "login.passkey_wrong");
  EXPECT_EQ(log_in_beside(others, "cem"), "in");
}

TEST_P(PasskeysTest, AQuestionIsAnsweredOnceInItsTimeInItsBrowserAndForItsPurpose) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  const auto sent = device.answer(kSite, new_challenge());
  const auto body = "{" + answered(device, sent) + "}";
  const auto asked_here = std::exchange(cookie_, "");
  EXPECT_EQ(outcome(post("/api/passkey-login", body)), "passkey.over") << "another browser";
  cookie_ = asked_here;
  EXPECT_EQ(outcome(post("/api/passkey-login", body)), "in");
  EXPECT_EQ(outcome(post("/api/passkey-login", body)), "passkey.over") << "the same once more";

  const auto late = device.answer(kSite, new_challenge());
  clock.set(clock.now() + kQuestionLife);
  EXPECT_EQ(outcome(post("/api/passkey-login", "{" + answered(device, late) + "}")), "passkey.over");

  const auto beside = device.answer(kSite, field(challenge_beside("amara"), "challenge"));
  EXPECT_EQ(outcome(post("/api/passkey-login", "{" + answered(device, beside) + "}")), "passkey.over");
  const auto proof = device.answer(kSite, field(post("/api/me/passkeys/challenge", {}, client), "challenge"));
  EXPECT_EQ(outcome(post("/api/passkey-login", "{" + answered(device, proof) + "}")), "passkey.over");
}

TEST_P(PasskeysTest, TheSameAnswerAtTheSameTimeCountsOnce) {
  Authenticator device;
  device.counts = false;
  ASSERT_EQ(add(device, client).status, 201);
  const auto stored =
      read([&](store::ReadTx& tx) { return Result<std::optional<Stored>>(find_passkey(tx, device.id)); });
  const Proof proof{stored.value()->id, client, 0, access::random_token(), clock.now() + kQuestionLife};
  std::atomic<int> counted = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back(
        [&] { counted += write([&](store::WriteTx& tx) { return use_proof(tx, proof, clock.now()); }) ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(counted, 1);
}

TEST_P(PasskeysTest, NoQuestionOfBeforeThePracticeWasPutBackIsAnswered) {
  Authenticator device;
  device.counts = false;
  ASSERT_EQ(add(device, client).status, 201);
  const auto stored =
      read([&](store::ReadTx& tx) { return Result<std::optional<Stored>>(find_passkey(tx, device.id)); });
  const auto asked_now = [&] {
    return Proof{stored.value()->id, client, 0, access::random_token(), clock.now() + kQuestionLife};
  };
  const auto counts = [&](const Proof& proof) {
    return write([&](store::WriteTx& tx) { return use_proof(tx, proof, clock.now()); }).has_value();
  };
  const auto before = asked_now();
  const auto also_before = asked_now();
  EXPECT_TRUE(counts(before));
  clock.set(clock.now() + std::chrono::seconds(1));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    end_all_questions(tx, clock.now());
    return {};
  }));
  EXPECT_FALSE(counts(also_before));
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_TRUE(counts(asked_now()));
}

TEST_P(PasskeysTest, ThatHaveSignedLessOftenThanIsKnownAreRefusedAndTheOwnerIsTold) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  EXPECT_EQ(log_in_alone(device), "in");
  EXPECT_EQ(log_in_alone(device), "in");
  device.sign_count = 0;  // a copy that was made before
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(log_in_alone(device), "passkey.copied");
    EXPECT_EQ(listed(client)[0].refused_at, clock.now());
    device.sign_count = 1;
  }
  device.sign_count = 2;
  EXPECT_EQ(log_in_beside(device, "amara"), "in") << "beyond what is known it is the right one again";
  EXPECT_EQ(mails("passkeys:copied:"), 1U);
}

TEST_P(PasskeysTest, ThatDoNotCountLogInAgainAndAgain) {
  Authenticator device;
  device.counts = false;
  ASSERT_EQ(add(device, client).status, 201);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(log_in_alone(device), "in");
}

TEST_P(PasskeysTest, AreRefusedWhereTheyWereMadeElsewhereOrAreThereAlready) {
  Authenticator device;
  EXPECT_EQ(outcome(add(device, client, "x", {"https://evil.example", kSite.rp_id})), "passkey.wrong");
  EXPECT_EQ(outcome(add(device, client, "x", {kSite.origin, "example.org"})), "passkey.wrong");
  device.flags = Authenticator::kPresent;
  EXPECT_EQ(outcome(add(device, client)), "passkey.wrong");
  EXPECT_TRUE(listed(client).empty());
  device.flags |= Authenticator::kVerified;
  EXPECT_EQ(outcome(add(device, client)), "done");
  EXPECT_EQ(outcome(add(device, client)), "passkey.exists");
  EXPECT_EQ(outcome(add(device, other_client)), "passkey.exists");
  EXPECT_EQ(listed(client).size(), 1U);
  EXPECT_TRUE(listed(other_client).empty());
}

TEST_P(PasskeysTest, WrongOnesAreCountedAsWrongCodesAreAndNobodyElseIsSlowed) {
  Authenticator device;
  Authenticator others;
  ASSERT_EQ(add(others, other_client).status, 201);
  ASSERT_EQ(add(device, client).status, 201);
  int wrong = 0;
  for (int i = 0; i < 12; ++i) {
    wrong += log_in_alone(device, {"https://evil.example", kSite.rp_id}) == "login.passkey_wrong" ? 1 : 0;
  }
  EXPECT_EQ(wrong, 10);
  EXPECT_EQ(log_in_alone(device), "login.too_many");
  EXPECT_EQ(log_in_by_code("amara"), "login.too_many") << "one count for all ways in";
  handle_ = text_of(*read([&](store::ReadTx& tx) -> Result<std::optional<Bytes>> {
                       return known_to_devices(tx, other_client).user_handle;
                     }).value());
  EXPECT_EQ(log_in_alone(others), "in");
}

TEST_P(PasskeysTest, AreRemovedWithThePasswordByTheirOwnerAlone) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  sessions_[other_client] = session_of(other_client);
  const auto id = listed(client)[0].id;
  EXPECT_EQ(remove(other_client, id), "not_found");
  EXPECT_EQ(remove(client, id, "wrong horse"), "password.wrong");
  EXPECT_EQ(listed(client).size(), 1U);
  EXPECT_EQ(remove(client, id), "done");
  EXPECT_EQ(mails("passkeys:change:"), 2U);
  EXPECT_EQ(log_in_alone(device), "login.passkey_wrong");
  EXPECT_EQ(log_in_by_code("amara"), "in") << "with the last one the second step is off";
  EXPECT_EQ(
      read([&](store::ReadTx& tx) -> Result<std::int64_t> { return log_in::count_recovery_codes(tx, client); }).value(),
      0);
}

TEST_P(PasskeysTest, WhoMustHaveASecondFactorKeepsTheLastOfThem) {
  house->staff_need_second_factor = true;
  Authenticator one;
  Authenticator other;
  ASSERT_EQ(add(one, therapist).status, 201);
  ASSERT_EQ(add(other, therapist).status, 201);
  EXPECT_EQ(remove(therapist, listed(therapist)[0].id), "done");
  EXPECT_EQ(remove(therapist, listed(therapist)[0].id), "second_factor.required");
  EXPECT_EQ(listed(therapist).size(), 1U);
  const auto session = write([&](store::WriteTx& tx) -> Result<access::NewSession> {
    return access::create_session(tx, therapist, clock.now());
  });
  EXPECT_TRUE(read([&](store::ReadTx& tx) {
                return access::find_session(tx, session->token, clock.now());
              })->viewer.has_second_factor);
}

TEST_P(PasskeysTest, ProveTheSecondHalfWhereRecoveryCodesAreRenewed) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  const auto renew = [&](const std::string& challenge) {
    const auto sent = device.answer(kSite, challenge);
    return post("/api/me/recovery-codes", "{" + kOwnPassword + "," + answered(device, sent) + "}", client);
  };
  const auto renewed = renew(field(post("/api/me/passkeys/challenge", {}, client), "challenge"));
  EXPECT_EQ(renewed.status, 200) << renewed.body;
  EXPECT_EQ(outcome(renew(access::random_token())), "passkey.wrong");
}

TEST_P(PasskeysTest, TheSecondFactorThatIsThereIsAskedForBeforeAnyOfThemComesOrGoes) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  const auto id = listed(client)[0].id.text();
  const auto proof = [&] {
    const auto sent = device.answer(kSite, field(post("/api/me/passkeys/challenge", {}, client), "challenge"));
    return "{" + kOwnPassword + "," + answered(device, sent) + "}";
  };
  for (const auto& target : {std::string("/api/me/passkeys/creation"), std::string("/api/me/second-factor"),
                             "/api/me/passkeys/" + id + "/removal"}) {
    EXPECT_EQ(outcome(post(target, "{" + kOwnPassword + "}", client)), "code.needed") << target;
    EXPECT_EQ(outcome(post(target, "{" + kOwnPassword + R"(,"code":"AAAAA-AAAAA"})", client)), "code.wrong") << target;
    EXPECT_EQ(outcome(post(target, proof(), client)), "done") << target;
  }
  EXPECT_TRUE(listed(client).empty()) << "one proves its own removal";
  EXPECT_EQ(outcome(post("/api/me/passkeys/creation", "{" + kOwnPassword + "}", client)), "done");
}

TEST_P(PasskeysTest, StandInForTheCodeWhereThePasswordIsChanged) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  const auto change = [&](const std::string& more) {
    return outcome(ask(http::Method::put, "/api/me/password",
                       "{" + kOwnPassword + R"(,"new_password":"battery staple")" + more + "}", client));
  };
  EXPECT_EQ(change(""), "code.needed");
  const auto sent = device.answer(kSite, field(post("/api/me/passkeys/challenge", {}, client), "challenge"));
  EXPECT_EQ(change("," + answered(device, device.answer(kSite, access::random_token()))), "passkey.wrong");
  EXPECT_EQ(change("," + answered(device, sent)), "done");
  EXPECT_EQ(log_in_by_code("amara"), "login.wrong") << "the password is another";
}

TEST_P(PasskeysTest, ALogInWithOneKeepsTheSecondFactorThatWasSaidToBeLost) {
  Authenticator device;
  ASSERT_EQ(add(device, client).status, 201);
  const auto lose = [&] {
    return write([&](store::WriteTx& tx) -> Result<void> {
      log_in::announce_factor_loss(tx, client, as_bytes("stop"), clock.now() + log_in::kFactorEndsAfter);
      return {};
    });
  };
  const auto ends_at = [&] {
    return read([&](store::ReadTx& tx) -> Result<std::optional<Time>> { return log_in::factor_ends_at(tx, client); })
        .value();
  };
  ASSERT_TRUE(lose());
  ASSERT_TRUE(ends_at());
  EXPECT_EQ(log_in_alone(device), "in");
  EXPECT_FALSE(ends_at());
  ASSERT_TRUE(lose());
  EXPECT_EQ(log_in_beside(device, "amara"), "in");
  EXPECT_FALSE(ends_at());
  ASSERT_TRUE(lose());
  clock.set(clock.now() + log_in::kFactorEndsAfter);
  EXPECT_EQ(log_in::end_lost_factors(*house, soon()).value(), 1);
  EXPECT_TRUE(listed(client).empty()) << "it was lost with all the rest";
  EXPECT_EQ(log_in_by_code("amara"), "in");
}

TEST_P(PasskeysTest, CannotBeMoreThanSoMany) {
  for (std::int64_t i = 0; i < kMostPasskeys; ++i) {
    Authenticator device;
    ASSERT_EQ(add(device, client).status, 201);
  }
  Authenticator device;
  EXPECT_EQ(outcome(add(device, client)), "passkey.too_many");
}

TEST_P(PasskeysTest, AreForThePracticesAddressWhateverTheBrowserCallsItself) {
  house->practice_address = "https://practice.example";
  Authenticator device;
  EXPECT_EQ(outcome(add(device, client)), "passkey.wrong");
  const webauthn::Site there{"https://practice.example", "practice.example"};
  EXPECT_EQ(outcome(add(device, client, "x", there)), "done");
  EXPECT_EQ(field(post("/api/passkey-login/challenge"), "rp_id"), "practice.example");
  EXPECT_EQ(log_in_alone(device, there), "in");
}

INSTANTIATE_TEST_SUITE_P(Engines, PasskeysTest, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::passkeys
