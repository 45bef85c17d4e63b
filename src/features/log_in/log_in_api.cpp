#include "features/log_in/log_in_api.hpp"

#include "access/known_browsers.hpp"
#include "access/session_limit.hpp"
#include "base/log.hpp"
#include "features/log_in/browsers.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/passkeys/passkey_proofs.hpp"
#include "features/people/profiles.hpp"
#include "http/cookies.hpp"

namespace rapport::log_in {

struct Credentials {
  static constexpr std::string_view says =
      "`code`: of the app, or a recovery code, for accounts with a second factor; in its place `passkey`, the "
      "answer to a challenge of `/api/login/passkey-challenge`. `shared`: others use this device "
      "too. The log-in then ends with the browser, which is not remembered as one of "
      "the person's, and the page keeps nothing.";
  http::Text<1, 200> login;
  http::Text<1, 1024> password;
  std::optional<http::Text<0, 20>> code;
  std::optional<passkeys::PasskeyAnswer> passkey;
  std::optional<bool> shared;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (login, password, code, passkey, shared))

struct PasswordHalf {
  static constexpr std::string_view says = "A wrong one counts as at the log-in.";
  http::Text<1, 200> login;
  http::Text<1, 1024> password;
};
BOOST_DESCRIBE_STRUCT(PasswordHalf, (), (login, password))

struct PasskeyLogIn {
  static constexpr std::string_view says =
      "`shared`: as at the log-in with a password. `passkey` wants its `user_handle`.";
  passkeys::PasskeyAnswer passkey;
  std::optional<bool> shared;
};
BOOST_DESCRIBE_STRUCT(PasskeyLogIn, (), (passkey, shared))

struct Self {
  AccountId id;
  std::string name;
  std::string role;
};
BOOST_DESCRIBE_STRUCT(Self, (), (id, name, role))

/// Who is logged in, and the token that every change must carry in X-CSRF-Token.
struct LoggedIn {
  static constexpr std::string_view says =
      "`shared`: the person said at the log-in that others use this device too. `needs_second_factor`: until this "
      "person "
      "has set one up, everything else is answered 403 `second_factor.needed`.";
  Self account;
  std::string csrf;
  bool shared = false;
  bool needs_second_factor = false;
};
BOOST_DESCRIBE_STRUCT(LoggedIn, (), (account, csrf, shared, needs_second_factor))

struct PracticeAnswer {
  static constexpr std::string_view says = "`sends_mail`: who forgot the password can ask for a link.";
  std::string name;
  bool synthetic = false;
  bool sends_mail = false;
};
BOOST_DESCRIBE_STRUCT(PracticeAnswer, (), (name, synthetic, sends_mail))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using people::Account;

/// The same sentence whatever was wrong, so that nobody learns who has an account.
Error wrong_credentials() {
  return {ErrorKind::unauthenticated, "login.wrong", "The log-in or the password is not right. Please try again."};
}

Bytes digest_of(const Context& context, const std::string& login) {
  return access::login_digest(context.house.root, access::normalise_login(login));
}

/// People who are made up log in to a practice that is.
bool may_log_in_here(store::ReadTx& tx, const Account& account) {
  const auto practice = people::find_practice(tx);
  return !account.made_up || (practice && practice->synthetic);
}

Result<Account> check_credentials(Context& context, const Call& call, const std::string& password, BytesView digest) {
  auto& house = context.house;
  bool may = false;
  TRY_ASSIGN(const auto account, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::optional<Account>> {
    auto found = people::find_account_by_login(tx, digest);
    may = found && may_log_in_here(tx, *found);
    return found;
  }));
  if (!account) {
    TRY(house.passwords.verify_unknown(password, call.deadline));
    return fail(wrong_credentials());
  }
  TRY_ASSIGN(const bool right, house.passwords.verify(account->password_hash, password, call.deadline));
  if (!right) return fail(wrong_credentials());
  if (!may) {
    log::warning("login.demo_account", {{"account", account->id.text()}});
    return fail(wrong_credentials());
  }
  return *account;
}

