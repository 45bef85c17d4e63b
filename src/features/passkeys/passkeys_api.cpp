#include "features/passkeys/passkeys_api.hpp"

#include <sodium.h>

#include "access/known_browsers.hpp"
#include "access/tokens.hpp"
#include "base/log.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/whole_proof.hpp"
#include "features/notify/notify.hpp"
#include "features/passkeys/passkey_proofs.hpp"
#include "features/people/profiles.hpp"

namespace rapport::passkeys {

struct PasskeyEntry {
  static constexpr std::string_view says =
      "`refused_at`: when it last said that it had signed less often than was known, so that it may be a copy.";
  PasskeyId id;
  std::string name;
  Time added_at;
  std::optional<Time> used_at;
  std::optional<Time> refused_at;
};
BOOST_DESCRIBE_STRUCT(PasskeyEntry, (), (id, name, added_at, used_at, refused_at))

struct Passkeys {
  std::vector<PasskeyEntry> passkeys;
};
BOOST_DESCRIBE_STRUCT(Passkeys, (), (passkeys))

struct PasskeyCreation {
  static constexpr std::string_view says =
      "For `navigator.credentials.create`, with `residentKey` and `userVerification` \"required\" and `attestation` "
      "\"none\"; algorithms are -7, -8 and -257. `passkeys`: ids of those that are there already, to be excluded. "
      "`challenge`, `user_handle` and ids are base64url without padding.";
  std::string challenge;
  std::string rp_id;
  std::string user_handle;
  std::string user_name;
  std::vector<std::string> passkeys;
};
BOOST_DESCRIBE_STRUCT(PasskeyCreation, (), (challenge, rp_id, user_handle, user_name, passkeys))

struct NewPasskeySent {
  static constexpr std::string_view says =
      "`client_data` and `authenticator_data` are the response's `clientDataJSON` and `getAuthenticatorData()` in "
      "base64url without padding; `name` is the person's own for it.";
  http::Text<1, 60> name;
  http::Text<1, 4'000> client_data;
  http::Text<1, 4'000> authenticator_data;
};
BOOST_DESCRIBE_STRUCT(NewPasskeySent, (), (name, client_data, authenticator_data))

struct PasskeyAdded {
  static constexpr std::string_view says =
      "`recovery_codes`: each logs in once in place of the passkey, and they are not shown again; empty where there "
      "were "
      "some already.";
  PasskeyId id;
  std::vector<std::string> recovery_codes;
};
BOOST_DESCRIBE_STRUCT(PasskeyAdded, (), (id, recovery_codes))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;

Bytes random_handle() {
  constexpr std::size_t size = 32;
  access::ensure_crypto();
  Bytes handle(size);
  randombytes_buf(handle.data(), handle.size());
  return handle;
}

Result<Answer<Passkeys>> list(Context& context, Call& call) {
  auto& house = context.house;
  const auto account = context.viewer.account;
  TRY_ASSIGN(const auto key, house.keys.key_for(account, call.deadline));
  TRY_ASSIGN(const auto listed, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Listed>> {
    return list_passkeys(tx, account);
  }));
  Answer<Passkeys> answer;
  for (const auto& one : listed) {
    TRY_ASSIGN(auto name, access::unseal(*key, one.id.bytes(), one.sealed_name));
    answer.value.passkeys.push_back({one.id, std::move(name), one.added_at, one.used_at, one.refused_at});
  }
  return answer;
}

