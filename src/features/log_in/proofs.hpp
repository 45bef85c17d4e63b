#pragma once
/// @file Proving who one is. Whatever can be guessed is counted by the guard (access/log_in_guard.hpp), wherever it is
/// asked for, so that no way in is wider than another. Links that were mailed cannot be guessed and are not counted
/// here: whoever guesses at a person must not take their way back from them.
#include "features/context.hpp"
#include "features/people/people.hpp"

namespace rapport::log_in {

/// The device cookie: this browser is known to be that of a person (access/log_in_guard.hpp). It logs nobody in.
inline constexpr std::string_view kDeviceCookie = "rapport_device";

/// Whether an error says that a guess was wrong.
bool is_wrong_guess(const Error& error);

/// One guess at the secrets of the person with this log-in digest, counted from the beginning. Error: too_many
/// ("login.too_many").
class Guess {
 public:
  static Result<Guess> begin(Context& context, const http::Call& call, BytesView login_digest);
  /// Unless `error` says that it was wrong: as if it had not been.
  void settle(const Error* error);

 private:
  Guess(access::LogInGuard& guard, access::LogInGuard::Attempt attempt)
      : guard_(&guard), attempt_(std::move(attempt)) {}
  access::LogInGuard* guard_;
  access::LogInGuard::Attempt attempt_;
};

/// Runs `check` () -> Result<T> as one guess.
template <class F>
auto guarded(Context& context, const http::Call& call, BytesView login_digest, F check) -> decltype(check()) {
  TRY_ASSIGN(auto guess, Guess::begin(context, call, login_digest));
  auto outcome = check();
  guess.settle(outcome ? nullptr : &outcome.error());
  return outcome;
}

/// The account of whoever is logged in, if the password is theirs. Error: invalid ("password.wrong"). Not guarded.
Result<people::Account> prove_password(Context& context, const http::Call& call, std::string_view password);
/// The digest under which the guesses at whoever is logged in are counted.
Result<Bytes> own_login_digest(Context& context, const http::Call& call);
/// prove_password as one guess.
Result<people::Account> prove_guarded(Context& context, const http::Call& call, std::string_view password);
/// Whether the browser is known to be that of the person with this log-in digest.
bool is_known_browser(Context& context, const http::Call& call, BytesView login_digest);
/// Whether it is known until it is closed, or for as long as kDeviceCookieLife.
enum class Remembered { until_closed, afterwards };
/// The header that makes it known. `person` is access::guarded_person, read no later than in the transaction that
/// proves who it is. An answer over a live line carries no header; the browser is known again after the next log-in.
std::pair<std::string, std::string> device_cookie(Context& context, const http::Call& call, BytesView person,
                                                  Remembered remembered = Remembered::afterwards);
/// access::end_sessions_of, no browser is told any more that something waits for the person, and no second factor that
/// was begun can be confirmed: whoever had a log-in may have brought theirs.
std::vector<SessionId> end_other_log_ins(store::WriteTx& tx, AccountId account, std::optional<SessionId> kept);
/// Whether the password is still the one that was proved, and the account open: a check takes long, and meanwhile it
/// may have been changed. The row stays as it is until the transaction ends.
bool is_unchanged(store::WriteTx& tx, const people::Account& proved);

/// conflict ("password.changed"): what to answer when it is not.
Error changed_meanwhile();

/// What access/new_password.hpp refuses, about "/new_password".
Result<void> check_new_password(const Context& context, const people::Account& account, std::string_view password);

}  // namespace rapport::log_in
