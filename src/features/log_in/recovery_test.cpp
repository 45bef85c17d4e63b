#include "features/log_in/recovery.hpp"

#include <atomic>
#include <set>
#include <thread>

#include "access/known_browsers.hpp"
#include "features/invitations/invitations_api.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/recovery_api.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/notify/notify.hpp"
#include "features/notify/notify_api.hpp"
#include "features/passkeys/passkeys.hpp"
#include "features/people/staff.hpp"
#include "support/full_house.hpp"

namespace rapport::log_in {
namespace {

const store::Query kMails{"test.recovery.mails",
                          "SELECT key, kind, sealed_path FROM notice WHERE account_id = $1 AND state = 'waiting'"
                          " ORDER BY queued_at, key"};
const store::Query kInvited{"test.recovery.invited", "SELECT account_id FROM invitation"};
const store::Query kAsks{"test.recovery.asks", "SELECT COUNT(*) FROM recovery_ask"};
const store::Query kActions{"test.recovery.actions", "SELECT action, outcome, viewer_id FROM audit ORDER BY id"};

class Recovery : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    house->sends_mail = true;
    house->session_ended = [this](SessionId session) { ended_.push_back(session); };
    add_log_in_routes(routes_);
    add_recovery_routes(routes_);
    notify::add_notify_routes(routes_);
    invitations::add_invitation_routes(routes_);
    routes_.finish();
    for (const auto account : {client, therapist, stranger, administrator}) give_address(account, "own@example.org");
  }

