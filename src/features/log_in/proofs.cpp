#include "features/log_in/proofs.hpp"

#include <algorithm>
#include <array>

#include "access/known_browsers.hpp"
#include "access/new_password.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/notify/push_devices.hpp"
#include "http/cookies.hpp"

namespace rapport::log_in {
namespace {

constexpr std::array<std::string_view, 6> kWrongGuesses{"login.wrong",    "login.code_wrong", "login.passkey_wrong",
                                                        "password.wrong", "code.wrong",       "passkey.wrong"};

Result<access::LogInGuard::Attempt> attempt_of(const Context& context, const http::Call& call, BytesView login_digest) {
  const auto& house = context.house;
  TRY_ASSIGN(const auto person, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Bytes> {
    return access::guarded_person(tx, login_digest);
  }));
  const auto cookie = http::cookie_value(call.request->header("cookie"), kDeviceCookie).value_or("");
  return house.log_in_guard.attempt(login_digest, person, call.request->peer, cookie, house.clock.now());
}

Error wrong_password() {
  return invalid("password.wrong", "That is not your password of now. Please try again.",
                 {{"/password", "Give the password that you log in with now."}});
}

}  // namespace

bool is_wrong_guess(const Error& error) {
  return std::find(kWrongGuesses.begin(), kWrongGuesses.end(), error.code) != kWrongGuesses.end();
}

Result<Guess> Guess::begin(Context& context, const http::Call& call, BytesView login_digest) {
  auto& guard = context.house.log_in_guard;
  TRY_ASSIGN(auto attempt, attempt_of(context, call, login_digest));
  Guess guess(guard, std::move(attempt));
  const int wait = guard.take(guess.attempt_, std::chrono::steady_clock::now());
  if (wait == 0) return guess;
  return fail({ErrorKind::too_many,
               "login.too_many",
               "There were too many wrong log-ins. Please wait a while and try again.",
               {},
               wait});
}

void Guess::settle(const Error* error) {
  if (error == nullptr || !is_wrong_guess(*error)) guard_->give_back(attempt_);
}

Result<people::Account> prove_password(Context& context, const http::Call& call, std::string_view password) {
  auto& house = context.house;
  TRY_ASSIGN(auto account, house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<people::Account> {
    auto found = people::find_account(tx, context.viewer.account);
    if (!found) return fail(not_found());
    return std::move(*found);
  }));
  TRY_ASSIGN(const bool right, house.passwords.verify(account.password_hash, password, call.deadline));
  if (!right) return fail(wrong_password());
  return account;
}

Result<Bytes> own_login_digest(Context& context, const http::Call& call) {
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Bytes> {
    auto found = people::find_account(tx, context.viewer.account);
    if (!found) return fail(not_found());
    return std::move(found->login_digest);
  });
}

Result<people::Account> prove_guarded(Context& context, const http::Call& call, std::string_view password) {
  TRY_ASSIGN(const auto digest, own_login_digest(context, call));
  return guarded(context, call, digest, [&] { return prove_password(context, call, password); });
}

bool is_known_browser(Context& context, const http::Call& call, BytesView login_digest) {
  const auto attempt = attempt_of(context, call, login_digest);
  return attempt && attempt->device;
}

std::pair<std::string, std::string> device_cookie(Context& context, const http::Call& call, BytesView person,
                                                  Remembered remembered) {
  const auto& house = context.house;
  std::optional<int> seconds;
  if (remembered == Remembered::afterwards) {
    seconds = static_cast<int>(std::chrono::seconds(access::kDeviceCookieLife).count());
  }
  return {"Set-Cookie",
          http::set_cookie({std::string(kDeviceCookie), house.log_in_guard.device_cookie(person, house.clock.now()),
                            seconds, call.request->secure})};
}

std::vector<SessionId> end_other_log_ins(store::WriteTx& tx, AccountId account, std::optional<SessionId> kept) {
  notify::forget_devices_of(tx, account);
  forget_begun_secrets_of(tx, account);
  return access::end_sessions_of(tx, account, kept);
}

bool is_unchanged(store::WriteTx& tx, const people::Account& proved) {
  const auto now = people::lock_account(tx, proved.id);
  return now && now->password_hash == proved.password_hash;
}

Error changed_meanwhile() {
  return {ErrorKind::conflict, "password.changed",
          "The password was changed just now, somewhere else. Please log in with the new one."};
}

Result<void> check_new_password(const Context& context, const people::Account& account, std::string_view password) {
  const bool is_login =
      access::login_digest(context.house.root, access::normalise_login(password)) == account.login_digest;
  return access::check_new_password({password, is_login, "/new_password"});
}

}  // namespace rapport::log_in
