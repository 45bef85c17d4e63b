#include "features/log_in/second_factor_api.hpp"

#include <sodium.h>

#include "access/known_browsers.hpp"
#include "features/log_in/account_api.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/log_in/whole_proof.hpp"
#include "features/notify/notify.hpp"

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

struct CodeProof {
  http::Text<1, 20> code;
};
BOOST_DESCRIBE_STRUCT(CodeProof, (), (code))

struct NewSecret {
  static constexpr std::string_view says =
      "`secret` is to be typed into the app (base32), or `uri` to be shown to it as a QR code. It is not in use before "
      "a code of it came, which has to be within ten minutes; another password ends it, too.";
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

NewSecret shown(const std::optional<people::Practice>& practice, const std::string& secret) {
  const auto issuer = practice ? "Rapport " + practice->name : std::string("Rapport");
  return {to_base32(as_bytes(secret)), code_uri(issuer, as_bytes(secret))};
}

/// Beside passkeys a second half is asked for, too: else the password alone would lead to codes of one's own.
Result<Answer<NewSecret>> begin(Context& context, Call& call, const WholeProof& proof) {
  const auto account = context.viewer.account;
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(account, call.deadline));
  const auto secret = make_code_secret();
  TRY_ASSIGN(const auto practice,
             with_proof(context, call, proof,
                        [&](store::WriteTx& tx, const SecondHalf& half) -> Result<std::optional<people::Practice>> {
                          TRY(begin_code_secret(tx, account, access::seal(*key, account.bytes(), secret), now));
                          TRY(half.use_if_there_is_one(tx));
                          return people::find_practice(tx);
                        }));
  return Answer<NewSecret>{200, shown(practice, secret)};
}

using Confirm = decltype(&confirm_code_secret);

/// The other log-ins end: whoever had one without this second factor must not keep it.
Result<Answer<NewRecoveryCodes>> put_into_use(Context& context, const Call& call, const CodeProof& proof,
                                              Confirm confirm) {
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
                     TRY(confirm(tx, *key, viewer.account, proof.code.str(), now));
                     replace_recovery_codes(tx, house.root, viewer.account, codes);
                     TRY(tell(tx, viewer.account, notice, now));
                     entry.count = 1;
                     auto sessions = end_other_log_ins(tx, viewer.account, viewer.session);
                     person = access::guarded_person(tx, digest);
                     return sessions;
                   });
             }));
  for (const auto session : ended) house.session_ended(session);
  Answer<NewRecoveryCodes> answer{200, listed(codes)};
  if (was_known) answer.headers.push_back(device_cookie(context, call, person));
  return answer;
}

Result<Answer<NewRecoveryCodes>> confirm(Context& context, Call& call, const CodeProof& proof) {
  return put_into_use(context, call, proof, confirm_code_secret);
}

Result<Answer<NewRecoveryCodes>> replace(Context& context, Call& call, const CodeProof& proof) {
  return put_into_use(context, call, proof, confirm_replacement);
}

/// Runs `change` (WriteTx&) -> Result<void> in the transaction in which the code is used up, once password and code are
/// right.
template <class F>
Result<void> with_whole_proof(Context& context, Call& call, const WholeProof& proof, F change) {
  return with_proof(context, call, proof, [&](store::WriteTx& tx, const SecondHalf& half) -> Result<void> {
    TRY(half.use(tx));
    return change(tx);
  });
}

Result<Answer<NewSecret>> begin_to_replace(Context& context, Call& call, const WholeProof& proof) {
  const auto account = context.viewer.account;
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(account, call.deadline));
  const auto secret = make_code_secret();
  std::optional<people::Practice> practice;
  TRY(with_whole_proof(context, call, proof, [&](store::WriteTx& tx) {
    practice = people::find_practice(tx);
    return begin_replacement(tx, account, access::seal(*key, account.bytes(), secret), now);
  }));
  return Answer<NewSecret>{200, shown(practice, secret)};
}

Result<Answer<NewRecoveryCodes>> renew_codes(Context& context, Call& call, const WholeProof& proof) {
  const auto codes = make_recovery_codes();
  const auto account = context.viewer.account;
  const auto now = context.house.clock.now();
  TRY(with_whole_proof(context, call, proof, [&](store::WriteTx& tx) -> Result<void> {
    replace_recovery_codes(tx, context.house.root, account, codes);
    TRY(tell(tx, account, MessageId::make(now), now));
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
  const auto account = context.viewer.account;
  const auto now = context.house.clock.now();
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return check_may_remove(context, tx); }));
  TRY(with_whole_proof(context, call, proof, [&](store::WriteTx& tx) -> Result<void> {
    TRY(check_may_remove(context, tx));
    remove_second_factor(tx, account);
    TRY(tell(tx, account, MessageId::make(now), now));
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
      .explains(
          "SHA-1, six digits, 30 seconds. Asked again before it is confirmed, the secret is another. Whoever has "
          "passkeys "
          "gives a recovery code or one of them, too.")
      .body<WholeProof>()
      .answers<NewSecret>()
      .signed_in()
      .before_second_factor()
      .audits("second_factor.begin")
      .heavy()
      .handle(begin);
  routes.post("/api/me/second-factor/confirmation")
      .says("Put it into use with its first code; answers the recovery codes")
      .explains(
          "From now on the log-in asks for a code. All other log-ins end, and a mail tells the person. 409 "
          "`second_factor.over` more than ten minutes after it was begun.")
      .body<CodeProof>()
      .answers<NewRecoveryCodes>()
      .signed_in()
      .before_second_factor()
      .audits("second_factor.confirm")
      .handle(confirm);
  routes.post("/api/me/second-factor/replacement")
      .says("Begin to move one's second factor to another phone: a secret for the app there")
      .explains("The one before counts until a code of the new one came.")
      .body<WholeProof>()
      .answers<NewSecret>()
      .signed_in()
      .audits("second_factor.begin_replacement")
      .heavy()
      .handle(begin_to_replace);
  routes.post("/api/me/second-factor/replacement/confirmation")
      .says("Put the new one into use with its first code, in place of the one before; answers new recovery codes")
      .explains("All other log-ins end, and a mail tells the person. 409 `second_factor.over` as above.")
      .body<CodeProof>()
      .answers<NewRecoveryCodes>()
      .signed_in()
      .audits("second_factor.replace")
      .handle(replace);
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
