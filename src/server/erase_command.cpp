#include "server/erase_command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "features/closing_account/closing_account.hpp"
#include "features/people/people.hpp"
#include "server/measure_commands.hpp"
#include "server/open_house.hpp"

namespace rapport::server {
namespace {

using closing_account::Closing;
using closing_account::State;

Deadline in_time() {
  return std::chrono::steady_clock::now() + std::chrono::minutes(10);
}

std::string day_of(Time time) {
  return to_rfc3339(time).substr(0, 10);
}

struct Found {
  AccountId client;
  std::optional<Time> treated_until;
};

Result<Found> find_client(House& house, const std::string& login) {
  const auto digest = access::login_digest(house.root, access::normalise_login(login));
  return house.db.read(in_time(), [&](store::ReadTx& tx) -> Result<Found> {
    const auto account = people::find_account_by_login(tx, digest);
    if (!account || account->role != "client") {
      return fail(not_found("There is no open account of a client with this log-in name."));
    }
    return Found{account->id, people::treated_until(tx, account->id, house.clock.now())};
  });
}

void say_fate(const closing_account::Rules& rules, const Found& found, Time now, std::ostream& out) {
  const auto fate = closing_account::fate_of(rules, found.treated_until, now);
  if (!fate.keep_until) {
    fmt::print(out, "The record will be locked until an administrator states how long it has to be kept.\n");
  } else if (*fate.keep_until > now) {
    fmt::print(out, "The record will be locked, and erased on {} ({}).\n", day_of(*fate.keep_until), rules.period->law);
  } else {
    fmt::print(out, "The record will be erased.\n");
  }
}

void say_done(const closing_account::Rules& rules, const Closing& closing, std::ostream& out) {
  if (closing.state == State::waiting) {
    fmt::print(out, "Noted. Somebody has to look into an answer of the client's first; then the server closes it.\n");
  } else if (closing.state == State::locked) {
    fmt::print(out, "The account is closed and the record locked.\n");
  } else {
    fmt::print(out, "Erased. From {} on no backup of the keys holds it, if you keep them for {} days.\n",
               day_of(keys_gone_at(closing, rules)), rules.keys_kept.count());
  }
}

Result<void> close(const config::Settings& settings, const std::string& login, bool is_sure, std::ostream& out) {
  const SystemClock clock;
  TRY_ASSIGN(const auto open, OpenHouse::open(settings, clock));
  auto& house = open->house();
  const auto rules = closing_account::rules_of(settings);
  TRY(closing_account::follow_keys(house, rules, in_time()));
  TRY_ASSIGN(const auto found, find_client(house, login));
  if (!is_sure) {
    say_fate(rules, found, clock.now(), out);
    fmt::print(out, "Nothing was changed. Call it again with --yes to do it.\n");
    return {};
  }
  TRY(house.db.write(in_time(), [&](store::WriteTx& tx) -> Result<void> {
    access::AuditEntry entry;
    entry.at = clock.now();
    entry.action = "account.close_client";
    entry.client = found.client;
    entry.count = 1;
    entry.outcome = access::Outcome::done;
    entry.origin = "command";
    access::write_audit(tx, entry);
    TRY(closing_account::ask(tx, found.client, std::nullopt, clock.now()));
    return {};
  }));
  TRY_ASSIGN(const auto closing, closing_account::carry_out(house, rules, found.client, in_time()));
  say_done(rules, closing, out);
  return {};
}

}  // namespace

int erase_client(const config::Settings& settings, const std::string& login, bool is_sure, std::ostream& out,
                 std::ostream& errors) {
  const auto done = close(settings, login, is_sure, out);
  if (done) return kDone;
  fmt::print(errors, "rapport: {}\n", done.error().detail);
  return kNotDone;
}

}  // namespace rapport::server
