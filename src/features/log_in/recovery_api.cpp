#include "features/log_in/recovery_api.hpp"

#include "access/known_browsers.hpp"
#include "features/log_in/account_api.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/notify/notify.hpp"
#include "features/people/profiles.hpp"

namespace rapport::log_in {

struct RecoveryAsked {
  http::Text<1, 200> login;
};
BOOST_DESCRIBE_STRUCT(RecoveryAsked, (), (login))

struct RecoveryToken {
  http::Text<1, 100> token;
};
BOOST_DESCRIBE_STRUCT(RecoveryToken, (), (token))

struct RecoverySteps {
  static constexpr std::string_view says =
      "What a link asks for. `asks_code`: a recovery code, because the person works in the practice and nobody has "
      "vouched for them. `has_second_factor`: the log-in asks for a code or a passkey afterwards; that of a client can "
      "be said to be lost. `factor_ends_at`: it was. `factor_stays_until`: until then it cannot, because the address "
      "for "
      "mails became another a short while ago.";
  bool asks_code = false;
  bool has_second_factor = false;
  std::optional<Time> factor_ends_at;
  std::optional<Time> factor_stays_until;
  Time ends_at;
};
BOOST_DESCRIBE_STRUCT(RecoverySteps, (), (asks_code, has_second_factor, factor_ends_at, factor_stays_until, ends_at))

struct RecoveredPassword {
  static constexpr std::string_view says =
      "`code`: a recovery code, where the link asks for one. `lost_factor`: a client's second factor is lost, with its "
      "recovery codes and passkeys.";
  http::Text<1, 100> token;
  http::Text<1, kLongestPassword> new_password;
  std::optional<http::Text<0, 20>> code;
  std::optional<bool> lost_factor;
};
BOOST_DESCRIBE_STRUCT(RecoveredPassword, (), (token, new_password, code, lost_factor))

struct RecoveryRequestEntry {
  AccountId account;
  Time asked_at;
  Time ends_at;
};
BOOST_DESCRIBE_STRUCT(RecoveryRequestEntry, (), (account, asked_at, ends_at))

struct RecoveryRequests {
  static constexpr std::string_view says = "Members of staff without a recovery code who wait to be vouched for.";
  std::vector<RecoveryRequestEntry> requests;
};
BOOST_DESCRIBE_STRUCT(RecoveryRequests, (), (requests))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;
using people::Account;

/// Links for one person: asked for by strangers, and in browsers that are known to be theirs. So strangers cannot use
/// up what is the person's.
constexpr access::RateClass kLinksOfOne{"recovery", 5.0 / 3600, 5};
constexpr access::RateClass kLinksFromOneAddress{"recovery_address", 20.0 / 3600, 20};
/// Wrong recovery codes that were tried with one link.
constexpr access::RateClass kCodesOfOneLink{"recovery_codes", 10.0 / 3600, 10};

Error gone() {
  return {ErrorKind::not_found, "recovery.gone",
          "This link does not work, or does not work any more. Please ask for a new one."};
}

/// Whether another link may be sent. Who asks too often is not told: it would tell who has an account.
bool may_ask(Context& context, const Call& call, BytesView login_digest, access::RateLimit& links) {
  const auto now = std::chrono::steady_clock::now();
  const auto who = to_hex(login_digest);
  if (is_known_browser(context, call, login_digest)) return links.take(kLinksOfOne, "known " + who, now) == 0;
  return links.take(kLinksFromOneAddress, access::address_to_count(call.request->peer), now) == 0 &&
         links.take(kLinksOfOne, who, now) == 0;
}

/// Nothing here looks whether there is such an account, so nothing can tell: who exists is sent a link afterwards
/// (send_recovery_links).
Result<Answer<Nothing>> ask(Context& context, Call& call, const RecoveryAsked& body, access::RateLimit& links) {
  auto& house = context.house;
  if (!house.sends_mail) {
    return fail({ErrorKind::conflict, "recovery.no_mail",
                 "This practice sends no mails. Please turn to the practice, at best by telephone."});
  }
  const auto digest = access::login_digest(house.root, access::normalise_login(body.login.str()));
  const bool may = may_ask(context, call, digest, links);
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    if (!may) return {};
    ask_for_link(tx, digest, house.clock.now());
    entry.viewer.reset();  // somebody, about somebody
    entry.role.reset();
    entry.count = 1;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

/// A link with the person whom it was sent to.
struct Found {
  RecoveryLink link;
  Account account;
  bool is_staff = false;
  bool has_second_factor = false;
  std::optional<Time> factor_ends_at = {};
  std::optional<Time> factor_stays_until = {};

  bool asks_code() const { return is_staff && !link.vouched; }
};
Result<Found> find(store::ReadTx& tx, const RecoveryLink& link, Time now) {
  auto account = people::find_account(tx, link.account);
  if (!account) return fail(gone());
  const bool has_one = has_second_factor(tx, account->id);
  const bool is_staff = account->role != to_text(access::Role::client);
  return Found{link,
               std::move(*account),
               is_staff,
               has_one,
               factor_ends_at(tx, link.account),
               factor_stays_until(tx, link.account, now)};
}
/// Whoever has the link acts as the one whom it is for, also where it fails: so it is found in the audit.
Result<Found> find(Context& context, const Call& call, std::string_view token) {
  const auto now = context.house.clock.now();
  TRY_ASSIGN(auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Found> {
    const auto link = find_recovery_link(tx, recovery_digest(token), now);
    if (!link) return fail(gone());
    return find(tx, *link, now);
  }));
  context.viewer.account = found.account.id;
  context.viewer.role = access::role_from_text(found.account.role).value_or(access::Role::client);
  return found;
}

Result<Answer<RecoverySteps>> look(Context& context, Call& call, const RecoveryToken& body) {
  TRY_ASSIGN(const auto found, find(context, call, body.token.str()));
  return Answer<RecoverySteps>{200,
                               {found.asks_code(), found.has_second_factor && !found.link.vouched, found.factor_ends_at,
                                found.factor_stays_until, found.link.ends_at}};
}

Error no_recovery_code() {
  return invalid("code.wrong", "This is none of your recovery codes, or it was used already.",
                 {{"/code", "Give a recovery code that was not used."}});
}

/// The link is used up for whom it was found; else it was used or replaced meanwhile.
Result<Found> use(store::WriteTx& tx, std::string_view token, const Found& before, Time now) {
  const auto account = people::lock_account(tx, before.account.id);
  const auto link = use_recovery_link(tx, recovery_digest(token), now);
  if (!account || !link || link->account != account->id) return fail(gone());
  return find(tx, *link, now);
}

struct Reset {
  std::string hash;
  std::optional<RecoveryLetter> stop;  ///< the mail that says that the second factor ends, and how to stop that
};

Result<void> lose_factor(store::WriteTx& tx, const Found& found, const RecoveryLetter& stop, Time now) {
  if (found.factor_stays_until) {
    return fail({ErrorKind::conflict, "recovery.address_new",
                 "Your address for mails became another less than seven days ago. Until then the second step cannot be "
                 "ended by mail; please use it, or a recovery code."});
  }
  const auto account = found.account.id;
  announce_factor_loss(tx, account, recovery_digest(stop.token), now + kFactorEndsAfter);
  notify::drop_waiting(tx, stop.notice_prefix, now);
  TRY(notify::queue(tx, {stop.notice_key, account, notify::Kind::factor_loss, stop.sealed_path}, now));
  return {};
}

struct Changed {
  std::vector<SessionId> ended;
  Bytes person;  ///< access::guarded_person
  bool gave_all = false;
};

/// In one transaction: the link and the code are used up and the password is another, or nothing is. For whom somebody
/// vouched the second factor goes: they set one up anew.
Result<Changed> reset(Context& context, const Call& call, const Found& before, const RecoveredPassword& body,
                      const Reset& made) {
  auto& house = context.house;
  const auto now = house.clock.now();
  const auto notice = "log_in:password:" + MessageId::make(now).text();
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Changed> {
    TRY_ASSIGN(const auto found, use(tx, body.token.str(), before, now));
    const auto id = found.account.id;
    if (found.asks_code() && !use_recovery_code(tx, house.root, id, body.code ? body.code->str() : "")) {
      return fail(no_recovery_code());
    }
    people::replace_password_hash(tx, id, found.account.password_hash, made.hash);
    if (found.link.vouched) end_second_factor(tx, id);
    if (made.stop && found.has_second_factor) TRY(lose_factor(tx, found, *made.stop, now));
    end_recovery_request(tx, found.account.practice, id, now);
    TRY(notify::queue(tx, {notice, id, notify::Kind::password_changed}, now));
    entry.count = 1;
    Changed changed{end_other_log_ins(tx, id, std::nullopt), {}, found.asks_code() || !has_second_factor(tx, id)};
    changed.person = access::guarded_person(tx, found.account.login_digest);
    return changed;
  });
}