/// The devices are told the log-in name, as what tells one account from another, and nothing else about the person.
Result<Answer<PasskeyCreation>> begin(Context& context, Call& call, const log_in::WholeProof& proof) {
  auto& house = context.house;
  const auto account = context.viewer.account;
  TRY_ASSIGN(auto profile, people::profile_of(house, account, call.deadline));
  TRY_ASSIGN(auto known,
             log_in::with_proof(context, call, proof,
                                [&](store::WriteTx& tx, const log_in::SecondHalf& half) -> Result<KnownToDevices> {
                                  TRY(half.use_if_there_is_one(tx));
                                  return known_to_devices(tx, account);
                                }));
  auto handle = known.user_handle ? std::move(*known.user_handle) : random_handle();
  auto asked = ask(context, call, Purpose::add, account, std::move(handle));
  auto challenge = challenge_of(context, call, asked.question, known.credentials);
  Answer<PasskeyCreation> answer;
  answer.value = {std::move(challenge.challenge), std::move(challenge.rp_id),
                  access::to_base64url(asked.question.user_handle), std::move(profile.login),
                  std::move(challenge.passkeys)};
  answer.headers.push_back(std::move(asked.cookie));
  return answer;
}

Result<webauthn::Credential> check_new(const Context& context, const Call& call, const Question& question,
                                       const NewPasskeySent& sent) {
  const auto client_data = access::from_base64url(sent.client_data.str());
  const auto authenticator_data = access::from_base64url(sent.authenticator_data.str());
  if (!client_data || !authenticator_data) return fail(wrong_passkey());
  auto credential =
      webauthn::check_registration(site_of(context, call), question.challenge, {*client_data, *authenticator_data});
  if (credential) return std::move(*credential);
  log::warning("passkey.refused", {{"what", to_text(credential.error())}});
  return fail(wrong_passkey());
}

/// A mail that says that something about the log-in was changed, in the same transaction.
Result<bool> tell(store::WriteTx& tx, AccountId account, MessageId id, Time now) {
  return notify::queue(tx, {"passkeys:change:" + id.text(), account, notify::Kind::log_in_changed}, now);
}

struct Added {
  std::vector<SessionId> ended;
  bool with_codes = false;
  Bytes person;
};

/// From its first passkey on the account has a second factor, and so recovery codes. Other log-ins end: whoever had one
/// without the second factor must not keep it.
Result<Added> add_in(store::WriteTx& tx, const Context& context, const NewPasskey& passkey, const Question& question,
                     const log_in::RecoveryCodes& codes, BytesView login_digest) {
  const auto now = context.house.clock.now();
  if (!people::lock_account(tx, passkey.account)) return fail(not_found());
  if (!use_challenge(tx, question.challenge, question.ends_at, now)) return fail(question_is_over());
  TRY(add_passkey(tx, passkey, now));
  TRY(tell(tx, passkey.account, MessageId(passkey.id.uuid()), now));
  Added added;
  added.with_codes = log_in::count_recovery_codes(tx, passkey.account) == 0;
  if (added.with_codes) log_in::replace_recovery_codes(tx, context.house.root, passkey.account, codes);
  added.ended = log_in::end_other_log_ins(tx, passkey.account, context.viewer.session);
  added.person = access::guarded_person(tx, login_digest);
  return added;
}

Result<Answer<PasskeyAdded>> add(Context& context, Call& call, const NewPasskeySent& sent) {
  auto& house = context.house;
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto question, open_question(context, call, Purpose::add, viewer));
  TRY_ASSIGN(auto credential, check_new(context, call, question, sent));
  TRY_ASSIGN(const auto key, house.keys.key_for(viewer, call.deadline));
  const auto id = PasskeyId::make(house.clock.now());
  const NewPasskey passkey{id, viewer, question.user_handle, std::move(credential),
                           access::seal(*key, id.bytes(), sent.name.str())};
  const auto codes = log_in::make_recovery_codes();
  TRY_ASSIGN(const auto digest, log_in::own_login_digest(context, call));
  const bool was_known = log_in::is_known_browser(context, call, digest);
  TRY_ASSIGN(const auto added, audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
               entry.count = 1;
               return add_in(tx, context, passkey, question, codes, digest);
             }));
  for (const auto session : added.ended) house.session_ended(session);
  Answer<PasskeyAdded> answer{201, {id, {}}};
  if (added.with_codes) answer.value.recovery_codes.assign(codes.begin(), codes.end());
  if (was_known) answer.headers.push_back(log_in::device_cookie(context, call, added.person));
  return answer;
}

