#include "features/notify/notify_api.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>

#include "base/address.hpp"
#include "base/bytes.hpp"
#include "features/log_in/recovery.hpp"
#include "features/log_in/whole_proof.hpp"
#include "features/notify/languages.hpp"
#include "features/notify/notices_store.hpp"
#include "features/people/profiles.hpp"

namespace rapport::notify {

struct NewEmail {
  static constexpr std::string_view says =
      "`address` empty: no mails from now on. `language` is that of the mails. `password`: needed where the address is "
      "another than now, or where the one of now is confirmed, and then from whoever has a second factor `code` or "
      "`passkey` besides, as for another password.";
  http::Text<0, kLongestMailAddress> address;
  Language language = Language::en;
  std::optional<http::Text<1, 1024>> password;
  std::optional<http::Text<1, 20>> code;
  std::optional<passkeys::PasskeyAnswer> passkey;
};
BOOST_DESCRIBE_STRUCT(NewEmail, (), (address, language, password, code, passkey))

struct UndeliveredMail {
  static constexpr std::string_view says =
      "A mail that did not leave. `failure` is `no_server` (the practice has set no mail server), `no_address` (there "
      "was no address to send to), `unreachable`, `no_encryption`, `certificate`, `login_refused` or `refused` (what "
      "the mail server did not do or take). Unless it was `given_up`, it is tried again.";
  Time at;
  std::int64_t tries = 0;
  bool given_up = false;
  std::string failure;
};
BOOST_DESCRIBE_STRUCT(UndeliveredMail, (), (at, tries, given_up, failure))

struct TestMail {
  static constexpr std::string_view says =
      "The test mail that was asked for last: `waiting`, `sent` (the mail server has taken it) or `failed`, and then "
      "why, in the words of an undelivered mail.";
  std::string state;
  std::optional<std::string> failure;
};
BOOST_DESCRIBE_STRUCT(TestMail, (), (state, failure))

struct EmailAnswer {
  static constexpr std::string_view says =
      "`address` is absent when there is none. `is_confirmed`: its owner gave it, and links for a forgotten password "
      "go there. To one that an earlier version took from the invitation they go once it was given again, with the "
      "password. `is_sent`: whether this practice sends mails at all. `undelivered` are those of the last two weeks, "
      "the latest first.";
  std::optional<std::string> address;
  bool is_confirmed = false;
  Language language = Language::en;
  bool is_sent = false;
  std::vector<UndeliveredMail> undelivered;
  std::optional<TestMail> test;
};
BOOST_DESCRIBE_STRUCT(EmailAnswer, (), (address, is_confirmed, language, is_sent, undelivered, test))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;

constexpr std::chrono::days kShownFor{14};
constexpr std::int64_t kShownAtMost = 20;

/// Those that went by this server: a test mail says nothing of another.
std::string test_prefix(AccountId account, std::string_view go_by) {
  Bytes mark(crypto_generichash_BYTES_MIN);
  crypto_generichash(mark.data(), mark.size(), as_bytes(go_by).data(), go_by.size(), nullptr, 0);
  return fmt::format("test:{}:{}:", account.text(), to_hex(mark));
}
Result<Answer<EmailAnswer>> read_email(Context& context, Call& call) {
  const auto account = context.viewer.account;
  TRY_ASSIGN(auto profile, people::profile_of(context.house, account, call.deadline));
  Answer<EmailAnswer> answer;
  answer.value.is_confirmed = profile.has_own_email();
  answer.value.address = std::move(profile.email);
  answer.value.language = profile.language == "de" ? Language::de : Language::en;
  answer.value.is_sent = context.house.sends_mail;
  const auto since = context.house.clock.now() - kShownFor;
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<void> {
    answer.value.undelivered.clear();  // this may be run again
    for (const auto& one : undelivered_to(tx, account, since, kShownAtMost)) {
      answer.value.undelivered.push_back({*one.at, one.tries, one.state == "failed", *one.failure});
    }
    if (const auto test = last_delivery_of(tx, test_prefix(account, context.house.mails_go_by)))
      answer.value.test = {test->state, test->failure};
    return {};
  }));
  return answer;
}

Result<Answer<Nothing>> ask_test(Context& context, Call& call) {
  const auto account = context.viewer.account;
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto wait, context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return queue_test(tx, account, context.house.mails_go_by, now);
  }));
  if (wait == wait.zero()) return Answer<Nothing>{202, {}};
  return fail({ErrorKind::too_many,
               "email.tested",
               "A test mail was sent within this minute already. Please wait a moment before you ask for another.",
               {},
               static_cast<int>(wait.count())});
}