/// Runs `change` () -> Result<T> as a guess at the recovery codes of whoever has this link.
template <class F>
auto as_guess(access::RateLimit& codes, const RecoveredPassword& body, F change) -> decltype(change()) {
  const auto link = to_hex(recovery_digest(body.token.str()));
  if (const int wait = codes.take(kCodesOfOneLink, link, std::chrono::steady_clock::now()); wait > 0) {
    return fail({ErrorKind::too_many,
                 "login.too_many",
                 "Too many wrong codes were tried with this link. Please wait, or ask for another one.",
                 {},
                 wait});
  }
  auto done = change();
  if (done || !is_wrong_guess(done.error())) codes.give_back(kCodesOfOneLink, link);
  return done;
}

/// The browser counts as the person's until it is closed, if the link was all that a log-in asks for: they have to get
/// in where strangers guess at them, too.
Result<Answer<Nothing>> choose_password(Context& context, Call& call, const RecoveredPassword& body,
                                        access::RateLimit& codes) {
  auto& house = context.house;
  TRY_ASSIGN(const auto found, find(context, call, body.token.str()));
  TRY(check_new_password(context, found.account, body.new_password.str()));
  Reset made;
  if (body.lost_factor.value_or(false) && !found.is_staff) {
    TRY_ASSIGN(made.stop, letter_with_stop(house, found.account.id, call.deadline));
  }
  TRY_ASSIGN(made.hash, house.passwords.hash(body.new_password.str(), call.deadline));
  const auto change = [&] { return reset(context, call, found, body, made); };
  TRY_ASSIGN(const auto changed, found.asks_code() ? as_guess(codes, body, change) : change());
  for (const auto session : changed.ended) house.session_ended(session);
  Answer<Nothing> answer{204, {}};
  if (changed.gave_all) {
    answer.headers.push_back(device_cookie(context, call, changed.person, Remembered::until_closed));
  }
  return answer;
}

