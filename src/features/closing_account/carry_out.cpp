#include "base/log.hpp"
#include "features/closing_account/closing_store.hpp"
#include "features/people/profiles.hpp"
#include "features/safety/left_behind.hpp"

namespace rapport::closing_account {
namespace {

constexpr std::int64_t kAtOnce = 100;

Result<Closing> read_closing(House& house, AccountId client, Deadline deadline) {
  return house.db.read(deadline, [&](store::ReadTx& tx) -> Result<Closing> {
    auto found = find_closing(tx, client);
    if (!found) return fail(not_found());
    return std::move(*found);
  });
}

/// The name alone: whose record it is has to be known for as long as it is kept.
Result<Bytes> what_stays_of_profile(House& house, const access::SealKey& key, AccountId client, Deadline deadline) {
  TRY_ASSIGN(const auto account, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<people::Account> {
    auto found = people::find_client(tx, client);
    if (!found) return fail(not_found());
    return std::move(*found);
  }));
  TRY_ASSIGN(auto profile, people::open_profile(key, account));
  return people::seal_profile(key, client, {std::move(profile.name), "", {}, {}});
}

Result<void> close_and_lock(House& house, const Rules& rules, AccountId client, Deadline deadline) {
  TRY_ASSIGN(const auto key, house.keys.key_for(client, deadline));
  TRY_ASSIGN(const auto profile, what_stays_of_profile(house, *key, client, deadline));
  const auto now = house.clock.now();
  TRY_ASSIGN(const auto locked, house.db.write(deadline, [&](store::WriteTx& tx) -> Result<std::optional<Locked>> {
    const auto fate = fate_of(rules, people::treated_until(tx, client, now), now);
    return lock_record(tx, client, fate, profile, now);
  }));
  if (!locked) return {};
  for (const auto session : locked->ended) house.session_ended(session);
  house.account_closed(client);
  return {};
}

/// Not while the neutral person has something to close that is sealed with it, unless it is locked already (an older
/// database was put back beside it).
Result<void> lock_key(House& house, AccountId client, Deadline deadline) {
  TRY_ASSIGN(const bool is_read, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<bool> {
    return safety::is_left_to_neutral(tx, client);
  }));
  const auto key = house.keys.key_for(client, deadline);
  if (is_read && (key || key.error().kind != ErrorKind::not_found)) return {};
  TRY(house.keys.lock(client, deadline));
  return house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    note_key_locked(tx, client);
    return {};
  });
}

/// The key first: what is left to do after it only takes away what nobody can read.
Result<void> erase(House& house, AccountId client, Deadline deadline) {
  TRY(house.keys.destroy(client, deadline));
  return house.db.write(deadline, [&](store::WriteTx& tx) { return erase_record(tx, client, house.clock.now()); });
}

bool is_due(const Closing& closing, Time now) {
  return closing.state == State::locked && closing.keep_until && *closing.keep_until <= now;
}

}  // namespace

Result<access::ClientKeys::SharedKey> key_of_locked(House& house, AccountId client, Deadline deadline) {
  auto key = house.keys.locked_key_for(client, deadline);
  if (!key && key.error().kind == ErrorKind::not_found) return house.keys.key_for(client, deadline);
  return key;
}

Result<std::optional<std::string>> name_of(House& house, AccountId client, Deadline deadline) {
  const auto key = key_of_locked(house, client, deadline);
  if (!key && key.error().kind == ErrorKind::not_found) return std::nullopt;
  if (!key) return fail(key.error());
  TRY_ASSIGN(const auto account, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<people::Account> {
    auto found = people::find_client(tx, client);
    if (!found) return fail(not_found());
    return std::move(*found);
  }));
  if (account.sealed_profile.empty()) return std::nullopt;
  TRY_ASSIGN(auto profile, people::open_profile(**key, account));
  return std::optional(std::move(profile.name));
}

Result<Closing> carry_out(House& house, const Rules& rules, AccountId client, Deadline deadline) {
  TRY_ASSIGN(auto closing, read_closing(house, client, deadline));
  const bool is_announced = closing.due_at && is_asked_by_somebody_else(closing);
  const bool is_too_soon = is_announced && house.clock.now() < rules.announced_not_before;
  if (closing.state == State::waiting && !is_too_soon) {
    TRY(close_and_lock(house, rules, client, deadline));
    TRY_ASSIGN(closing, read_closing(house, client, deadline));
  }
  const auto now = house.clock.now();
  if (closing.state == State::locked && !closing.key_locked && !is_due(closing, now)) {
    TRY(lock_key(house, client, deadline));
  }
  if (is_due(closing, now)) TRY(erase(house, client, deadline));
  return read_closing(house, client, deadline);
}

Result<std::int64_t> carry_out_due(House& house, const Rules& rules, Deadline deadline) {
  const auto now = house.clock.now();
  TRY_ASSIGN(const auto due, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<std::vector<AccountId>> {
    return list_due(tx, now, kAtOnce);
  }));
  std::int64_t done = 0;
  for (const auto client : due) {
    const auto closing = carry_out(house, rules, client, deadline);
    if (!closing) {  // the next one may go
      log::error("closing.failed", {{"account", client.text()}, {"code", closing.error().code}});
    } else if (closing->state != State::waiting) {
      ++done;
    }
  }
  TRY(house.db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    forget_readers(tx, now - rules.keys_kept);
    return {};
  }));
  return done;
}

Result<std::int64_t> follow_keys(House& house, const Rules& rules, Deadline deadline) {
  TRY_ASSIGN(const auto keys, house.keys.list_closed(deadline));
  std::int64_t done = 0;
  for (const auto& key : keys) {
    TRY_ASSIGN(const bool is_news, house.db.read(deadline, [&](store::ReadTx& tx) -> Result<bool> {
      const auto closing = find_closing(tx, key.subject);
      if (!closing || closing->state == State::waiting) return people::find_client(tx, key.subject).has_value();
      return key.is_erased && closing->state == State::locked;
    }));
    if (!is_news) continue;
    TRY(house.db.write(deadline, [&](store::WriteTx& tx) {
      const auto fate =
          key.is_erased ? Fate{key.at} : fate_of(rules, people::treated_until(tx, key.subject, key.at), key.at);
      return follow_key(tx, key.subject, fate, key.at);
    }));
    TRY(carry_out(house, rules, key.subject, deadline));
    ++done;
  }
  return done;
}

}  // namespace rapport::closing_account