  void give_address(AccountId account, const std::string& address) {
    const auto key = keys->key_for(account, soon()).value();
    ASSERT_TRUE(write([&](store::WriteTx& tx) {
      return people::change_profile(tx, *key, account, [&](people::Profile& profile) { profile.give_email(address); });
    }));
  }
  /// As an earlier version wrote it.
  void store_profile_of_before(AccountId account, std::string_view text) {
    const auto key = keys->key_for(account, soon()).value();
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      people::replace_profile(tx, account, access::seal(*key, account.bytes(), text));
      return {};
    }));
  }
  std::optional<std::string> address_of(AccountId account) {
    return people::profile_of(*house, account, soon()).value().email;
  }
  http::Response ask(const std::string& target, const std::string& body, access::Viewer viewer = {},
                     http::Method method = http::Method::post) {
    Context context{*house, viewer};
    http::Request request;
    request.peer = peer_;
    if (!cookie_.empty()) request.headers.emplace_back("cookie", cookie_);
    const auto match = routes_.find(method, target);
    http::Call call{&request, match.route, match.path, {}, soon()};
    const http::BodyInput input{body, nullptr};
    auto answer = routes_.answer(match, context, call, {&input, 1})[0];
    given_.clear();
    for (const auto& [name, value] : answer.headers) {
      if (value.starts_with(kDeviceCookie)) given_ = value;
    }
    return answer;
  }
  /// What is answered: a code of a problem, or the status.
  static std::string said(const http::Response& answer) {
    if (answer.status < 400) return std::to_string(answer.status);
    return std::string(http::parse_json(answer.body)->at("code").as_string());
  }
  std::string ask_link(const std::string& login) { return said(ask("/api/recovery", R"({"login":")" + login + "\"}")); }
  struct Waiting {
    std::string key;
    std::string kind;
    std::optional<Bytes> sealed_path;
  };
  /// The mails of one kind that are about to be sent to somebody.
  std::vector<Waiting> mails_to(AccountId account, const std::string& kind) {
    auto found = read([&](store::ReadTx& tx) -> Result<std::vector<Waiting>> {
                   return tx.list(kMails, {account}, [](const store::Row& row) {
                     return Waiting{std::string(as_text(row.bytes(0))), std::string(row.text(1)), row.maybe_bytes(2)};
                   });
                 }).value();
    std::erase_if(found, [&](const Waiting& one) { return one.kind != kind; });
    return found;
  }
  /// The token of the link in the latest of them; empty without one.
  std::string token_to(AccountId account, const std::string& kind = "recovery") {
    const auto mails = mails_to(account, kind);
    if (mails.empty()) return {};
    const auto key = keys->key_for(account, soon()).value();
    const auto path = access::unseal(*key, as_bytes(mails.back().key), mails.back().sealed_path.value()).value();
    return path.substr(path.find('#') + 1);
  }
  /// Asks, and what the mail then brings.
  std::string link_for(const std::string& login, AccountId account) {
    EXPECT_EQ(ask_link(login), "204");
    EXPECT_EQ(send_recovery_links(*house, soon()).value(), 1);
    return token_to(account);
  }
  std::string choose(const std::string& token, const std::string& password, const std::string& more = {}) {
    return said(ask("/api/recovery/password",
                    R"({"token":")" + token + R"(","new_password":")" + password + "\"" + more + "}"));
  }
  std::string with_token(const std::string& target, const std::string& token) {
    return said(ask(target, R"({"token":")" + token + "\"}"));
  }
  std::string log_in(const std::string& login, const std::string& password, const std::string& code = {}) {
    auto body = R"({"login":")" + login + R"(","password":")" + password + "\"";
    if (!code.empty()) body += R"(,"code":")" + code + "\"";
    return said(ask("/api/login", body + "}"));
  }
  /// A second factor, in use since a while; its recovery codes.
  RecoveryCodes give_factor(AccountId account) {
    const auto key = keys->key_for(account, soon()).value();
    const auto codes = make_recovery_codes();
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      add_code_secret(tx, account, access::seal(*key, account.bytes(), kSecret), clock.now());
      replace_recovery_codes(tx, root, account, codes);
      return {};
    }));
    return codes;
  }
  void give_passkey(AccountId account) {
    const auto id = passkeys::PasskeyId::make(clock.now());
    const webauthn::Credential credential{{1, 2, 3}, {webauthn::Algorithm::eddsa, Bytes(32)}, 0};
    const auto key = keys->key_for(account, soon()).value();
    const passkeys::NewPasskey passkey{id, account, Bytes(32), credential, access::seal(*key, id.bytes(), "My phone")};
    EXPECT_TRUE(write([&](store::WriteTx& tx) { return passkeys::add_passkey(tx, passkey, clock.now()); }));
  }
  std::int64_t passkeys_of(AccountId account) {
    return read([&](store::ReadTx& tx) -> Result<std::int64_t> { return passkeys::count_passkeys(tx, account); })
        .value();
  }
  std::string code_of_now() const { return code_at(as_bytes(kSecret), code_step(clock.now())); }
  bool has_factor(AccountId account) {
    return read([&](store::ReadTx& tx) -> Result<bool> { return find_code_secret(tx, account).has_value(); }).value();
  }
  SessionId session_of(AccountId account) {
    return write([&](store::WriteTx& tx) -> Result<SessionId> {
             return access::create_session(tx, account, clock.now()).id;
           })
        .value();
  }
  std::vector<std::string> actions() {
    return read([&](store::ReadTx& tx) -> Result<std::vector<std::string>> {
             return tx.list(kActions, {}, [](const store::Row& row) {
               return std::string(row.text(0)) + " " + std::string(row.text(1)) +
                      (row.is_null(2) ? "" : " by somebody");
             });
           })
        .value();
  }
  access::Viewer as(AccountId account) const { return {account, access::Role::administrator, {}, practice}; }
  access::Viewer as_client(AccountId account) const { return {account, access::Role::client, {}, practice}; }
  /// Has somebody come, as Nora, by a link that was mailed to where the therapist said.
  AccountId join(const std::string& more) {
    const auto id = MessageId::make(clock.now()).text();
    EXPECT_EQ(
        said(ask("/api/invitations",
                 R"({"role":"client","name":"N.","email":"inviter@example.org","language":"en","id":")" + id + "\"}",
                 {therapist, access::Role::therapist, {}, practice})),
        "201");
    const auto account =
        read([](store::ReadTx& tx) -> Result<AccountId> {
          return tx.first(kInvited, {}, [](const store::Row& row) { return row.id<AccountId>(0); }).value();
        }).value();
    EXPECT_EQ(address_of(account), "inviter@example.org");
    EXPECT_EQ(
        said(ask("/api/invitation/acceptance", R"({"name":"Nora","login":"nora","password":"quiet horse stairs",)" +
                                                   more + R"("token":")" + token_to(account, "invitation") + "\"}")),
        "204");
    return account;
  }
  /// Strangers have guessed at this person as often as they may.
  void guess_at(const std::string& login) {
    const auto digest = access::login_digest(root, login);
    const auto person = read([&](store::ReadTx& tx) -> Result<Bytes> { return access::guarded_person(tx, digest); });
    for (int i = 0; i < 150; ++i) {
      const auto peer = "127.0.2." + std::to_string(i % 15);
      (void)log_in_guard.take(log_in_guard.attempt(digest, *person, peer, "", clock.now()),
                              std::chrono::steady_clock::now());
    }
  }
  AccountId second_administrator() {
    const auto id = AccountId::make(clock.now());
    auto account = HouseTest::account_of(id, "administrator");
    account.login_digest = access::login_digest(root, "nils");
    account.sealed_profile =
        people::seal_profile(*keys->create_for(id, soon()).value(), id, {"Nils", "nils", "nils@example.org"});
    EXPECT_TRUE(write([&](store::WriteTx& tx) { return people::add_account(tx, account); }));
    return id;
  }

  static constexpr std::string_view kSecret = "12345678901234567890";
  Routes routes_;
  std::string peer_ = "127.0.0.1";
  std::string cookie_;
  std::string given_;  ///< the latest answer's device cookie, with its attributes
  std::vector<SessionId> ended_;
};