Result<log_in::WholeProof> proof_of(const NewEmail& wanted) {
  if (wanted.password) return log_in::WholeProof{*wanted.password, wanted.code, wanted.passkey};
  return fail(invalid("password.needed", "Please give your password: mails to this address can open your account.",
                      {{"/password", "Give the password that you log in with now."}}));
}

/// Whoever has the address is sent the links that open the account, and what could stop that a second factor is lost.
/// So what a log-in wants is asked for, and the address of before is told: with the profile as it is when the notice is
/// queued.
Result<void> give_address(Context& context, const Call& call, const NewEmail& wanted, bool is_replaced) {
  TRY_ASSIGN(const auto proof, proof_of(wanted));
  const auto account = context.viewer.account;
  const auto now = context.house.clock.now();
  const auto notice = "log_in:address:" + MessageId::make(now).text();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(account, call.deadline));
  return log_in::with_proof(context, call, proof,
                            [&](store::WriteTx& tx, const log_in::SecondHalf& half) -> Result<void> {
                              TRY(half.use_if_there_is_one(tx));
                              if (is_replaced) {
                                TRY(queue(tx, {notice, account, Kind::address_changed}, now));
                                log_in::note_replaced_address(tx, account, now);
                              }
                              return people::change_profile(tx, *key, account, [&](people::Profile& profile) {
                                const auto& address = wanted.address.str();
                                profile.give_email(address.empty() ? std::nullopt : std::optional(address));
                                profile.language = to_text(wanted.language);
                              });
                            });
}

Result<void> choose_language(Context& context, const Call& call, Language language) {
  const auto account = context.viewer.account;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(account, call.deadline));
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.count = 1;
    return people::change_profile(tx, *key, account,
                                  [&](people::Profile& profile) { profile.language = to_text(language); });
  });
}

Result<Answer<Nothing>> change_email(Context& context, Call& call, const NewEmail& wanted) {
  const auto& address = wanted.address.str();
  if (!address.empty() && !is_mail_address_elsewhere(address)) {
    return fail(invalid("email.address", "This is not an address that mail can be sent to.",
                        {{"/address", "Give one address, such as name@example.org, without spaces."}}));
  }
  TRY_ASSIGN(const auto before, people::profile_of(context.house, context.viewer.account, call.deadline));
  const bool is_same = address == before.email.value_or("");
  const bool is_confirming = is_same && before.email && !before.has_own_email() && wanted.password;
  if (is_same && !is_confirming) {
    TRY(choose_language(context, call, wanted.language));
  } else {
    TRY(give_address(context, call, wanted, before.email && !is_same));
  }
  return Answer<Nothing>{204, {}};
}

}  // namespace

std::string mails_go_by(const config::Settings& settings) {
  return settings.mail_server + " " + settings.mail_user + " " + settings.mail_from;
}

Result<std::chrono::seconds> queue_test(store::WriteTx& tx, AccountId account, std::string_view go_by, Time now) {
  const auto prefix = test_prefix(account, go_by);
  const auto wait = wait_before_test(tx, prefix, now);
  if (wait == wait.zero()) TRY(queue(tx, {test_key(prefix, now), account, Kind::test}, now));
  return wait;
}

bool has_had_test_mail(store::ReadTx& tx, AccountId account, std::string_view go_by) {
  const auto tests = deliveries_of(tx, test_prefix(account, go_by));
  return std::any_of(tests.begin(), tests.end(), [](const Delivery& one) { return one.state == "sent"; });
}

void add_notify_routes(Routes& routes) {
  routes.get("/api/me/email")
      .says("Where one's own mails go to, and what of them did not leave")
      .answers<EmailAnswer>()
      .signed_in()
      .not_audited("one's own account")
      .handle(read_email);
  routes.put("/api/me/email")
      .says("Give, change or remove the address to which one's own mails go")
      .explains(
          "A mail says that something in Rapport is waiting, and where to log in; nothing else. Another address wants "
          "the password, and a code or a passkey where there is a second factor; the one before is told. The same "
          "address with the password confirms it. Wrong ones are counted as at the log-in.")
      .body<NewEmail>()
      .answers<Nothing>(204)
      .signed_in()
      .audits("email.change")
      .heavy()
      .handle(change_email);
  routes.post("/api/me/email/test")
      .says("Have a test mail sent to one's own address")
      .explains("What came of it is in GET /api/me/email a moment later. One a minute.")
      .answers<Nothing>(202)
      .signed_in()
      .not_audited("it says nothing, to one's own address")
      .handle(ask_test);
}

}  // namespace rapport::notify