/// What was hashed with other parameters than today's is hashed anew while the password is at hand. The log-in does not
/// depend on it.
void renew_hash(Context& context, const Call& call, const Credentials& credentials, const Account& account) {
  auto& house = context.house;
  if (!house.passwords.needs_rehash(account.password_hash)) return;
  const auto hash = house.passwords.hash(credentials.password.str(), call.deadline);
  if (!hash) return;
  (void)house.db.write(call.deadline, [&](store::WriteTx& tx) -> Result<void> {
    people::replace_password_hash(tx, account.id, account.password_hash, *hash);
    return {};
  });
}

/// Of one person's codes strangers may guess as many a day, whatever addresses they guess from: whoever does knows the
/// password. A browser that is known to be the person's has the count of its own that every guess has.
constexpr access::RateClass kWrongCodes{"codes", 20.0 / 86'400, 20};

/// A code or a passkey that was wrong at the log-in is said so in the log-in's own words.
Error at_log_in(const Error& error) {
  if (error.code == "passkey.wrong") return {ErrorKind::unauthenticated, "login.passkey_wrong", error.detail};
  if (error.code != "code.wrong") return error;
  return {ErrorKind::unauthenticated, "login.code_wrong",
          "This code is not right, or it was used already. Please wait for the next one."};
}

/// What stands beside the password, or in its place.
struct Second {
  std::string code = {};
  std::optional<passkeys::Proof> passkey = {};
  bool is_empty() const { return code.empty() && !passkey; }
};

/// The second factor is asked for, and its code used up, in the transaction in which the log-in begins. False when the
/// person has none.
Result<bool> pass_second_factor(Context& context, store::WriteTx& tx, const access::SealKey& key, AccountId account,
                                const Second& second) {
  if (!second.passkey && !has_second_factor(tx, account)) return false;
  if (second.is_empty() && passkeys::count_passkeys(tx, account) > 0) {
    return fail(
        {ErrorKind::unauthenticated, "login.passkey_needed", "Please use your passkey, or give a code, as well."});
  }
  if (second.is_empty()) {
    return fail({ErrorKind::unauthenticated, "login.code_needed", "Please give the code of your second step as well."});
  }
  const auto now = context.house.clock.now();
  const auto used = second.passkey ? passkeys::use_proof(tx, *second.passkey, now)
                                   : use_code(tx, context.house.root, key, account, second.code, now);
  if (!used) return fail(at_log_in(used.error()));
  return true;
}

struct Begun {
  access::NewSession session;
  bool has_second_factor = false;
  std::vector<SessionId> ended = {};  ///< to make room for it
};

Result<Begun> begin_session(Context& context, const Call& call, const Account& account, const Second& second) {
  auto& house = context.house;
  TRY_ASSIGN(const auto key, house.keys.key_for(account.id, call.deadline));
  std::string browser;
  http::write(browser, browser_of(call.request->header("user-agent")));
  auto begun = audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Begun> {
    if (!is_unchanged(tx, account)) return fail(wrong_credentials());
    TRY_ASSIGN(const bool has_second_factor, pass_second_factor(context, tx, *key, account.id, second));
    stop_factor_loss_of(tx, account.id);
    entry.viewer = account.id;
    entry.role = access::role_from_text(account.role);
    entry.count = 1;
    auto ended = access::make_room_for_session(tx, account.id);
    auto made = access::create_session(tx, account.id, house.clock.now(), house.session_rules);
    access::describe_session(tx, made.id, access::seal(*key, made.id.bytes(), browser));
    return Begun{std::move(made), has_second_factor, std::move(ended)};
  });
  if (begun) {
    for (const auto session : begun->ended) house.session_ended(session);
  }
  if (!begun && second.passkey) passkeys::settle(context, call, *second.passkey, begun.error());
  return begun;
}

struct Proved {
  Account account;
  Begun begun;
};

/// A right password with a wrong code is found in the audit as this person's.
void call_is_of(Context& context, const Account& account) {
  context.viewer.account = account.id;
  context.viewer.role = access::role_from_text(account.role).value_or(access::Role::client);
}

/// What the audit says of a log-in that came to nothing after the first half was right. The page asks for the second by
/// sending the password alone first: that is no sign of anything.
void say_why(Context& context, const Error& error) {
  if (error.code == "login.code_needed") context.failed_at = "code needed";
  if (error.code == "login.code_wrong") context.failed_at = "code wrong";
  if (error.code == "login.passkey_needed") context.failed_at = "passkey needed";
  if (error.code == "login.passkey_wrong") context.failed_at = "passkey wrong";
  if (error.code == "passkey.copied") context.failed_at = "passkey copied";
}

