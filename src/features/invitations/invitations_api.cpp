#include "features/invitations/invitations_api.hpp"

#include <fmt/format.h>

#include "access/new_password.hpp"
#include "access/rate_limit.hpp"
#include "access/tokens.hpp"
#include "base/address.hpp"
#include "features/invitations/invitations.hpp"
#include "features/people/profiles.hpp"
#include "features/people/staff.hpp"
#include "features/setup/setup.hpp"

namespace rapport::invitations {

enum class InvitedRole { client, therapist, supervisor, neutral_person, coordinator, researcher, coder, administrator };
BOOST_DESCRIBE_ENUM(InvitedRole, client, therapist, supervisor, neutral_person, coordinator, researcher, coder,
                    administrator)

enum class InvitationState { sent, used, expired, withdrawn };
BOOST_DESCRIBE_ENUM(InvitationState, sent, used, expired, withdrawn)

enum class MailLanguage { en, de };
BOOST_DESCRIBE_ENUM(MailLanguage, en, de)

struct NewInvitation {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 that the sender makes. `therapist`: whose client it will be, when an administrator "
      "invites one; without it the client chooses among those who could fit. With an `email` the link goes there, and "
      "nothing else ever: it is forgotten when the link is used. "
      "`language` is that of the mail.";
  InvitationId id;
  InvitedRole role = InvitedRole::client;
  http::Text<1, 100> name;
  std::optional<http::Text<1, kLongestMailAddress>> email;
  std::optional<MailLanguage> language;
  std::optional<AccountId> therapist;
};
BOOST_DESCRIBE_STRUCT(NewInvitation, (), (id, role, name, email, language, therapist))

struct InvitationEntry {
  static constexpr std::string_view says =
      "`mail` is how far the mail with the link has come (`waiting`, `sent` or `failed`, and then why, in the words of "
      "an "
      "undelivered mail); absent when none was to go out. `invited_by` is absent for one's own, `name` for a "
      "client who has come: it is the client's own from then on.";
  InvitationId id;
  std::string role;
  std::optional<std::string> name;
  InvitationState state = InvitationState::sent;
  Time invited_at;
  Time ends_at;
  std::optional<std::string> mail;
  std::optional<std::string> mail_failure;
  std::optional<std::string> invited_by;
};
BOOST_DESCRIBE_STRUCT(InvitationEntry, (), (id, role, name, state, invited_at, ends_at, mail, mail_failure, invited_by))

struct InvitationMade {
  static constexpr std::string_view says =
      "`path` is the link without this server's address. It is told this once and kept nowhere: whoever has it is let "
      "in. Absent where a mail takes it to the person.";
  InvitationEntry invitation;
  std::optional<std::string> path;
};
BOOST_DESCRIBE_STRUCT(InvitationMade, (), (invitation, path))

struct Invitations {
  std::vector<InvitationEntry> invitations;
};
BOOST_DESCRIBE_STRUCT(Invitations, (), (invitations))

struct InvitationToken {
  http::Text<1, 100> token;
};
BOOST_DESCRIBE_STRUCT(InvitationToken, (), (token))

struct InvitedTo {
  static constexpr std::string_view says =
      "What a link leads to: who invites whom to what. `invited_by` is absent for a practice's first administrator, "
      "`therapist` for whoever is no client, and for a client who chooses one.";
  std::string practice;
  std::optional<std::string> invited_by;
  std::optional<std::string> therapist;
  std::string role;
  std::string name;
  Time ends_at;
};
BOOST_DESCRIBE_STRUCT(InvitedTo, (), (practice, invited_by, therapist, role, name, ends_at))

struct InvitationAccepted {
  static constexpr std::string_view says =
      "`name` is what the person wants to be called. A password has at least 10 characters, is not the log-in and not "
      "one that many people use. `email` is the person's own, for mails and for the way back in; the one that the link "
      "was sent to counts for nothing any more. `language` is that of the mails.";
  http::Text<1, 100> token;
  http::Text<1, 100> name;
  http::Text<1, 200> login;
  http::Text<1, 1024> password;
  std::optional<http::Text<1, kLongestMailAddress>> email;
  std::optional<MailLanguage> language;
};
BOOST_DESCRIBE_STRUCT(InvitationAccepted, (), (token, name, login, password, email, language))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

/// Tokens cannot be guessed; this keeps whoever tries from making work.
constexpr access::RateClass kWrongLinks{"invitations", 1.0 / 6, 20};
/// Whoever is told that a log-in name is taken learns that somebody has it. Of each link: so many, and then as many a
/// day.
constexpr access::RateClass kTakenNames{"taken_names", 10.0 / 86'400, 10};
/// Mails that one person has sent to addresses of their choice, in the practice's name.
constexpr access::RateClass kMailsADay{"invitation_mails", 50.0 / 86'400, 50};

Bytes digest_of(std::string_view token) {
  return access::plain_digest(as_bytes(token));
}

std::string to_text(MailLanguage language) {
  return boost::describe::enum_to_string(language, "");
}

/// After '#', which browsers send to no server.
std::string path_of(std::string_view token) {
  return "/join#" + std::string(token);
}

InvitationState state_of(const Invitation& invitation, Time now) {
  if (invitation.used_at) return InvitationState::used;
  if (invitation.withdrawn_at) return InvitationState::withdrawn;
  return invitation.ends_at > now ? InvitationState::sent : InvitationState::expired;
}

Result<people::Profile> profile_of(House& house, const Invitation& invitation, Deadline deadline) {
  people::Account account;
  account.id = invitation.account;
  account.sealed_profile = invitation.sealed_profile;
  return people::open_profile(house, account, deadline);
}

Result<InvitationEntry> describe(House& house, const Invitation& invitation,
                                 const std::vector<notify::Delivery>& deliveries, Deadline deadline) {
  std::optional<std::string> name;
  if (!invitation.used_at || invitation.role != access::Role::client) {
    auto profile = profile_of(house, invitation, deadline);
    if (!profile && profile.error().kind != ErrorKind::not_found) return fail(profile.error());
    if (profile) name = std::move(profile->name);  // else its key is gone, and the rest goes now
  }
  InvitationEntry entry{invitation.id,         std::string(to_text(invitation.role)),
                        std::move(name),       state_of(invitation, house.clock.now()),
                        invitation.invited_at, invitation.ends_at,
                        std::nullopt,          std::nullopt,
                        std::nullopt};
  if (!deliveries.empty()) {
    entry.mail = deliveries.back().state;
    entry.mail_failure = deliveries.back().failure;
  }
  return entry;
}

using Address = std::optional<http::Text<1, kLongestMailAddress>>;
Result<void> check_address(const Address& email) {
  if (!email || is_mail_address_elsewhere(email->str())) return {};
  return fail(invalid("email.address", "This is not an address that mail can be sent to.",
                      {{"/email", "Give one address, such as name@example.org, without spaces."}}));
}

Result<void> check_wanted(const Context& context, const NewInvitation& wanted) {
  if (uuid_version(wanted.id.uuid()) != 7) {
    return fail(invalid("invitation.id_not_v7", "The id of an invitation must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new invitation."}}));
  }
  const bool is_client = wanted.role == InvitedRole::client;
  const bool is_therapist = context.viewer.role == access::Role::therapist;
  if (is_therapist && (!is_client || (wanted.therapist && *wanted.therapist != context.viewer.account))) {
    return fail(forbidden("A therapist invites clients of their own; an administrator invites everybody else."));
  }
  if (!is_client && wanted.therapist) {
    return fail(invalid("invitation.therapist", "Only a client is invited to a therapist.",
                        {{"/therapist", "Name a therapist for a client alone, or none: then the client chooses."}}));
  }
  return check_address(wanted.email);
}

/// Whom it is for; sent again it keeps the account that it has.
Invitation invitation_of(const Context& context, const NewInvitation& wanted, const std::optional<Invitation>& before,
                         Time now) {
  Invitation made;
  made.id = wanted.id;
  made.practice = context.viewer.practice;
  made.account = before ? before->account : AccountId::make(now);
  made.role = before ? before->role : access::role_from_text(boost::describe::enum_to_string(wanted.role, "")).value();
  made.therapist = before ? before->therapist : wanted.therapist;
  const bool is_of_therapist = context.viewer.role == access::Role::therapist;
  if (made.role == access::Role::client && is_of_therapist) made.therapist = context.viewer.account;
  made.invited_by = context.viewer.account;
  made.invited_at = before ? before->invited_at : now;
  made.ends_at = now + context.house.invitations_last;
  return made;
}

Result<void> check_may_invite(store::ReadTx& tx, const Invitation& invitation) {
  if (invitation.role == access::Role::client) TRY(setup::check_ready_for_clients(tx, invitation.practice));
  return check_invitation(tx, invitation);
}

/// As it is to be stored. What is refused is refused before there is a key.
Result<Invitation> prepare(Context& context, const Call& call, const NewInvitation& wanted) {
  auto& house = context.house;
  const auto now = house.clock.now();
  TRY_ASSIGN(auto made, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Invitation> {
    auto wished = invitation_of(context, wanted, find_own(tx, context.viewer.account, wanted.id), now);
    TRY(check_may_invite(tx, wished));
    return wished;
  }));
  people::Profile profile{wanted.name.str(), ""};
  if (wanted.email) profile.email = wanted.email->str();
  profile.language = to_text(wanted.language.value_or(MailLanguage::en));
  TRY_ASSIGN(const auto key, house.keys.create_for(made.account, call.deadline));
  made.sealed_profile = people::seal_profile(*key, made.account, profile);
  return made;
}

