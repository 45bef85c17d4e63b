#include "features/log_in/log_in_api.hpp"

#include "access/known_browsers.hpp"
#include "base/log.hpp"
#include "features/log_in/browsers.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/people/profiles.hpp"
#include "http/cookies.hpp"

namespace rapport::log_in {

struct Credentials {
  static constexpr std::string_view says =
      "`code`: of the app, or a recovery code, for accounts with a second factor. `shared`: others use this device "
      "too. The log-in then ends with the browser, which is not remembered as one of "
      "the person's, and the page keeps nothing.";
  http::Text<1, 200> login;
  http::Text<1, 1024> password;
  std::optional<http::Text<0, 20>> code;
  std::optional<bool> shared;
};
BOOST_DESCRIBE_STRUCT(Credentials, (), (login, password, code, shared))

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

Bytes digest_of(const Context& context, const Credentials& credentials) {
  return access::login_digest(context.house.master, access::normalise_login(credentials.login.str()));
}

Result<Account> check_credentials(Context& context, const Call& call, const Credentials& credentials,
                                  BytesView digest) {
  auto& house = context.house;
  bool synthetic = false;
  TRY_ASSIGN(const auto account, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::optional<Account>> {
    const auto practice = people::find_practice(tx);
    synthetic = practice && practice->synthetic;
    return people::find_account_by_login(tx, digest);
  }));
  if (!account) {
    TRY(house.passwords.verify_unknown(credentials.password.str(), call.deadline));
    return fail(wrong_credentials());
  }
  TRY_ASSIGN(const bool right,
             house.passwords.verify(account->password_hash, credentials.password.str(), call.deadline));
  if (!right) return fail(wrong_credentials());
  if (account->made_up && !synthetic) {
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

/// A code that was wrong at the log-in is said so in the log-in's own words.
Error at_log_in(const Error& error) {
  if (error.code != "code.wrong") return error;
  return {ErrorKind::unauthenticated, "login.code_wrong",
          "This code is not right, or it was used already. Please wait for the next one."};
}

/// The second factor is asked for, and its code used up, in the transaction in which the log-in begins. False when the
/// person has none.
Result<bool> pass_second_factor(Context& context, store::WriteTx& tx, const access::SealKey& key, AccountId account,
                                const std::string& code) {
  const auto secret = find_code_secret(tx, account);
  if (!secret || !secret->confirmed_at) return false;
  if (code.empty()) {
    return fail({ErrorKind::unauthenticated, "login.code_needed", "Please give the code of your second step as well."});
  }
  const auto used = use_code(tx, context.house.master, key, account, code, context.house.clock.now());
  if (!used) return fail(at_log_in(used.error()));
  return true;
}

struct Begun {
  access::NewSession session;
  bool has_second_factor = false;
};

Result<Begun> begin_session(Context& context, const Call& call, const Account& account, const std::string& code) {
  auto& house = context.house;
  TRY_ASSIGN(const auto key, house.keys.key_for(account.id, call.deadline));
  std::string browser;
  http::write(browser, browser_of(call.request->header("user-agent")));
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Begun> {
    if (!is_unchanged(tx, account)) return fail(wrong_credentials());
    TRY_ASSIGN(const bool has_second_factor, pass_second_factor(context, tx, *key, account.id, code));
    stop_factor_loss_of(tx, account.id);
    entry.viewer = account.id;
    entry.role = access::role_from_text(account.role);
    entry.count = 1;
    auto made = access::create_session(tx, account.id, house.clock.now(), house.session_rules);
    access::describe_session(tx, made.id, access::seal(*key, made.id.bytes(), browser));
    return Begun{std::move(made), has_second_factor};
  });
}

struct Proved {
  Account account;
  Begun begun;
};

Result<Proved> prove(Context& context, const Call& call, const Credentials& credentials, BytesView digest,
                     access::RateLimit& wrong_codes) {
  TRY_ASSIGN(auto account, check_credentials(context, call, credentials, digest));
  context.viewer.account = account.id;  // a right password with a wrong code is found in the audit as this person's
  context.viewer.role = access::role_from_text(account.role).value_or(access::Role::client);
  const auto code = credentials.code ? credentials.code->str() : std::string();
  const bool counts = !code.empty() && !is_known_browser(context, call, digest);
  const auto who = to_hex(digest);
  if (const int wait = counts ? wrong_codes.take(kWrongCodes, who, std::chrono::steady_clock::now()) : 0; wait > 0) {
    return fail({ErrorKind::too_many,
                 "login.too_many",
                 "There were too many wrong codes. Please wait, or log in with a browser that you used before.",
                 {},
                 wait});
  }
  auto begun = begin_session(context, call, account, code);
  if (counts && (begun || !is_wrong_guess(begun.error()))) wrong_codes.give_back(kWrongCodes, who);
  if (!begun) {
    // The page asks for the code by sending the password alone first: that is no sign of anything.
    if (begun.error().code == "login.code_needed") context.failed_at = "code needed";
    if (begun.error().code == "login.code_wrong") context.failed_at = "code wrong";
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

Result<Answer<LoggedIn>> log_in(Context& context, Call& call, const Credentials& credentials,
                                access::RateLimit& wrong_codes) {
  auto& house = context.house;
  const auto digest = digest_of(context, credentials);
  TRY_ASSIGN(const auto person, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Bytes> {
    return access::guarded_person(tx, digest);
  }));
  TRY_ASSIGN(const auto proved,
             guarded(context, call, digest, [&] { return prove(context, call, credentials, digest, wrong_codes); }));
  const auto& account = proved.account;
  const auto& session = proved.begun.session;
  renew_hash(context, call, credentials, account);
  TRY_ASSIGN(auto profile, people::open_profile(house, account, call.deadline));
  Answer<LoggedIn> answer;
  const bool shared = credentials.shared.value_or(false);
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
          "`login.code_needed`: send both again with a code of the app, or a recovery code. Each counts once.")
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