Result<Begun> begin_with(Context& context, const Call& call, const Account& account, const Credentials& credentials) {
  Second second{credentials.code ? credentials.code->str() : ""};
  if (credentials.passkey) {
    auto proof = passkeys::prove_own(context, call, passkeys::Purpose::log_in, account.id, *credentials.passkey);
    if (!proof) return fail(at_log_in(proof.error()));
    second.passkey = std::move(*proof);
  }
  return begin_session(context, call, account, second);
}

Result<Proved> prove(Context& context, const Call& call, const Credentials& credentials, BytesView digest,
                     access::RateLimit& wrong_codes) {
  TRY_ASSIGN(auto account, check_credentials(context, call, credentials.password.str(), digest));
  call_is_of(context, account);
  const bool gives_second = credentials.passkey || (credentials.code && !credentials.code->str().empty());
  const bool counts = gives_second && !is_known_browser(context, call, digest);
  const auto who = to_hex(digest);
  if (const int wait = counts ? wrong_codes.take(kWrongCodes, who, std::chrono::steady_clock::now()) : 0; wait > 0) {
    return fail({ErrorKind::too_many,
                 "login.too_many",
                 "There were too many wrong codes. Please wait, or log in with a browser that you used before.",
                 {},
                 wait});
  }
  auto begun = begin_with(context, call, account, credentials);
  if (counts && (begun || !is_wrong_guess(begun.error()))) wrong_codes.give_back(kWrongCodes, who);
  if (!begun) {
    say_why(context, begun.error());
    return fail(begun.error());
  }
  return Proved{std::move(account), std::move(*begun)};
}

using Life = std::optional<std::chrono::microseconds>;

/// `life`: nothing for until the browser closes, none at all to have it removed.
std::pair<std::string, std::string> cookie_for(const Call& call, std::string_view name, std::string value, Life life) {
  std::optional<int> seconds;
  if (life) seconds = static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(*life).count());
  return {"Set-Cookie", http::set_cookie({std::string(name), std::move(value), seconds, call.request->secure})};
}

constexpr Life kRemoved = std::chrono::microseconds(0);
constexpr Life kUntilTheBrowserCloses = std::nullopt;

/// See device_cookie.
Result<Bytes> person_of(Context& context, const Call& call, BytesView digest) {
  return context.house.db.read(call.deadline,
                               [&](store::ReadTx& tx) -> Result<Bytes> { return access::guarded_person(tx, digest); });
}

Result<Answer<LoggedIn>> let_in(Context& context, const Call& call, const Proved& proved, bool shared,
                                BytesView person) {
  auto& house = context.house;
  const auto& account = proved.account;
  const auto& session = proved.begun.session;
  TRY_ASSIGN(auto profile, people::open_profile(house, account, call.deadline));
  Answer<LoggedIn> answer;
  const auto role = access::role_from_text(account.role).value_or(access::Role::client);
  answer.value = {{account.id, std::move(profile.name), account.role},
                  house.csrf.make(session.token),
                  shared,
                  lacks_second_factor(house, role, proved.begun.has_second_factor)};
  const auto now = house.clock.now();
  const Life life = shared ? kUntilTheBrowserCloses : Life(session.ends_at - now);
  answer.headers.push_back(cookie_for(call, kCookie, session.token, life));
  if (shared) {
    answer.headers.push_back(cookie_for(call, kSharedCookie, "1", kUntilTheBrowserCloses));
  } else {
    answer.headers.push_back(cookie_for(call, kSharedCookie, "", kRemoved));
    answer.headers.push_back(device_cookie(context, call, person));
  }
  return answer;
}

Result<Answer<LoggedIn>> log_in(Context& context, Call& call, const Credentials& credentials,
                                access::RateLimit& wrong_codes) {
  const auto digest = digest_of(context, credentials.login.str());
  TRY_ASSIGN(const auto person, person_of(context, call, digest));
  TRY_ASSIGN(const auto proved,
             guarded(context, call, digest, [&] { return prove(context, call, credentials, digest, wrong_codes); }));
  renew_hash(context, call, credentials, proved.account);
  return let_in(context, call, proved, credentials.shared.value_or(false), person);
}

