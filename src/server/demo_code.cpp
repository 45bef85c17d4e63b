#include "server/demo_code.hpp"

#include <fmt/format.h>

#include <thread>

#include "features/log_in/second_factor.hpp"
#include "features/log_in/totp.hpp"
#include "features/people/people.hpp"
#include "server/look_in.hpp"

namespace rapport::server {
namespace {

Deadline in_time() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(15);
}

Error cannot(std::string sentence) {
  return {ErrorKind::not_found, {}, std::move(sentence)};
}

/// Two codes are in time at once, so the next one is near when both have counted.
constexpr std::chrono::seconds kPatience{35};
constexpr std::chrono::milliseconds kLookEvery{200};

struct Found {
  AccountId account;
  Bytes sealed_secret;
  std::int64_t last_step = 0;
};

Result<Found> find(store::ReadTx& tx, const access::SealKey& root, std::string_view login) {
  const auto practice = people::find_practice(tx);
  if (!practice) return fail(cannot("There is no practice yet."));
  if (!practice->synthetic) return fail(cannot("This practice is not a demo: codes of real people are theirs alone."));
  const auto account = people::find_account_by_login(tx, access::login_digest(root, access::normalise_login(login)));
  if (!account) return fail(cannot(fmt::format("Nobody in this practice logs in as {}.", login)));
  auto secret = log_in::find_code_secret(tx, account->id);
  if (!secret || !secret->confirmed_at) {
    return fail(cannot(fmt::format("{} has no second factor: the password alone logs in.", login)));
  }
  return Found{account->id, std::move(secret->sealed), secret->last_step};
}

}  // namespace

Result<std::string> demo_code(const config::Settings& settings, const Clock& clock, std::string_view login) {
  TRY_ASSIGN(const auto look, look_in(settings));
  access::ClientKeys keys(*look.key_store, look.master, clock);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    TRY_ASSIGN(const auto found,
               look.db->read(in_time(), [&](store::ReadTx& tx) { return find(tx, look.root, login); }));
    const auto step = log_in::next_step(clock.now(), found.last_step);
    if (step <= log_in::code_step(clock.now()) + 1) {
      TRY_ASSIGN(const auto key, keys.key_for(found.account, in_time()));
      TRY_ASSIGN(const auto secret, access::unseal(*key, found.account.bytes(), found.sealed_secret));
      return log_in::code_at(as_bytes(secret), step);
    }
    if (std::chrono::steady_clock::now() >= until) {
      return fail(
          cannot("The codes of now have all been used, and by this clock no new one comes. Is the clock right?"));
    }
    std::this_thread::sleep_for(kLookEvery);
  }
}

}  // namespace rapport::server
