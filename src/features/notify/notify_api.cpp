#include "features/notify/notify_api.hpp"

#include "features/notify/mail.hpp"
#include "features/notify/notices_store.hpp"
#include "features/people/profiles.hpp"

namespace rapport::notify {

BOOST_DESCRIBE_ENUM(Language, en, de)

struct NewEmail {
  static constexpr std::string_view says = "`address` empty: no mails from now on. `language` is that of the mails.";
  http::Text<0, kLongestAddress> address;
  Language language = Language::en;
};
BOOST_DESCRIBE_STRUCT(NewEmail, (), (address, language))

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

struct EmailAnswer {
  static constexpr std::string_view says =
      "`address` is absent when there is none. `is_sent`: whether this practice sends mails at all. `undelivered` are "
      "those of the last two weeks, the latest first.";
  std::optional<std::string> address;
  Language language = Language::en;
  bool is_sent = false;
  std::vector<UndeliveredMail> undelivered;
};
BOOST_DESCRIBE_STRUCT(EmailAnswer, (), (address, language, is_sent, undelivered))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

constexpr std::chrono::days kShownFor{14};
constexpr std::int64_t kShownAtMost = 20;

Result<Answer<EmailAnswer>> read_email(Context& context, Call& call) {
  const auto account = context.viewer.account;
  TRY_ASSIGN(auto profile, people::profile_of(context.house, account, call.deadline));
  TRY_ASSIGN(const auto undelivered, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return Result<std::vector<Delivery>>(
        undelivered_to(tx, account, context.house.clock.now() - kShownFor, kShownAtMost));
  }));
  Answer<EmailAnswer> answer;
  answer.value.address = std::move(profile.email);
  answer.value.language = profile.language == "de" ? Language::de : Language::en;
  answer.value.is_sent = context.house.sends_mail;
  for (const auto& one : undelivered) {
    answer.value.undelivered.push_back({*one.at, one.tries, one.state == "failed", *one.failure});
  }
  return answer;
}

Result<Answer<Nothing>> change_email(Context& context, Call& call, const NewEmail& wanted) {
  const auto& address = wanted.address.str();
  if (!address.empty() && !is_mail_address(address)) {
    return fail(invalid("email.address", "This is not an address that mail can be sent to.",
                        {{"/address", "Give one address, such as name@example.org, without spaces."}}));
  }
  const auto account = context.viewer.account;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(account, call.deadline));
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
    entry.count = 1;
    return people::change_profile(tx, *key, account, [&](people::Profile& profile) {
      profile.email = address.empty() ? std::nullopt : std::optional(address);
      profile.language = wanted.language == Language::de ? "de" : "en";
    });
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_notify_routes(Routes& routes) {
  routes.get("/api/me/email")
      .says("Where one's own mails go to, and what of them did not leave")
      .answers<EmailAnswer>()
      .needs(PermissionName{"get_mail"})
      .not_audited("one's own account")
      .handle(read_email);
  routes.put("/api/me/email")
      .says("Give, change or remove the address to which one's own mails go")
      .explains("A mail says that something in Rapport is waiting, and where to log in; nothing else.")
      .body<NewEmail>()
      .answers<Nothing>(204)
      .needs(PermissionName{"get_mail"})
      .audits("email.change")
      .handle(change_email);
}

}  // namespace rapport::notify