using passkeys::PasskeyChallenge;

Answer<PasskeyChallenge> ask_passkey(Context& context, const Call& call, AccountId account,
                                     const std::vector<Bytes>& credentials) {
  auto asked = passkeys::ask(context, call, passkeys::Purpose::log_in, account);
  Answer<PasskeyChallenge> answer;
  answer.value = passkeys::challenge_of(context, call, asked.question, credentials);
  answer.headers.push_back(std::move(asked.cookie));
  return answer;
}

/// Which passkeys somebody has is told after the right password alone.
Result<Answer<PasskeyChallenge>> ask_own_passkey(Context& context, Call& call, const PasswordHalf& half) {
  const auto digest = digest_of(context, half.login.str());
  TRY_ASSIGN(const auto account, guarded(context, call, digest, [&] {
               return check_credentials(context, call, half.password.str(), digest);
             }));
  call_is_of(context, account);
  TRY_ASSIGN(const auto known,
             audited_write(context, call,
                           [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<passkeys::KnownToDevices> {
                             entry.count = 1;
                             return passkeys::known_to_devices(tx, account.id);
                           }));
  return ask_passkey(context, call, account.id, known.credentials);
}

/// Whose passkey it says it is: the account, if it may log in here, and what wrong tries are counted under. Those of no
/// passkey of anybody's are counted as well, each under its own id.
struct Claimed {
  std::optional<passkeys::Stored> passkey;
  std::optional<Account> account;
  Bytes digest;
};
Result<Claimed> claimed_by(Context& context, const Call& call, const passkeys::PasskeyAnswer& answer) {
  Claimed claimed;
  TRY_ASSIGN(claimed.passkey, passkeys::find_answering(context, call, answer));
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<void> {
    if (claimed.passkey) claimed.account = people::find_account(tx, claimed.passkey->account);
    if (claimed.account && !may_log_in_here(tx, *claimed.account)) claimed.account.reset();
    return {};
  }));
  claimed.digest = claimed.account ? claimed.account->login_digest : digest_of(context, answer.id.str());
  return claimed;
}

Result<Proved> prove_by_passkey(Context& context, const Call& call, const Claimed& claimed,
                                const passkeys::PasskeyAnswer& answer, const passkeys::Question& question) {
  auto proof = passkeys::check_answer(context, call, question, claimed.passkey, answer);
  if (!proof || !claimed.account) {
    const auto error = at_log_in(proof ? passkeys::wrong_passkey() : proof.error());
    say_why(context, error);
    return fail(error);
  }
  call_is_of(context, *claimed.account);
  auto begun = begin_session(context, call, *claimed.account, {{}, std::move(*proof)});
  if (!begun) {
    say_why(context, begun.error());
    return fail(begun.error());
  }
  return Proved{*claimed.account, std::move(*begun)};
}

Result<Answer<LoggedIn>> log_in_by_passkey(Context& context, Call& call, const PasskeyLogIn& sent) {
  TRY_ASSIGN(const auto question, passkeys::open_question(context, call, passkeys::Purpose::log_in, AccountId{}));
  TRY_ASSIGN(const auto claimed, claimed_by(context, call, sent.passkey));
  TRY_ASSIGN(const auto person, person_of(context, call, claimed.digest));
  TRY_ASSIGN(const auto proved, guarded(context, call, claimed.digest, [&] {
               return prove_by_passkey(context, call, claimed, sent.passkey, question);
             }));
  return let_in(context, call, proved, sent.shared.value_or(false), person);
}

Result<Answer<LoggedIn>> who_am_i(Context& context, Call& call) {
  TRY_ASSIGN(auto profile, people::profile_of(context.house, context.viewer.account, call.deadline));
  Answer<LoggedIn> answer;
  answer.value = {{context.viewer.account, std::move(profile.name), std::string(to_text(context.viewer.role))},
                  context.house.csrf.make(context.session_token),
                  http::cookie_value(call.request->header("cookie"), kSharedCookie).has_value(),
                  lacks_second_factor(context.house, context.viewer.role, context.viewer.has_second_factor)};
  return answer;
}