TEST_P(Recovery, TheAddressThatAnInvitationWasMailedToIsNoWayIn) {
  const auto nora = join("");
  EXPECT_EQ(address_of(nora), std::nullopt);
  EXPECT_EQ(ask_link("nora"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0);
  EXPECT_TRUE(mails_to(nora, "recovery").empty());
  const auto rows = actions();
  EXPECT_EQ(std::count(rows.begin(), rows.end(), "recovery.send done"), 0);
  EXPECT_EQ(
      said(ask("/api/me/email", R"({"address":"nora@example.net","language":"en","password":"quiet horse stairs"})",
               as_client(nora), http::Method::put)),
      "204");
  link_for("nora", nora);
  EXPECT_EQ(address_of(nora), "nora@example.net");
}

TEST_P(Recovery, AnAddressOfAnEarlierVersionIsNoneUntilItsOwnerConfirmsIt) {
  const auto own = [&](const std::string& more) {
    return said(ask("/api/me/email", R"({"address":"inviter@example.org","language":"de")" + more + "}",
                    as_client(client), http::Method::put));
  };
  const auto is_confirmed = [&] {
    const auto answer = ask("/api/me/email", "", as_client(client), http::Method::get);
    return http::parse_json(answer.body)->at("is_confirmed").as_bool();
  };
  store_profile_of_before(client, R"({"name":"Amara","login":"amara","email":"inviter@example.org"})");
  EXPECT_EQ(ask_link("amara"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0) << "whoever invited may have written it";
  EXPECT_EQ(own(""), "204") << "the language alone";
  EXPECT_FALSE(is_confirmed());
  EXPECT_EQ(own(R"(,"password":"wrong horse")"), "password.wrong");
  EXPECT_FALSE(is_confirmed());
  EXPECT_EQ(own(R"(,"password":"right horse")"), "204");
  EXPECT_TRUE(is_confirmed());
  EXPECT_TRUE(mails_to(client, "address_changed").empty()) << "it is the same";
  EXPECT_FALSE(link_for("amara", client).empty());
}

TEST_P(Recovery, NobodyIsVouchedForWhoHasNoAddressOfTheirOwn) {
  give_factor(therapist);
  const auto token = link_for("berger", therapist);
  EXPECT_EQ(with_token("/api/recovery/request", token), "204");
  store_profile_of_before(therapist, R"({"name":"Berger","login":"berger","email":"inviter@example.org"})");
  const auto target = "/api/recovery-requests/" + therapist.text() + "/confirmation";
  EXPECT_EQ(said(ask(target, "", as(administrator))), "recovery.no_address");
  EXPECT_EQ(token_to(therapist), token) << "no other was sent";
  const auto of_client = "/api/recovery-requests/" + client.text() + "/confirmation";
  store_profile_of_before(client, R"({"name":"Amara","login":"amara"})");
  EXPECT_EQ(said(ask(of_client, "", as(administrator))), "not_found") << "whether a client has one is not learned";
  give_address(therapist, "own@example.org");
  EXPECT_EQ(said(ask(target, "", as(administrator))), "204") << "the request is there still";
  EXPECT_NE(token_to(therapist), token);
}

TEST_P(Recovery, TheAddressThatIsGivenAtJoiningIsOne) {
  const auto nora = join(R"("email":"nora@example.net","language":"de",)");
  EXPECT_EQ(address_of(nora), "nora@example.net");
  EXPECT_EQ(people::profile_of(*house, nora, soon())->language, "de");
  link_for("nora", nora);
  const auto list = ask("/api/invitations", "", {therapist, access::Role::therapist, {}, practice}, http::Method::get);
  EXPECT_EQ(list.body.find("example"), std::string::npos) << "whoever invited them does not learn it: " << list.body;
}

TEST_P(Recovery, AnAccountThatDoesNotOpenKeepsNobodyElseWaiting) {
  ASSERT_TRUE(keys->destroy(stranger, soon()));
  EXPECT_EQ(ask_link("dora"), "204");
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(ask_link("amara"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 1);
  EXPECT_FALSE(token_to(client).empty());
  const auto left = read([](store::ReadTx& tx) -> Result<std::int64_t> {
    return tx.first(kAsks, {}, [](const store::Row& row) { return row.int64(0); }).value();
  });
  EXPECT_EQ(*left, 0) << "it is not tried for ever";
}

TEST_P(Recovery, WhoeverGuessesTakesTheLinkFromNobodyAndTheyGetIn) {
  const auto codes = give_factor(therapist);
  for (const auto& [account, login, more] : {std::tuple{client, "amara", std::string()},
                                             std::tuple{therapist, "berger", R"(,"code":")" + codes[0] + "\""}}) {
    cookie_.clear();
    const auto token = link_for(login, account);
    guess_at(login);
    EXPECT_EQ(choose(token, "battery staple", more), "204") << login;
    EXPECT_EQ(given_.find("Max-Age"), std::string::npos) << "who knows whose device it is: " << given_;
    const auto code = account == client ? "" : codes[1];
    const auto browser = given_.substr(0, given_.find(';'));
    EXPECT_EQ(log_in(login, "battery staple", code), "login.too_many") << "in any other browser";
    cookie_ = browser;
    EXPECT_EQ(log_in(login, "battery staple", code), "200") << login;
  }
}

TEST_P(Recovery, ALinkMakesNoBrowserKnownWhereTheLogInAsksForMore) {
  give_factor(client);
  EXPECT_EQ(choose(link_for("amara", client), "battery staple"), "204");
  EXPECT_EQ(given_, "");
}

TEST_P(Recovery, AfterTheAddressWasReplacedNoMailEndsTheSecondFactorForAWeek) {
  const auto replaced = clock.now();
  EXPECT_EQ(said(ask("/api/me/email", R"({"address":"other@example.org","language":"en","password":"right horse"})",
                     as_client(client), http::Method::put)),
            "204");
  give_factor(client);
  const std::string lost = R"(,"lost_factor":true)";
  const auto steps = [&](const std::string& token) {
    return ask("/api/recovery/link", R"({"token":")" + token + "\"}").body;
  };
  clock.set(replaced + kAddressIsNewFor - std::chrono::seconds(1));
  const auto token = link_for("amara", client);
  EXPECT_NE(steps(token).find("factor_stays_until"), std::string::npos);
  EXPECT_EQ(choose(token, "battery staple", lost), "recovery.address_new");
  EXPECT_EQ(log_in("amara", "right horse"), "login.code_needed") << "nothing was changed";
  EXPECT_EQ(choose(token, "battery staple"), "204");
  clock.set(replaced + kAddressIsNewFor);
  const auto later = link_for("amara", client);
  EXPECT_EQ(steps(later).find("factor_stays_until"), std::string::npos);
  EXPECT_EQ(choose(later, "another staple", lost), "204");
  EXPECT_EQ(
      write([&](store::WriteTx& tx) -> Result<std::int64_t> { return delete_old_recoveries(tx, clock.now()); }).value(),
      1)
      << "that it was replaced is forgotten";
}

TEST_P(Recovery, ANewPasswordEndsWhatSomebodyBeganToPutInPlaceOfThePhone) {
  const auto codes = give_factor(therapist);
  const auto key = keys->key_for(therapist, soon()).value();
  ASSERT_TRUE(write([&](store::WriteTx& tx) {
    return begin_replacement(tx, therapist, access::seal(*key, therapist.bytes(), "abcdefghijklmnopqrst"), clock.now());
  }));
  EXPECT_EQ(choose(link_for("berger", therapist), "battery staple", R"(,"code":")" + codes[0] + "\""), "204");
  const auto secret =
      read([&](store::ReadTx& tx) -> Result<std::optional<CodeSecret>> { return find_code_secret(tx, therapist); });
  ASSERT_TRUE(*secret);
  EXPECT_FALSE((*secret)->sealed_next);
  EXPECT_TRUE((*secret)->confirmed_at) << "the one in use stays";
}

