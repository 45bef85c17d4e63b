#include "features/log_in/account_api.hpp"

#include "access/known_browsers.hpp"
#include "features/log_in/browsers.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/whole_proof.hpp"
#include "features/notify/notify.hpp"
#include "features/people/profiles.hpp"

namespace rapport::log_in {

struct LogInEntry {
  static constexpr std::string_view says =
      "`current` is the one that asks. `browser` and `system` are absent where they are not known.";
  SessionId id;
  Time began_at;
  Time seen_at;
  bool current = false;
  std::optional<std::string> browser;
  std::optional<std::string> system;
};
BOOST_DESCRIBE_STRUCT(LogInEntry, (), (id, began_at, seen_at, current, browser, system))

struct LogIns {
  static constexpr std::string_view says = "`login`: one's own log-in name.";
  std::string login;
  std::vector<LogInEntry> sessions;
};
BOOST_DESCRIBE_STRUCT(LogIns, (), (login, sessions))

struct PasswordChange {
  static constexpr std::string_view says =
      "`password` is that of now. `code`: of the app, or a recovery code, for whoever has a second factor; in its "
      "place "
      "`passkey`, the answer to a challenge of `/api/me/passkeys/challenge`.";
  http::Text<1, 1024> password;
  http::Text<1, kLongestPassword> new_password;
  std::optional<http::Text<0, 20>> code;
  std::optional<passkeys::PasskeyAnswer> passkey;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (password, new_password, code, passkey))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;

std::optional<std::string> if_known(std::string text) {
  return text.empty() ? std::nullopt : std::optional(std::move(text));
}

Result<LogInEntry> entry_of(const access::SealKey& key, const access::ListedSession& listed, SessionId current) {
  LogInEntry entry{listed.id, listed.began_at, listed.seen_at, listed.id == current, {}, {}};
  if (!listed.sealed_browser) return entry;
  TRY_ASSIGN(const auto text, access::unseal(key, listed.id.bytes(), *listed.sealed_browser));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  TRY_ASSIGN(auto browser, http::parse<Browser>(value));
  entry.browser = if_known(std::move(browser.name));
  entry.system = if_known(std::move(browser.system));
  return entry;
}

Result<Answer<LogIns>> list_log_ins(Context& context, Call& call) {
  auto& house = context.house;
  const auto account = context.viewer.account;
  TRY_ASSIGN(const auto key, house.keys.key_for(account, call.deadline));
  TRY_ASSIGN(const auto listed,
             house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<access::ListedSession>> {
               return access::list_sessions(tx, account, house.clock.now(), house.session_rules);
             }));
  Answer<LogIns> answer;
  TRY_ASSIGN(auto profile, people::profile_of(house, account, call.deadline));
  answer.value.login = std::move(profile.login);
  for (const auto& one : listed) {
    TRY_ASSIGN(auto entry, entry_of(*key, one, context.viewer.session));
    answer.value.sessions.push_back(std::move(entry));
  }
  return answer;
}

Result<Answer<Nothing>> end_one(Context& context, Call& call) {
  const auto session = call.path_id<SessionId>("session");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    if (!access::end_session_of(tx, context.viewer.account, session)) return fail(not_found());
    entry.count = 1;
    return {};
  }));
  context.house.session_ended(session);
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> end_others(Context& context, Call& call) {
  TRY_ASSIGN(const auto digest, own_login_digest(context, call));
  const bool was_known = is_known_browser(context, call, digest);
  Bytes person;
  TRY_ASSIGN(const auto ended, audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
               auto sessions = end_other_log_ins(tx, context.viewer.account, context.viewer.session);
               entry.count =
                   std::ssize(sessions) + 1;  // with the browsers, which are forgotten though nobody was there
               person = access::guarded_person(tx, digest);
               return Result<std::vector<SessionId>>(std::move(sessions));
             }));
  for (const auto session : ended) context.house.session_ended(session);
  Answer<Nothing> answer{204, {}};
  if (was_known) answer.headers.push_back(device_cookie(context, call, person));
  return answer;
}

Result<Answer<Nothing>> change_password(Context& context, Call& call, const PasswordChange& change) {
  auto& house = context.house;
  TRY_ASSIGN(const auto account, prove_guarded(context, call, change.password.str()));
  TRY(check_new_password(context, account, change.new_password.str()));
  TRY_ASSIGN(const auto hash, house.passwords.hash(change.new_password.str(), call.deadline));
  const auto now = house.clock.now();
  const auto notice = MessageId::make(now);
  const auto code = change.code ? change.code->str() : std::string();
  const bool was_known = is_known_browser(context, call, account.login_digest);
  Bytes person;
  const auto replace = [&](store::WriteTx& tx, access::AuditEntry& entry,
                           const SecondHalf& half) -> Result<std::vector<SessionId>> {
    if (!is_unchanged(tx, account)) return fail(changed_meanwhile());
    TRY(half.use_if_there_is_one(tx));
    people::replace_password_hash(tx, account.id, account.password_hash, hash);
    TRY(notify::queue(tx, {"log_in:password:" + notice.text(), account.id, notify::Kind::password_changed}, now));
    entry.count = 1;
    auto sessions = end_other_log_ins(tx, account.id, context.viewer.session);
    person = access::guarded_person(tx, account.login_digest);
    return sessions;
  };
  TRY_ASSIGN(const auto ended, guarded(context, call, account.login_digest, [&]() -> Result<std::vector<SessionId>> {
               TRY_ASSIGN(const auto half, SecondHalf::of(context, call, code, change.passkey));
               auto done = audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
                 return replace(tx, entry, half);
               });
               if (!done) half.settle(context, call, done.error());
               return done;
             }));
  for (const auto session : ended) house.session_ended(session);
  Answer<Nothing> answer{204, {}};
  if (was_known) answer.headers.push_back(device_cookie(context, call, person));
  return answer;
}

}  // namespace

void add_account_routes(Routes& routes) {
  routes.get("/api/me/sessions")
      .says("Under which name one logs in, and where one is logged in: the last used first")
      .answers<LogIns>()
      .signed_in()
      .before_second_factor()
      .not_audited("one's own account")
      .handle(list_log_ins);
  routes.del("/api/me/sessions/{session}")
      .says("End one of one's own log-ins")
      .explains("Its live connections are closed. 404 when it has ended already.")
      .answers<Nothing>(204)
      .signed_in()
      .audits("session.end")
      .handle(end_one);
  routes.del("/api/me/sessions")
      .says("End all of one's own log-ins but the one that asks")
      .answers<Nothing>(204)
      .signed_in()
      .audits("session.end_others")
      .handle(end_others);
  routes.put("/api/me/password")
      .says("Change one's own password")
      .explains(
          "All other log-ins end, and a mail tells the person. Whoever has a second factor gives a code or a passkey, "
          "too. "
          "Wrong "
          "passwords and codes are counted as at the log-in.")
      .body<PasswordChange>()
      .answers<Nothing>(204)
      .signed_in()
      .audits("password.change")
      .heavy()
      .handle(change_password);
}

}  // namespace rapport::log_in