/// With the last second factor its recovery codes go.
Result<void> remove_in(store::WriteTx& tx, const Context& context, PasskeyId id) {
  const auto account = context.viewer.account;
  if (!remove_passkey(tx, account, id)) return fail(not_found());
  if (log_in::has_second_factor(tx, account)) return {};
  if (must_have_second_factor(context.house, context.viewer.role)) {
    return fail(
        {ErrorKind::conflict, "second_factor.required",
         "Everybody who works in this practice must have a second step. Set up another before you remove this."});
  }
  log_in::remove_second_factor(tx, account);
  return {};
}

Result<Answer<Nothing>> remove(Context& context, Call& call, const log_in::WholeProof& proof) {
  const auto now = context.house.clock.now();
  const auto notice = MessageId::make(now);
  TRY(log_in::with_proof(context, call, proof, [&](store::WriteTx& tx, const log_in::SecondHalf& half) -> Result<void> {
    TRY(half.use_if_there_is_one(tx));
    TRY(remove_in(tx, context, call.path_id<PasskeyId>("passkey")));
    TRY(tell(tx, context.viewer.account, notice, now));
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<PasskeyChallenge>> challenge(Context& context, Call& call) {
  const auto account = context.viewer.account;
  TRY_ASSIGN(const auto known, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<KnownToDevices> {
    return known_to_devices(tx, account);
  }));
  auto asked = ask(context, call, Purpose::prove, account);
  Answer<PasskeyChallenge> answer;
  answer.value = challenge_of(context, call, asked.question, known.credentials);
  answer.headers.push_back(std::move(asked.cookie));
  return answer;
}

}  // namespace

void add_passkey_routes(Routes& routes) {
  routes.get("/api/me/passkeys")
      .says("One's own passkeys, the oldest first")
      .answers<Passkeys>()
      .signed_in()
      .before_second_factor()
      .not_audited("one's own account")
      .handle(list);
  routes.post("/api/me/passkeys/creation")
      .says("Begin to set up a passkey: what the browser needs to make one (W3C Web Authentication)")
      .explains(
          "Whoever has a second factor already gives a code of it or a passkey, too. The cookie of the answer has to "
          "come "
          "back with what was made, within five minutes.")
      .body<log_in::WholeProof>()
      .answers<PasskeyCreation>()
      .signed_in()
      .before_second_factor()
      .audits("passkey.begin")
      .heavy()
      .sets_cookie()
      .handle(begin);
  routes.post("/api/me/passkeys")
      .says("Put a passkey that was made into use")
      .explains(
          "A passkey logs in by itself, or stands beside the password in place of a code: from the first one on the "
          "password alone is not enough. All other log-ins end, and a mail tells the person.")
      .body<NewPasskeySent>()
      .answers<PasskeyAdded>(201)
      .signed_in()
      .before_second_factor()
      .audits("passkey.add")
      .sets_cookie()
      .handle(add);
  routes.post("/api/me/passkeys/{passkey}/removal")
      .says("Remove one of one's own passkeys")
      .explains(
          "It wants a code or a passkey, which may be the one that goes. With the last one, where there is no app "
          "either, "
          "the recovery codes go; 409 `second_factor.required` for "
          "those "
          "who must have a second factor.")
      .body<log_in::WholeProof>()
      .answers<Nothing>(204)
      .signed_in()
      .audits("passkey.remove")
      .heavy()
      .handle(remove);
  routes.post("/api/me/passkeys/challenge")
      .says("A challenge for one's own passkeys, where a second factor has to be proved")
      .answers<PasskeyChallenge>()
      .signed_in()
      .not_audited("it gives nothing yet")
      .sets_cookie()
      .handle(challenge);
}

}  // namespace rapport::passkeys