TEST_P(Recovery, TheAnswerIsGivenBeforeAnybodyLooksWhoItIs) {
  const auto known = ask("/api/recovery", R"({"login":"amara"})");
  const auto unknown = ask("/api/recovery", R"({"login":"nobody at all"})");
  EXPECT_EQ(known.status, 204);
  EXPECT_EQ(unknown.status, known.status);
  EXPECT_EQ(unknown.body, known.body);
  EXPECT_EQ(actions(), (std::vector<std::string>{"recovery.ask done", "recovery.ask done"}));
  EXPECT_TRUE(token_to(client).empty()) << "the link is made afterwards";
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 1);
  EXPECT_FALSE(token_to(client).empty());
  const auto left = read([](store::ReadTx& tx) -> Result<std::int64_t> {
    return tx.first(kAsks, {}, [](const store::Row& row) { return row.int64(0); }).value();
  });
  EXPECT_EQ(*left, 0) << "nothing is kept of whom somebody asked for";
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0);
}

TEST_P(Recovery, WithoutAMailServerEverybodyIsToldSo) {
  house->sends_mail = false;
  EXPECT_EQ(ask_link("amara"), "recovery.no_mail");
  EXPECT_EQ(ask_link("nobody at all"), "recovery.no_mail");
}

TEST_P(Recovery, AClientChoosesAPasswordOnceAndAllLogInsEnd) {
  const auto session = session_of(client);
  const auto token = link_for("amara", client);
  EXPECT_EQ(choose(token, "short"), "password.too_short");
  EXPECT_EQ(choose(token, "battery staple"), "204");
  EXPECT_EQ(ended_, std::vector{session});
  EXPECT_EQ(mails_to(client, "password_changed").size(), 1U);
  EXPECT_EQ(choose(token, "another staple"), "recovery.gone");
  EXPECT_EQ(log_in("amara", "right horse"), "login.wrong");
  EXPECT_EQ(log_in("amara", "battery staple"), "200");
  const auto rows = actions();
  EXPECT_EQ(std::count(rows.begin(), rows.end(), "recovery.password done by somebody"), 1);
}