Result<Answer<InvitationMade>> make(Context& context, Call& call, const NewInvitation& wanted, bool is_mailed) {
  auto& house = context.house;
  const auto now = house.clock.now();
  TRY_ASSIGN(const auto invitation, prepare(context, call, wanted));
  TRY_ASSIGN(const auto key, house.keys.key_for(invitation.account, call.deadline));
  const auto token = access::random_token();
  const auto notice_key = fmt::format("{}{:020}", notice_prefix(invitation.id), to_micros(now));
  std::vector<notify::Delivery> deliveries;
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    if (invitation.role == access::Role::client) entry.client = invitation.account;
    entry.view = "invitation " + invitation.id.text();
    entry.count = 1;
    TRY(check_may_invite(tx, invitation));
    TRY(invite(tx, invitation, digest_of(token)));
    notify::drop_waiting(tx, notice_prefix(invitation.id), now);  // it has the link of before
    if (is_mailed) {
      TRY(notify::queue(tx,
                        {notice_key, invitation.account, notify::Kind::invitation,
                         notify::seal_path(*key, notice_key, path_of(token))},
                        now));
      deliveries = notify::deliveries_of(tx, notice_key);
    }
    return {};
  }));
  TRY_ASSIGN(auto entry, describe(house, invitation, deliveries, call.deadline));
  return Answer<InvitationMade>{201, {std::move(entry), is_mailed ? std::nullopt : std::optional(path_of(token))}};
}

