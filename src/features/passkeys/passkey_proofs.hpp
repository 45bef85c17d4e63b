#pragma once
/// @file Asking for a passkey and checking what comes back. A question goes out sealed in a cookie: only the browser
/// that was asked can answer, for five minutes, and nothing is stored for those who never do. That it was answered is
/// stored in the transaction that the answer is for (passkeys.hpp).
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "features/context.hpp"
#include "features/passkeys/passkeys.hpp"

namespace rapport::passkeys {

/// The question's cookie.
inline constexpr std::string_view kQuestionCookie = "rapport_passkey";

/// What a question is for: the answer to one is none to another.
enum class Purpose { log_in, add, prove };

struct Question {
  std::string challenge;  ///< 32 random bytes as base64url
  AccountId account;      ///< nil: whoever has the passkey
  Bytes user_handle;      ///< with Purpose::add
  Time ends_at;
};
struct Asked {
  Question question;
  std::pair<std::string, std::string> cookie;  ///< the header that sets it
};
Asked ask(Context& context, const http::Call& call, Purpose purpose, AccountId account, Bytes user_handle = {});
/// Error: conflict ("passkey.over") when this browser was not asked that, of this account, or too long ago.
Result<Question> open_question(Context& context, const http::Call& call, Purpose purpose, AccountId account);

/// Where this practice is: at its address, or, where none is set, as the browser called it, which the browser is held
/// to anyway (server/service.cpp).
webauthn::Site site_of(const Context& context, const http::Call& call);

struct PasskeyChallenge {
  static constexpr std::string_view says =
      "For `navigator.credentials.get`, with `userVerification` \"required\". `passkeys`: ids of those that can "
      "answer; "
      "empty where any may. `challenge` and ids are base64url without padding. The answer has to come from the same "
      "browser (a cookie) within five minutes, and counts once.";
  std::string challenge;
  std::string rp_id;
  std::vector<std::string> passkeys;
};
BOOST_DESCRIBE_STRUCT(PasskeyChallenge, (), (challenge, rp_id, passkeys))
PasskeyChallenge challenge_of(Context& context, const http::Call& call, const Question& question,
                              const std::vector<Bytes>& credentials);

struct PasskeyAnswer {
  static constexpr std::string_view says =
      "What `navigator.credentials.get` gave (`rawId`, `clientDataJSON`, `authenticatorData`, `signature`, "
      "`userHandle`), each as base64url without padding.";
  http::Text<1, 1'400> id;
  http::Text<1, 4'000> client_data;
  http::Text<1, 4'000> authenticator_data;
  http::Text<1, 1'400> signature;
  std::optional<http::Text<0, 100>> user_handle;
};
BOOST_DESCRIBE_STRUCT(PasskeyAnswer, (), (id, client_data, authenticator_data, signature, user_handle))

/// The passkey that an answer says it is of.
Result<std::optional<Stored>> find_answering(Context& context, const http::Call& call, const PasskeyAnswer& answer);
/// Whether it is the answer of that passkey to that question. Error: invalid ("passkey.wrong").
Result<Proof> check_answer(Context& context, const http::Call& call, const Question& question,
                           const std::optional<Stored>& stored, const PasskeyAnswer& answer);
/// The same for somebody who is known already. Errors: those of open_question and check_answer.
Result<Proof> prove_own(Context& context, const http::Call& call, Purpose purpose, AccountId account,
                        const PasskeyAnswer& answer);

/// After the transaction that was to use `proof`: if it failed because the passkey may have been copied, the owner is
/// told.
void settle(Context& context, const http::Call& call, const Proof& proof, const Error& error);

}  // namespace rapport::passkeys