TEST_P(Recovery, ALinkDiesWhenAnotherIsAskedForAndAfterHalfAnHour) {
  const auto first = link_for("amara", client);
  const auto second = link_for("amara", client);
  EXPECT_EQ(with_token("/api/recovery/link", first), "recovery.gone");
  EXPECT_EQ(mails_to(client, "recovery").size(), 1U) << "the mail of before is not sent any more";
  clock.set(clock.now() + kRecoveryLinkLasts - std::chrono::seconds(1));
  EXPECT_EQ(with_token("/api/recovery/link", second), "200");
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(with_token("/api/recovery/link", second), "recovery.gone");
  EXPECT_EQ(choose(second, "battery staple"), "recovery.gone");
}

TEST_P(Recovery, OfThoseWhoUseALinkAtTheSameTimeOneWins) {
  const auto token = link_for("amara", client);
  std::atomic<int> won = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] { won += choose(token, "battery staple " + std::to_string(i)) == "204" ? 1 : 0; });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
}

TEST_P(Recovery, WhoAsksTooOftenHearsTheSameAndIsSentNothing) {
  const auto digest = access::login_digest(root, "amara");
  for (int i = 0; i < 5; ++i) link_for("amara", client);
  EXPECT_EQ(ask_link("amara"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0);
  peer_ = "127.0.0.2";
  EXPECT_EQ(ask_link("amara"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0) << "from another address neither";
  const auto person = read([&](store::ReadTx& tx) -> Result<Bytes> { return access::guarded_person(tx, digest); });
  cookie_ = std::string(kDeviceCookie) + "=" + log_in_guard.device_cookie(*person, clock.now());
  link_for("amara", client);  // in a browser of the person's own, whatever strangers did
}

TEST_P(Recovery, OneAddressAsksForSoManyPeopleAlone) {
  for (int i = 0; i < 20; ++i) EXPECT_EQ(ask_link("nobody" + std::to_string(i)), "204");
  EXPECT_EQ(ask_link("amara"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0);
  EXPECT_EQ(actions().size(), 20U) << "what was not done fills no audit";
}

TEST_P(Recovery, AClosedAccountIsSentNothing) {
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) -> Result<bool> { return people::close_account(tx, stranger, clock.now()); }));
  EXPECT_EQ(ask_link("dora"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0);
  const auto token = link_for("amara", client);
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) -> Result<bool> { return people::close_account(tx, client, clock.now()); }));
  EXPECT_EQ(choose(token, "battery staple"), "recovery.gone");
}