Result<Answer<Invitations>> read_seen(Context& context, Call& call) {
  std::vector<std::vector<notify::Delivery>> deliveries;
  TRY_ASSIGN(const auto seen,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Invitation>> {
               auto list = list_seen(tx, context.viewer.account);
               deliveries.clear();  // this may be run again
               for (const auto& one : list) deliveries.push_back(notify::deliveries_of(tx, notice_prefix(one.id)));
               return list;
             }));
  Answer<Invitations> answer;
  people::Names names(context.house, call.deadline);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    TRY_ASSIGN(auto entry, describe(context.house, seen[i], deliveries[i], call.deadline));
    if (seen[i].invited_by != context.viewer.account) {
      TRY_ASSIGN(entry.invited_by, names.of(std::optional(seen[i].invited_by)));
    }
    answer.value.invitations.push_back(std::move(entry));
  }
  return answer;
}

Result<Answer<Nothing>> withdraw_seen(Context& context, Call& call) {
  const auto id = call.path_id<InvitationId>("invitation");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const bool changed, withdraw(tx, context.viewer.account, id, context.house.clock.now()));
    entry.view = "invitation " + id.text();
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<InvitationMade>> make_within_limit(Context& context, Call& call, const NewInvitation& wanted,
                                                 access::RateLimit& mails) {
  TRY(check_wanted(context, wanted));
  if (!wanted.email || !context.house.sends_mail) return make(context, call, wanted, false);
  const auto who = context.viewer.account.text();
  if (const int wait = mails.take(kMailsADay, who, std::chrono::steady_clock::now()); wait > 0) {
    return fail({ErrorKind::too_many,
                 "invitation.too_many",
                 "You have had as many invitations sent by mail as one person may in a day. Invite without an address "
                 "and hand on the link yourself, or wait a while.",
                 {},
                 wait});
  }
  auto made = make(context, call, wanted, true);
  if (!made) mails.give_back(kMailsADay, who);
  return made;
}