Result<Answer<Nothing>> log_out(Context& context, Call& call) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.count = access::end_session(tx, context.viewer.session) ? 1 : 0;
    return {};
  }));
  context.house.session_ended(context.viewer.session);
  Answer<Nothing> answer{204, {}};
  answer.headers.push_back(cookie_for(call, kCookie, "", kRemoved));
  answer.headers.push_back(cookie_for(call, kSharedCookie, "", kRemoved));
  // What the browser may still hold of this practice goes too.
  answer.headers.emplace_back("Clear-Site-Data", "\"cache\"");
  return answer;
}

Result<Answer<PracticeAnswer>> about_practice(Context& context, Call& call) {
  TRY_ASSIGN(auto practice, context.house.db.read(call.deadline, [](store::ReadTx& tx) -> Result<people::Practice> {
    auto found = people::find_practice(tx);
    if (!found) return fail(not_found("This database holds no practice yet."));
    return std::move(*found);
  }));
  return Answer<PracticeAnswer>{200, {std::move(practice.name), practice.synthetic, context.house.sends_mail}};
}

}  // namespace

void add_log_in_routes(Routes& routes) {
  routes.post("/api/login")
      .says("Log in: a session cookie, and the token that changes need")
      .explains(
          "The answer sets the session cookie; send it with every other request. `csrf` goes into the header "
          "X-CSRF-Token of every request but GET. A wrong log-in and a wrong password get the same answer, 401 "
          "`login.wrong`. Where the person has a second factor, a right password without `code` gets 401 "
          "`login.code_needed`: send both again with a code of the app, or a recovery code. Each counts once. Where "
          "there "
          "are passkeys it gets 401 `login.passkey_needed`: send both to `/api/login/passkey-challenge`, and then both "
          "again "
          "with the passkey's answer; a code counts there too. A person has 20 log-ins: of more the one that was "
          "longest unused ends.")
      .body<Credentials>()
      .answers<LoggedIn>()
      .open()
      .audits("login")
      .heavy()
      .sets_cookie()
      .handle([wrong_codes = std::make_shared<access::RateLimit>()](Context& context, Call& call,
                                                                    const Credentials& credentials) {
        return log_in(context, call, credentials, *wrong_codes);
      });
  routes.post("/api/login/passkey-challenge")
      .says("A challenge for somebody's passkeys, after the right password")
      .body<PasswordHalf>()
      .answers<PasskeyChallenge>()
      .open()
      .audits("passkey.challenge")
      .heavy()
      .sets_cookie()
      .handle(ask_own_passkey);
  routes.post("/api/passkey-login/challenge")
      .says("A challenge for a log-in with a passkey alone")
      .answers<PasskeyChallenge>()
      .open()
      .not_audited("it says nothing about anybody")
      .sets_cookie()
      .handle([](Context& context, Call& call) -> Result<Answer<PasskeyChallenge>> {
        return ask_passkey(context, call, AccountId{}, {});
      });
  routes.post("/api/passkey-login")
      .says("Log in with a passkey alone")
      .explains(
          "401 `login.passkey_wrong` whatever was wrong with it; 409 `passkey.over` when the challenge is too old, was "
          "answered or went to another browser; 409 `passkey.copied` when the passkey says that it has signed less "
          "often "
          "than is known.")
      .body<PasskeyLogIn>()
      .answers<LoggedIn>()
      .open()
      .audits("login")
      .sets_cookie()
      .handle(log_in_by_passkey);
  routes.get("/api/session")
      .says("Who is logged in")
      .explains("Gives the CSRF token again, for instance after a program was started anew with a cookie it kept.")
      .answers<LoggedIn>()
      .signed_in()
      .before_second_factor()
      .not_audited("one's own account")
      .handle(who_am_i);
  routes.post("/api/logout")
      .says("Log out")
      .answers<Nothing>(204)
      .signed_in()
      .before_second_factor()
      .audits("logout")
      .handle(log_out);
  routes.get("/api/practice")
      .says("The practice's name, and whether its people are made up")
      .answers<PracticeAnswer>()
      .open()
      .not_audited("it is for everybody to see")
      .handle(about_practice);
}

}  // namespace rapport::log_in