TEST_P(Recovery, AClientsSecondFactorIsStillAskedFor) {
  give_factor(client);
  EXPECT_EQ(choose(link_for("amara", client), "battery staple"), "204");
  EXPECT_EQ(log_in("amara", "battery staple"), "login.code_needed");
  EXPECT_EQ(log_in("amara", "battery staple", code_of_now()), "200");
}

TEST_P(Recovery, ALostFactorOfAClientEndsADayAfterItWasAnnounced) {
  give_factor(client);
  EXPECT_EQ(choose(link_for("amara", client), "battery staple", R"(,"lost_factor":true)"), "204");
  EXPECT_EQ(mails_to(client, "factor_loss").size(), 1U);
  link_for("amara", client);
  EXPECT_EQ(mails_to(client, "factor_loss").size(), 1U) << "asking for another link does not take it away";
  clock.set(clock.now() + kFactorEndsAfter - std::chrono::seconds(1));
  EXPECT_EQ(end_lost_factors(*house, soon()).value(), 0);
  EXPECT_EQ(log_in("amara", "battery staple"), "login.code_needed");
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(end_lost_factors(*house, soon()).value(), 1);
  EXPECT_FALSE(has_factor(client));
  EXPECT_EQ(mails_to(client, "log_in_changed").size(), 1U);
  EXPECT_EQ(actions().back(), "second_factor.lost done");
  EXPECT_EQ(log_in("amara", "battery staple"), "200");
  EXPECT_EQ(end_lost_factors(*house, soon()).value(), 0);
}

