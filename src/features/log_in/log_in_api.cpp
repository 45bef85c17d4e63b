#include "features/log_in/log_in_api.hpp"

#include "base/log.hpp"
#include "features/log_in/browsers.hpp"
#include "features/log_in/proofs.hpp"
#include "features/people/profiles.hpp"
#include "http/cookies.hpp"

namespace rapport::log_in {

struct Credentials {
  static constexpr std::string_view says =
      "`shared`: others use this device too. The log-in then ends with the browser, which is not remembered as one of "
      "the person's, and the page keeps nothing.";
  http::Text<1, 200> login;
  http::Text<1, 1024> password;
  std::optional<http::Text<0, 20>> code;  ///< second factor, for accounts that have one
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
  static constexpr std::string_view says = "`shared`: the person said at the log-in that others use this device too.";
  Self account;
  std::string csrf;
  bool shared = false;
};
BOOST_DESCRIBE_STRUCT(LoggedIn, (), (account, csrf, shared))

struct PracticeAnswer {
  std::string name;
  bool synthetic = false;
};
BOOST_DESCRIBE_STRUCT(PracticeAnswer, (), (name, synthetic))

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

Result<access::NewSession> begin_session(Context& context, const Call& call, const Account& account) {
  auto& house = context.house;
  TRY_ASSIGN(const auto key, house.keys.key_for(account.id, call.deadline));
  std::string browser;
  http::write(browser, browser_of(call.request->header("user-agent")));
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<access::NewSession> {
    if (!is_unchanged(tx, account)) return fail(wrong_credentials());
    entry.viewer = account.id;
    entry.role = access::role_from_text(account.role);
    entry.count = 1;
    auto made = access::create_session(tx, account.id, house.clock.now(), house.session_rules);
    access::describe_session(tx, made.id, access::seal(*key, made.id.bytes(), browser));
    return made;
  });
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

Result<Answer<LoggedIn>> log_in(Context& context, Call& call, const Credentials& credentials) {
  auto& house = context.house;
  const auto digest = digest_of(context, credentials);
  TRY_ASSIGN(const auto account,
             guarded(context, call, digest, [&] { return check_credentials(context, call, credentials, digest); }));
  TRY_ASSIGN(const auto session, begin_session(context, call, account));
  renew_hash(context, call, credentials, account);
  TRY_ASSIGN(auto profile, people::open_profile(house, account, call.deadline));
  Answer<LoggedIn> answer;
  const bool shared = credentials.shared.value_or(false);
  answer.value = {{account.id, std::move(profile.name), account.role}, house.csrf.make(session.token), shared};
  const auto now = house.clock.now();
  const Life life = shared ? kUntilTheBrowserCloses : Life(session.ends_at - now);
  answer.headers.push_back(cookie_for(call, kCookie, session.token, life));
  if (shared) {
    answer.headers.push_back(cookie_for(call, kSharedCookie, "1", kUntilTheBrowserCloses));
  } else {
    answer.headers.push_back(cookie_for(call, kSharedCookie, "", kRemoved));
    answer.headers.push_back(
        cookie_for(call, kDeviceCookie, house.log_in_guard.device_cookie(digest, now), access::kDeviceCookieLife));
  }
  return answer;
}

Result<Answer<LoggedIn>> who_am_i(Context& context, Call& call) {
  TRY_ASSIGN(auto profile, people::profile_of(context.house, context.viewer.account, call.deadline));
  Answer<LoggedIn> answer;
  answer.value = {{context.viewer.account, std::move(profile.name), std::string(to_text(context.viewer.role))},
                  context.house.csrf.make(context.session_token),
                  http::cookie_value(call.request->header("cookie"), kSharedCookie).has_value()};
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
  return Answer<PracticeAnswer>{200, {std::move(practice.name), practice.synthetic}};
}

}  // namespace

void add_log_in_routes(Routes& routes) {
  routes.post("/api/login")
      .says("Log in: a session cookie, and the token that changes need")
      .explains(
          "The answer sets the session cookie; send it with every other request. `csrf` goes into the header "
          "X-CSRF-Token of every request but GET. A wrong log-in and a wrong password get the same answer, 401.")
      .body<Credentials>()
      .answers<LoggedIn>()
      .open()
      .audits("login")
      .heavy()
      .sets_cookie()
      .handle(log_in);
  routes.get("/api/session")
      .says("Who is logged in")
      .explains("Gives the CSRF token again, for instance after a program was started anew with a cookie it kept.")
      .answers<LoggedIn>()
      .signed_in()
      .not_audited("one's own account")
      .handle(who_am_i);
  routes.post("/api/logout").says("Log out").answers<Nothing>(204).signed_in().audits("logout").handle(log_out);
  routes.get("/api/practice")
      .says("The practice's name, and whether its people are made up")
      .answers<PracticeAnswer>()
      .open()
      .not_audited("it is for everybody to see")
      .handle(about_practice);
}

}  // namespace rapport::log_in
