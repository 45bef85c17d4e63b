#include "features/log_in/second_factor_api.hpp"

#include <sodium.h>

#include "access/known_browsers.hpp"
#include "features/log_in/account_api.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/notify/notify.hpp"
#include "features/passkeys/passkey_proofs.hpp"

namespace rapport::log_in {

struct SecondFactor {
  static constexpr std::string_view says =
      "`since`: an app makes codes; absent where there is none. `passkeys`: how many stand beside it or in its place. "
      "`required`: the last of them all cannot be removed.";
  std::optional<Time> since;
  std::int64_t passkeys = 0;
  std::int64_t recovery_codes_left = 0;
  bool required = false;
};
BOOST_DESCRIBE_STRUCT(SecondFactor, (), (since, passkeys, recovery_codes_left, required))

struct PasswordProof {
  http::Text<1, 1024> password;
};
BOOST_DESCRIBE_STRUCT(PasswordProof, (), (password))

struct CodeProof {
  http::Text<1, 20> code;
};
BOOST_DESCRIBE_STRUCT(CodeProof, (), (code))

struct WholeProof {
  static constexpr std::string_view says =
      "`code` is one of the app, or a recovery code, which is used up. In its place `passkey` may stand, the answer to "
      "a "
      "challenge of `/api/me/passkeys/challenge`.";
  http::Text<1, 1024> password;
  std::optional<http::Text<1, 20>> code;
  std::optional<passkeys::PasskeyAnswer> passkey;
};
BOOST_DESCRIBE_STRUCT(WholeProof, (), (password, code, passkey))

struct NewSecret {
  static constexpr std::string_view says =
      "`secret` is to be typed into the app (base32), or `uri` to be shown to it as a QR code. It is not in use before "
      "a "
      "code of it came.";
  std::string secret;
  std::string uri;
};
BOOST_DESCRIBE_STRUCT(NewSecret, (), (secret, uri))

struct NewRecoveryCodes {
  static constexpr std::string_view says = "Each logs in once instead of a code of the app. They are not shown again.";
  std::vector<std::string> codes;
};
BOOST_DESCRIBE_STRUCT(NewRecoveryCodes, (), (codes))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;

NewRecoveryCodes listed(const RecoveryCodes& codes) {
  return {{codes.begin(), codes.end()}};
}

/// A mail that says that something about the log-in was changed, in the same transaction.
Result<bool> tell(store::WriteTx& tx, AccountId account, MessageId id, Time now) {
  return notify::queue(tx, {"log_in:factor:" + id.text(), account, notify::Kind::log_in_changed}, now);
}

Result<Answer<SecondFactor>> read_factor(Context& context, Call& call) {
  const auto account = context.viewer.account;
  Answer<SecondFactor> answer;
  answer.value.required = must_have_second_factor(context.house, context.viewer.role);
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<void> {
    const auto secret = find_code_secret(tx, account);
    answer.value.since = secret ? secret->confirmed_at : std::nullopt;
    answer.value.passkeys = passkeys::count_passkeys(tx, account);
    answer.value.recovery_codes_left = count_recovery_codes(tx, account);
    return {};
  }));
  return answer;
}