/// How often somebody may try links that lead nowhere, and with one that leads somewhere log-in names that are taken.
class Tries {
 public:
  /// What to answer to a link that leads nowhere. A right one is never counted, whoever else tries from there.
  Error wrong_link(const Call& call) {
    const auto who = access::address_to_count(call.request->peer);
    const int wait = limit_.take(kWrongLinks, who, std::chrono::steady_clock::now());
    if (wait == 0) return gone();
    return too_many("Too many links that do not work were tried from here. Please wait a while and try again.", wait);
  }
  Result<void> take_name(const Invitation& invitation) {
    const int wait = limit_.take(kTakenNames, invitation.account.text(), std::chrono::steady_clock::now());
    if (wait == 0) return {};
    return fail(too_many("Too many log-in names that are taken were tried with this link. Please wait a while.", wait));
  }
  void give_back_name(const Invitation& invitation) { limit_.give_back(kTakenNames, invitation.account.text()); }

 private:
  static Error too_many(std::string sentence, int wait) {
    return {ErrorKind::too_many, "invitation.too_many", std::move(sentence), {}, wait};
  }

  access::RateLimit limit_;
};

struct Found {
  std::optional<Invitation> invitation;
  std::string practice;
};

Result<Answer<InvitedTo>> look(Context& context, Call& call, const InvitationToken& body, Tries& tries) {
  auto& house = context.house;
  TRY_ASSIGN(const auto found, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Found> {
    const auto practice = people::find_practice(tx);
    return Found{find_by_token(tx, digest_of(body.token.str()), house.clock.now()), practice ? practice->name : ""};
  }));
  if (!found.invitation) return fail(tries.wrong_link(call));
  const auto& invitation = *found.invitation;
  people::Names names(house, call.deadline);
  TRY_ASSIGN(auto profile, profile_of(house, invitation, call.deadline));
  InvitedTo answer;
  answer.practice = found.practice;
  if (invitation.invited_by != invitation.account) {  // else it opens the practice, and nobody is there yet
    TRY_ASSIGN(answer.invited_by, names.of(invitation.invited_by));
  }
  TRY_ASSIGN(answer.therapist, names.of(invitation.therapist));
  answer.role = to_text(invitation.role);
  answer.name = std::move(profile.name);
  answer.ends_at = invitation.ends_at;
  return Answer<InvitedTo>{200, std::move(answer)};
}

Result<Acceptance> make_acceptance(Context& context, const Call& call, const Invitation& invitation,
                                   const InvitationAccepted& body, Bytes login_digest) {
  auto& house = context.house;
  const bool is_login = access::normalise_login(body.password.str()) == access::normalise_login(body.login.str());
  TRY(access::check_new_password({body.password.str(), is_login, "/password"}));
  TRY(check_address(body.email));
  TRY(house.db.read(call.deadline, [&](store::ReadTx& tx) { return people::check_login_is_free(tx, login_digest); }));
  TRY_ASSIGN(auto profile, profile_of(house, invitation, call.deadline));
  profile.name = body.name.str();
  profile.login = access::normalise_login(body.login.str());
  // Whoever invited wrote the address that the link went to; what opens the account goes to its owner's alone.
  profile.give_email(body.email ? std::optional(body.email->str()) : std::nullopt);
  if (body.language) profile.language = to_text(*body.language);
  TRY_ASSIGN(const auto key, house.keys.key_for(invitation.account, call.deadline));
  TRY_ASSIGN(auto hash, house.passwords.hash(body.password.str(), call.deadline));
  return Acceptance{std::move(login_digest), std::move(hash), people::seal_profile(*key, invitation.account, profile)};
}

/// What was confirmed when the link was made may have changed since.
Error not_just_now() {
  return {ErrorKind::conflict, "setup.not_ready",
          "This practice cannot take you in just now. Please tell whoever invited you; the link still works."};
}