/// A member of staff without a recovery code waits for an administrator.
Result<Answer<Nothing>> ask_administrators(Context& context, Call& call, const RecoveryToken& body) {
  const auto now = context.house.clock.now();
  const auto notice = "recovery_request:" + MessageId::make(now).text() + ":";
  TRY_ASSIGN(const auto before, find(context, call, body.token.str()));
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const auto found, use(tx, body.token.str(), before, now));
    if (!found.asks_code()) {
      return fail({ErrorKind::conflict, "recovery.no_code_asked",
                   "Nobody has to vouch for you: please choose a new password."});
    }
    ask_for_confirmation(tx, found.account.id, now);
    for (const auto administrator : who_vouches(tx, found.account.id)) {
      TRY(notify::queue(tx, {notice + administrator.text(), administrator}, now));
    }
    entry.count = 1;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> stop(Context& context, Call& call, const RecoveryToken& body) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    const auto whose = stop_factor_loss(tx, recovery_digest(body.token.str()));
    if (!whose) return fail(gone());
    entry.viewer = whose;
    entry.role = access::Role::client;
    entry.count = 1;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<RecoveryRequests>> read_requests(Context& context, Call& call) {
  TRY_ASSIGN(const auto waiting,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<RecoveryRequest>> {
               return list_recovery_requests(tx, context.viewer.practice, context.house.clock.now());
             }));
  Answer<RecoveryRequests> answer;
  for (const auto& one : waiting) answer.value.requests.push_back({one.account, one.asked_at, one.ends_at});
  return answer;
}

/// Runs `change` (WriteTx&) -> Result<void> once the request waits no longer. Nobody vouches for themselves: a second
/// person has to know that it is them.
template <class F>
Result<Answer<Nothing>> settle_request(Context& context, const Call& call, AccountId account, F change) {
  if (account == context.viewer.account) {
    return fail({ErrorKind::conflict, "recovery.own", "Another administrator has to decide this."});
  }
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    if (!end_recovery_request(tx, context.viewer.practice, account, context.house.clock.now())) {
      return fail(not_found());
    }
    entry.view = "account " + account.text();
    entry.count = 1;
    return change(tx);
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> vouch(Context& context, Call& call) {
  const auto account = call.path_id<AccountId>("account");
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto profile, people::profile_of(context.house, account, call.deadline));
  TRY_ASSIGN(const auto letter, letter_with_link(context.house, account, call.deadline));
  return settle_request(context, call, account, [&](store::WriteTx& tx) -> Result<void> {
    if (!profile.has_own_email()) {
      return fail(
          {ErrorKind::conflict, "recovery.no_address",
           "This person has no mail address that they gave themselves, so no link can be sent to them. Close the "
           "account and invite them anew."});
    }
    const RecoveryLink link{account, now + kRecoveryLinkLasts, true, context.viewer.account};
    TRY(send_recovery_link(tx, letter, link, now));
    return {};
  });
}