Result<Answer<NewSecret>> begin(Context& context, Call& call, const PasswordProof& proof) {
  auto& house = context.house;
  TRY_ASSIGN(const auto account, prove_guarded(context, call, proof.password.str()));
  TRY_ASSIGN(const auto key, house.keys.key_for(account.id, call.deadline));
  const auto secret = make_code_secret();
  TRY_ASSIGN(
      const auto practice,
      audited_write(context, call,
                    [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<std::optional<people::Practice>> {
                      if (!is_unchanged(tx, account)) return fail(changed_meanwhile());
                      TRY(begin_code_secret(tx, account.id, access::seal(*key, account.id.bytes(), secret)));
                      entry.count = 1;
                      return people::find_practice(tx);
                    }));
  const auto issuer = practice ? "Rapport " + practice->name : std::string("Rapport");
  return Answer<NewSecret>{200, {to_base32(as_bytes(secret)), code_uri(issuer, as_bytes(secret))}};
}

/// The other log-ins end: whoever had one without the second factor must not keep it.
Result<Answer<NewRecoveryCodes>> confirm(Context& context, Call& call, const CodeProof& proof) {
  auto& house = context.house;
  const auto now = house.clock.now();
  const auto viewer = context.viewer;
  const auto codes = make_recovery_codes();
  const auto notice = MessageId::make(now);
  TRY_ASSIGN(const auto key, house.keys.key_for(viewer.account, call.deadline));
  TRY_ASSIGN(const auto digest, own_login_digest(context, call));
  const bool was_known = is_known_browser(context, call, digest);
  Bytes person;
  TRY_ASSIGN(const auto ended, guarded(context, call, digest, [&] {
               return audited_write(
                   context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<std::vector<SessionId>> {
                     TRY(confirm_code_secret(tx, *key, viewer.account, proof.code.str(), now));
                     replace_recovery_codes(tx, house.master, viewer.account, codes);
                     TRY(tell(tx, viewer.account, notice, now));
                     entry.count = 1;
                     auto sessions = access::end_sessions_of(tx, viewer.account, viewer.session);
                     person = access::guarded_person(tx, digest);
                     return sessions;
                   });
             }));
  for (const auto session : ended) house.session_ended(session);
  Answer<NewRecoveryCodes> answer{200, listed(codes)};
  if (was_known) answer.headers.push_back(device_cookie(context, call, person));
  return answer;
}

/// The second half of a proof: found right before the transaction that uses it up, or a code, which is looked at there.
struct SecondHalf {
  std::optional<passkeys::Proof> passkey;
  std::string code;
};
Result<SecondHalf> second_half(Context& context, const Call& call, const WholeProof& proof) {
  if (!proof.passkey) return SecondHalf{{}, proof.code ? proof.code->str() : ""};
  TRY_ASSIGN(auto passkey,
             passkeys::prove_own(context, call, passkeys::Purpose::prove, context.viewer.account, *proof.passkey));
  return SecondHalf{std::move(passkey), {}};
}

/// Runs `change` (WriteTx&) -> Result<void> in the transaction in which the code is used up, once password and code are
/// right.
template <class F>
Result<void> with_whole_proof(Context& context, Call& call, const WholeProof& proof, F change) {
  auto& house = context.house;
  const auto now = house.clock.now();
  const auto notice = MessageId::make(now);
  TRY_ASSIGN(const auto digest, own_login_digest(context, call));
  TRY_ASSIGN(const auto key, house.keys.key_for(context.viewer.account, call.deadline));
  return guarded(context, call, digest, [&]() -> Result<void> {
    TRY_ASSIGN(const auto account, prove_password(context, call, proof.password.str()));
    TRY_ASSIGN(const auto second, second_half(context, call, proof));
    auto done = audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
      if (!is_unchanged(tx, account)) return fail(changed_meanwhile());
      TRY(second.passkey ? passkeys::use_proof(tx, *second.passkey, now)
                         : use_code(tx, house.master, *key, account.id, second.code, now));
      TRY(change(tx));
      TRY(tell(tx, account.id, notice, now));
      entry.count = 1;
      return {};
    });
    if (!done && second.passkey) passkeys::settle(context, call, *second.passkey, done.error());
    return done;
  });
}

Result<Answer<NewRecoveryCodes>> renew_codes(Context& context, Call& call, const WholeProof& proof) {
  const auto codes = make_recovery_codes();
  TRY(with_whole_proof(context, call, proof, [&](store::WriteTx& tx) -> Result<void> {
    replace_recovery_codes(tx, context.house.master, context.viewer.account, codes);
    return {};
  }));
  return Answer<NewRecoveryCodes>{200, listed(codes)};
}

/// Who must have a second factor keeps a passkey at least.
Result<void> check_may_remove(const Context& context, store::ReadTx& tx) {
  if (!must_have_second_factor(context.house, context.viewer.role)) return {};
  if (passkeys::count_passkeys(tx, context.viewer.account) > 0) return {};
  return fail({ErrorKind::conflict, "second_factor.required",
               "Everybody who works in this practice must have a second step, so it cannot be turned off."});
}

Result<Answer<Nothing>> remove(Context& context, Call& call, const WholeProof& proof) {
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return check_may_remove(context, tx); }));
  TRY(with_whole_proof(context, call, proof, [&](store::WriteTx& tx) -> Result<void> {
    TRY(check_may_remove(context, tx));
    remove_second_factor(tx, context.viewer.account);
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_second_factor_routes(Routes& routes) {
  routes.get("/api/me/second-factor")
      .says("Whether one's own log-in has a second factor")
      .answers<SecondFactor>()
      .signed_in()
      .before_second_factor()
      .not_audited("one's own account")
      .handle(read_factor);
  routes.post("/api/me/second-factor")
      .says("Begin to set up a second factor: a secret for an app that makes codes (RFC 6238)")
      .explains("SHA-1, six digits, 30 seconds. Asked again before it is confirmed, the secret is another.")
      .body<PasswordProof>()
      .answers<NewSecret>()
      .signed_in()
      .before_second_factor()
      .audits("second_factor.begin")
      .heavy()
      .handle(begin);
  routes.post("/api/me/second-factor/confirmation")
      .says("Put it into use with its first code; answers the recovery codes")
      .explains("From now on the log-in asks for a code. All other log-ins end, and a mail tells the person.")
      .body<CodeProof>()
      .answers<NewRecoveryCodes>()
      .signed_in()
      .before_second_factor()
      .audits("second_factor.confirm")
      .handle(confirm);
  routes.post("/api/me/recovery-codes")
      .says("Make new recovery codes; those before are worth nothing any more")
      .body<WholeProof>()
      .answers<NewRecoveryCodes>()
      .signed_in()
      .audits("second_factor.renew_codes")
      .heavy()
      .handle(renew_codes);
  routes.post("/api/me/second-factor/removal")
      .says("Remove one's own app that makes codes")
      .explains(
          "The recovery codes go with it unless there is a passkey. 409 `second_factor.required` for those who must "
          "have a "
          "second factor and have no passkey.")
      .body<WholeProof>()
      .answers<Nothing>(204)
      .signed_in()
      .audits("second_factor.remove")
      .heavy()
      .handle(remove);
}

}  // namespace rapport::log_in