Result<void> become(Context& context, const Call& call, const Invitation& invitation, const InvitationAccepted& body,
                    Bytes login_digest) {
  TRY_ASSIGN(const auto acceptance, make_acceptance(context, call, invitation, body, std::move(login_digest)));
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    const bool is_client = invitation.role == access::Role::client;
    if (is_client && !setup::check_ready_for_clients(tx, invitation.practice)) return fail(not_just_now());
    TRY_ASSIGN(const auto used, accept(tx, digest_of(body.token.str()), acceptance, context.house.clock.now()));
    if (used.role == access::Role::client) entry.client = used.account;
    entry.view = "invitation " + used.id.text();
    entry.count = 1;
    return {};
  });
}

Result<Answer<Nothing>> accept_link(Context& context, Call& call, const InvitationAccepted& body, Tries& tries) {
  auto& house = context.house;
  const auto token_digest = digest_of(body.token.str());
  auto login_digest = access::login_digest(house.root, access::normalise_login(body.login.str()));
  TRY_ASSIGN(const auto found,
             house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::optional<Invitation>> {
               return find_by_token(tx, token_digest, house.clock.now());
             }));
  if (!found) return fail(tries.wrong_link(call));
  // Whoever has the link acts as the one whom it is for, also where it fails: so it is found in the audit.
  context.viewer.account = found->account;
  context.viewer.role = found->role;
  TRY(tries.take_name(*found));
  const auto done = become(context, call, *found, body, std::move(login_digest));
  if (done || done.error().code != "account.login_taken") tries.give_back_name(*found);
  if (!done) return fail(done.error());
  if (found->therapist) house.care_begun(*found->therapist);
  return Answer<Nothing>{204, {}};
}

}  // namespace

Result<std::int64_t> forget_ended(House& house, Deadline deadline) {
  constexpr std::int64_t kAtOnce = 100;
  const auto before = house.clock.now() - kForgottenAfter;
  TRY_ASSIGN(const auto ended, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<std::vector<AccountId>> {
    return list_forgettable(tx, before, kAtOnce);
  }));
  for (const auto account : ended) {
    TRY(house.keys.destroy(account, deadline));  // first: what is left to do after it takes away what nobody can read
    TRY(house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
      forget(tx, account, before);
      return {};
    }));
  }
  return std::ssize(ended);
}

void add_invitation_routes(Routes& routes) {
  const auto tries = std::make_shared<Tries>();
  routes.get("/api/invitations")
      .says("One's invitations, and what has become of each")
      .explains("For an administrator also those of staff that others made. At most 200, the latest first.")
      .answers<Invitations>()
      .needs(PermissionName{"invite"})
      .not_audited("one's own words about somebody who has nothing here yet")
      .handle(read_seen);
  routes.post("/api/invitations")
      .says("Invite somebody by a link")
      .explains(
          "The same id sent again makes a new link for the same person; the link of before leads nowhere then. One "
          "person has 50 sent by mail in a day, then 429 `invitation.too_many`.")
      .body<NewInvitation>()
      .answers<InvitationMade>(201)
      .needs(PermissionName{"invite"})
      .audits("invitation.make")
      .handle(
          [mails = std::make_shared<access::RateLimit>()](Context& context, Call& call, const NewInvitation& wanted) {
            return make_within_limit(context, call, wanted, *mails);
          });
  routes.del("/api/invitations/{invitation}")
      .says("Withdraw an invitation that was not used yet")
      .answers<Nothing>(204)
      .needs(PermissionName{"invite"}, "invitation")
      .audits("invitation.withdraw")
      .handle(withdraw_seen);
  routes.post("/api/invitation")
      .says("What the link of an invitation leads to")
      .explains(
          "A link that nobody made, that was used or withdrawn, or whose time is over: the same 404 `invitation.gone`. "
          "It is a POST so that the token stands in no address.")
      .body<InvitationToken>()
      .answers<InvitedTo>()
      .open()
      .not_audited("it shows whoever has the link what they were sent")
      .handle([tries](Context& context, Call& call, const InvitationToken& body) {
        return look(context, call, body, *tries);
      });
  routes.post("/api/invitation/acceptance")
      .says("Use the link of an invitation: choose a name, a log-in and a password, and give an address for mails")
      .explains(
          "It works once. Log in afterwards, also when the answer was lost: a link that was used tells nobody "
          "anything.")
      .body<InvitationAccepted>()
      .answers<Nothing>(204)
      .open()
      .audits("invitation.accept")
      .heavy()
      .handle([tries](Context& context, Call& call, const InvitationAccepted& body) {
        return accept_link(context, call, body, *tries);
      });
}

}  // namespace rapport::invitations