Result<Answer<Nothing>> refuse(Context& context, Call& call) {
  return settle_request(context, call, call.path_id<AccountId>("account"),
                        [](store::WriteTx& /*tx*/) -> Result<void> { return {}; });
}

void add_routes_of_links(Routes& routes) {
  routes.post("/api/recovery")
      .says("Ask for a link by mail to choose a new password")
      .explains(
          "The same answer, after the same work, whether or not there is such an account, it has a mail address, or "
          "too "
          "many links were asked for. The link works once, for 30 minutes; the one before leads nowhere then. 409 "
          "`recovery.no_mail` where the practice sends no mails.")
      .body<RecoveryAsked>()
      .answers<Nothing>(204)
      .open()
      .audits("recovery.ask")
      .handle([links = std::make_shared<access::RateLimit>()](Context& context, Call& call, const RecoveryAsked& body) {
        return ask(context, call, body, *links);
      });
  routes.post("/api/recovery/link")
      .says("What such a link asks for")
      .explains("404 `recovery.gone` for every link that does not work, whatever is wrong with it.")
      .body<RecoveryToken>()
      .answers<RecoverySteps>()
      .open()
      .not_audited("it shows whoever has the link what they have to give")
      .handle(look);
  routes.post("/api/recovery/password")
      .says("Use such a link: choose a new password")
      .explains(
          "All log-ins of the person end, and a mail tells them. A second factor is still asked for at the log-in; for "
          "whom an administrator has vouched it is gone. With `lost_factor` that of a client ends 24 hours later, "
          "which a mail tells them; a link in it, or any log-in, stops that. 409 `recovery.address_new` within seven "
          "days after the address became another. Wrong codes are counted by link, and no guesses at the log-in are.")
      .body<RecoveredPassword>()
      .answers<Nothing>(204)
      .open()
      .audits("recovery.password")
      .heavy()
      .sets_cookie()
      .handle(
          [codes = std::make_shared<access::RateLimit>()](Context& context, Call& call, const RecoveredPassword& body) {
            return choose_password(context, call, body, *codes);
          });
  routes.post("/api/recovery/request")
      .says("Use such a link, as a member of staff without a recovery code: ask the administrators")
      .explains(
          "It waits for at most 72 hours. Once an administrator has vouched for the person they get a link that asks "
          "for "
          "no recovery code.")
      .body<RecoveryToken>()
      .answers<Nothing>(204)
      .open()
      .audits("recovery.request")
      .handle(ask_administrators);
  routes.post("/api/recovery/stop")
      .says("Keep the second factor that was said to be lost")
      .body<RecoveryToken>()
      .answers<Nothing>(204)
      .open()
      .audits("recovery.stop")
      .handle(stop);
}

}  // namespace

void add_recovery_routes(Routes& routes) {
  add_routes_of_links(routes);
  routes.get("/api/recovery-requests")
      .says("Members of staff who wait to be vouched for, because password and recovery codes are lost")
      .answers<RecoveryRequests>()
      .needs(PermissionName{"manage_people"})
      .not_audited("it shows nothing of any client")
      .handle(read_requests);
  routes.post("/api/recovery-requests/{account}/confirmation")
      .says("Vouch for whoever asked: they get a link by mail that asks for no recovery code")
      .explains(
          "Nobody vouches for themselves: 409 `recovery.own`. 409 `recovery.no_address` where there is no address that "
          "the person gave themselves.")
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_people"}, "account")
      .audits("recovery.vouch")
      .handle(vouch);
  routes.del("/api/recovery-requests/{account}")
      .says("Refuse to vouch for them")
      .answers<Nothing>(204)
      .needs(PermissionName{"manage_people"}, "account")
      .audits("recovery.refuse")
      .handle(refuse);
}

}  // namespace rapport::log_in