TEST_P(Recovery, ALogInOrTheLinkOfTheMailKeepsTheFactor) {
  give_factor(client);
  EXPECT_EQ(choose(link_for("amara", client), "battery staple", R"(,"lost_factor":true)"), "204");
  EXPECT_EQ(log_in("amara", "battery staple", code_of_now()), "200");
  EXPECT_EQ(with_token("/api/recovery/stop", token_to(client, "factor_loss")), "recovery.gone");
  EXPECT_EQ(choose(link_for("amara", client), "another staple", R"(,"lost_factor":true)"), "204");
  const auto stop = token_to(client, "factor_loss");
  EXPECT_EQ(with_token("/api/recovery/stop", "guessed"), "recovery.gone");
  EXPECT_EQ(with_token("/api/recovery/stop", stop), "204");
  EXPECT_EQ(with_token("/api/recovery/stop", stop), "recovery.gone");
  clock.set(clock.now() + kFactorEndsAfter);
  EXPECT_EQ(end_lost_factors(*house, soon()).value(), 0);
  EXPECT_TRUE(has_factor(client));
}

TEST_P(Recovery, OfStaffTheLinkAloneIsNotEnough) {
  const auto codes = give_factor(therapist);
  const auto token = link_for("berger", therapist);
  EXPECT_EQ(choose(token, "battery staple"), "code.wrong");
  EXPECT_EQ(choose(token, "battery staple", R"(,"code":")" + code_of_now() + "\""), "code.wrong")
      << "of the app: who has it still has what was said to be lost";
  EXPECT_EQ(choose(token, "battery staple", R"(,"lost_factor":true)"), "code.wrong");
  EXPECT_EQ(log_in("berger", "right horse"), "login.code_needed") << "nothing was changed";
  EXPECT_EQ(choose(token, "battery staple", R"(,"code":")" + codes[0] + "\""), "204");
  EXPECT_EQ(log_in("berger", "battery staple", codes[0]), "login.code_wrong") << "it was used up";
  EXPECT_EQ(log_in("berger", "battery staple", codes[1]), "200") << "the factor stays";
}

TEST_P(Recovery, GuessedRecoveryCodesAreCounted) {
  give_factor(therapist);
  const auto token = link_for("berger", therapist);
  std::set<std::string> answers;
  for (int i = 0; i < 11; ++i) answers.insert(choose(token, "battery staple", R"(,"code":"AAAAA-AAAAA")"));
  EXPECT_EQ(answers, (std::set<std::string>{"code.wrong", "login.too_many"}));
}

TEST_P(Recovery, AnotherAdministratorVouchesForWhoeverHasNoCode) {
  give_factor(therapist);
  const auto token = link_for("berger", therapist);
  EXPECT_EQ(with_token("/api/recovery/request", token), "204");
  EXPECT_EQ(choose(token, "battery staple"), "recovery.gone") << "the link was used";
  EXPECT_EQ(mails_to(administrator, "needs_you").size(), 1U);
  const auto target = "/api/recovery-requests/" + therapist.text();
  const auto list = ask("/api/recovery-requests", "", as(administrator), http::Method::get);
  EXPECT_NE(list.body.find(therapist.text()), std::string::npos) << list.body;
  EXPECT_EQ(said(ask(target + "/confirmation", "", as(administrator))), "204");
  EXPECT_EQ(said(ask(target + "/confirmation", "", as(administrator))), "not_found") << "once";
  const auto vouched = token_to(therapist);
  EXPECT_EQ(ask_link("berger"), "204");
  EXPECT_EQ(send_recovery_links(*house, soon()).value(), 0) << "a stranger's asking does not take the better link away";
  EXPECT_EQ(choose(vouched, "battery staple"), "204");
  EXPECT_FALSE(has_factor(therapist));
  EXPECT_EQ(log_in("berger", "battery staple"), "200");
}

