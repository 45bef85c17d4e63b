#include "features/passkeys/passkey_proofs.hpp"

#include <array>

#include "access/tokens.hpp"
#include "base/log.hpp"
#include "http/cookies.hpp"

namespace rapport::passkeys {

/// What the cookie holds.
struct SealedQuestion {
  std::string challenge;
  AccountId account;
  std::string user_handle;
  std::int64_t ends_at = 0;  ///< microseconds since 1970
};
BOOST_DESCRIBE_STRUCT(SealedQuestion, (), (challenge, account, user_handle, ends_at))

namespace {

access::SealKey question_key(const Context& context) {
  return context.house.root.subkey("passkeys");
}

/// So that a question for one purpose does not open as one for another.
BytesView bound_to(Purpose purpose) {
  constexpr std::array<std::string_view, 3> texts{"log_in", "add", "prove"};
  return as_bytes(texts.at(static_cast<std::size_t>(purpose)));
}

std::string sealed(const Context& context, Purpose purpose, const Question& question) {
  std::string text;
  http::write(text, SealedQuestion{question.challenge, question.account, access::to_base64url(question.user_handle),
                                   to_micros(question.ends_at)});
  return access::to_base64url(access::seal(question_key(context), bound_to(purpose), text));
}

Result<Question> unsealed(const Context& context, const http::Call& call, Purpose purpose) {
  const auto cookie = http::cookie_value(call.request->header("cookie"), kQuestionCookie).value_or("");
  const auto bytes = access::from_base64url(cookie);
  if (!bytes) return fail(question_is_over());
  TRY_ASSIGN(const auto text, access::unseal(question_key(context), bound_to(purpose), *bytes));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  TRY_ASSIGN(auto question, http::parse<SealedQuestion>(value));
  return Question{std::move(question.challenge), question.account,
                  access::from_base64url(question.user_handle).value_or(Bytes()), from_micros(question.ends_at)};
}

/// An answer to nobody in particular has to say whose it is; any other may.
bool fits_owner(const Question& question, const Stored& stored, const PasskeyAnswer& answer) {
  if (!answer.user_handle || answer.user_handle->str().empty()) return !question.account.is_nil();
  return access::from_base64url(answer.user_handle->str()) == stored.user_handle;
}

}  // namespace

Asked ask(Context& context, const http::Call& call, Purpose purpose, AccountId account, Bytes user_handle) {
  Question question{access::random_token(), account, std::move(user_handle), context.house.clock.now() + kQuestionLife};
  auto value = sealed(context, purpose, question);
  const auto seconds = static_cast<int>(std::chrono::seconds(kQuestionLife).count());
  std::pair<std::string, std::string> cookie{
      "Set-Cookie", http::set_cookie({std::string(kQuestionCookie), std::move(value), seconds, call.request->secure})};
  return {std::move(question), std::move(cookie)};
}

Result<Question> open_question(Context& context, const http::Call& call, Purpose purpose, AccountId account) {
  auto question = unsealed(context, call, purpose);
  if (!question || question->account != account || question->ends_at <= context.house.clock.now()) {
    return fail(question_is_over());
  }
  return question;
}

webauthn::Site site_of(const Context& context, const http::Call& call) {
  const auto& address = context.house.practice_address;
  const auto called = (call.request->secure ? "https://" : "http://") + std::string(call.request->header("host"));
  return webauthn::site_of(address.empty() ? called : address).value_or(webauthn::Site{});
}

PasskeyChallenge challenge_of(Context& context, const http::Call& call, const Question& question,
                              const std::vector<Bytes>& credentials) {
  PasskeyChallenge challenge{question.challenge, site_of(context, call).rp_id, {}};
  for (const auto& credential : credentials) challenge.passkeys.push_back(access::to_base64url(credential));
  return challenge;
}

Result<std::optional<Stored>> find_answering(Context& context, const http::Call& call, const PasskeyAnswer& answer) {
  const auto credential = access::from_base64url(answer.id.str());
  if (!credential) return std::optional<Stored>();
  return context.house.db.read(
      call.deadline, [&](store::ReadTx& tx) -> Result<std::optional<Stored>> { return find_passkey(tx, *credential); });
}

Result<Proof> check_answer(Context& context, const http::Call& call, const Question& question,
                           const std::optional<Stored>& stored, const PasskeyAnswer& answer) {
  const auto client_data = access::from_base64url(answer.client_data.str());
  const auto authenticator_data = access::from_base64url(answer.authenticator_data.str());
  const auto signature = access::from_base64url(answer.signature.str());
  if (!stored || !client_data || !authenticator_data || !signature) return fail(wrong_passkey());
  if (!question.account.is_nil() && stored->account != question.account) return fail(wrong_passkey());
  if (!fits_owner(question, *stored, answer)) return fail(wrong_passkey());
  const auto sign_count = webauthn::check_assertion(site_of(context, call), question.challenge, stored->key,
                                                    {*client_data, *authenticator_data, *signature});
  if (!sign_count) {
    log::warning("passkey.refused", {{"what", to_text(sign_count.error())}});
    return fail(wrong_passkey());
  }
  return Proof{stored->id, stored->account, *sign_count, question.challenge, question.ends_at};
}

Result<Proof> prove_own(Context& context, const http::Call& call, Purpose purpose, AccountId account,
                        const PasskeyAnswer& answer) {
  TRY_ASSIGN(const auto question, open_question(context, call, purpose, account));
  TRY_ASSIGN(const auto stored, find_answering(context, call, answer));
  return check_answer(context, call, question, stored, answer);
}

void settle(Context& context, const http::Call& call, const Proof& proof, const Error& error) {
  if (error.code != "passkey.copied") return;
  log::warning("passkey.copied", {{"account", proof.account.text()}});
  (void)context.house.db.write(call.deadline, [&](store::WriteTx& tx) -> Result<void> {
    return note_copied(tx, proof, context.house.clock.now());
  });
}

}  // namespace rapport::passkeys