TEST_P(Recovery, PasskeysGoWithTheFactorForWhomSomebodyVouched) {
  give_passkey(therapist);
  const auto token = link_for("berger", therapist);
  EXPECT_EQ(choose(token, "battery staple"), "code.wrong") << "a passkey that is there changes nothing about staff";
  EXPECT_EQ(with_token("/api/recovery/request", token), "204");
  EXPECT_EQ(said(ask("/api/recovery-requests/" + therapist.text() + "/confirmation", "", as(administrator))), "204");
  EXPECT_EQ(choose(token_to(therapist), "battery staple"), "204");
  EXPECT_EQ(passkeys_of(therapist), 0);
  EXPECT_EQ(log_in("berger", "battery staple"), "200");
}

TEST_P(Recovery, APasskeyAloneIsASecondFactorThatCanBeLost) {
  give_passkey(client);
  const auto token = link_for("amara", client);
  const auto steps = ask("/api/recovery/link", R"({"token":")" + token + "\"}").body;
  EXPECT_NE(steps.find(R"("has_second_factor":true)"), std::string::npos) << steps;
  EXPECT_EQ(choose(token, "battery staple", R"(,"lost_factor":true)"), "204");
  EXPECT_EQ(log_in("amara", "battery staple"), "login.passkey_needed");
  clock.set(clock.now() + kFactorEndsAfter);
  EXPECT_EQ(end_lost_factors(*house, soon()).value(), 1);
  EXPECT_EQ(passkeys_of(client), 0);
  EXPECT_EQ(mails_to(client, "log_in_changed").size(), 1U);
  EXPECT_EQ(actions().back(), "second_factor.lost done");
  EXPECT_EQ(log_in("amara", "battery staple"), "200");
}

TEST_P(Recovery, NobodyVouchesForThemselvesOrAfterTheyLeft) {
  const auto nils = second_administrator();
  EXPECT_EQ(with_token("/api/recovery/request", link_for("kim", administrator)), "204");
  EXPECT_EQ(mails_to(nils, "needs_you").size(), 1U);
  EXPECT_TRUE(mails_to(administrator, "needs_you").empty());
  const auto target = "/api/recovery-requests/" + administrator.text();
  EXPECT_EQ(said(ask(target + "/confirmation", "", as(administrator))), "recovery.own");
  EXPECT_EQ(said(ask(target, "", as(administrator), http::Method::del)), "recovery.own");
  EXPECT_EQ(said(ask(target + "/confirmation", "", as(nils))), "204");
  const auto token = token_to(administrator);
  EXPECT_EQ(with_token("/api/recovery/link", token), "200");
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::close_staff(tx, practice, nils, people::Leaving::orderly); }));
  EXPECT_EQ(choose(token, "battery staple"), "recovery.gone");
}

TEST_P(Recovery, ARequestEndsWhenItIsRefusedAndAfterThreeDays) {
  const auto target = "/api/recovery-requests/" + therapist.text();
  EXPECT_EQ(with_token("/api/recovery/request", link_for("berger", therapist)), "204");
  EXPECT_EQ(said(ask(target, "", as(administrator), http::Method::del)), "204");
  EXPECT_EQ(said(ask(target + "/confirmation", "", as(administrator))), "not_found");
  EXPECT_EQ(with_token("/api/recovery/request", link_for("berger", therapist)), "204");
  clock.set(clock.now() + kRecoveryRequestLasts);
  EXPECT_EQ(said(ask(target + "/confirmation", "", as(administrator))), "not_found");
  const auto list = ask("/api/recovery-requests", "", as(administrator), http::Method::get);
  EXPECT_EQ(list.body.find(therapist.text()), std::string::npos) << list.body;
  EXPECT_EQ(
      write([&](store::WriteTx& tx) -> Result<std::int64_t> { return delete_old_recoveries(tx, clock.now()); }).value(),
      1);
}

TEST_P(Recovery, AClientIsVouchedForByNobody) {
  const auto token = link_for("amara", client);
  EXPECT_EQ(with_token("/api/recovery/request", token), "recovery.no_code_asked");
  EXPECT_EQ(choose(token, "battery staple"), "204") << "the link was not used up by it";
}

INSTANTIATE_TEST_SUITE_P(Engines, Recovery, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::log_in
