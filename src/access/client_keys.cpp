#include "access/client_keys.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "access/key_rotation.hpp"
#include "base/log.hpp"

namespace rapport::access {
namespace {

const store::Query kSelectKey("client_key.select",
                              "SELECT subject_id, key_version, sealed_key FROM client_key WHERE subject_id = $1"
                              " UNION ALL SELECT o.subject_id, o.key_version, o.sealed_key FROM older_key AS o"
                              " JOIN client_key AS k ON k.subject_id = o.subject_id WHERE o.subject_id = $1",
                              true);
// As many as are asked for at once; where there are fewer, the last is asked for again.
constexpr std::size_t kKeysAtOnce = 16;
const store::Query kSelectKeys("client_key.select_many",
                               "SELECT subject_id, key_version, sealed_key FROM client_key WHERE subject_id IN"
                               " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"
                               " UNION ALL SELECT o.subject_id, o.key_version, o.sealed_key FROM older_key AS o"
                               " JOIN client_key AS k ON k.subject_id = o.subject_id WHERE o.subject_id IN"
                               " ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
                               true);
const store::Query kSelectLocked("client_key.select_locked",
                                 "SELECT subject_id, key_version, sealed_key FROM locked_key WHERE subject_id = $1"
                                 " UNION ALL SELECT o.subject_id, o.key_version, o.sealed_key FROM older_key AS o"
                                 " JOIN locked_key AS k ON k.subject_id = o.subject_id WHERE o.subject_id = $1",
                                 true);
const store::Query kInsertKey("client_key.insert", R"(
  INSERT INTO client_key (subject_id, sealed_key, key_version, created_at) VALUES ($1, $2, $3, $4)
  ON CONFLICT (subject_id) DO NOTHING)");
const store::Query kIsClosed("client_key.is_closed",
                             "SELECT 1 FROM locked_key WHERE subject_id = $1"
                             " UNION ALL SELECT 1 FROM erased_key WHERE subject_id = $1",
                             true);
const store::Query kDeleteKey("client_key.delete", "DELETE FROM client_key WHERE subject_id = $1", true);
const store::Query kDeleteLocked("client_key.delete_locked", "DELETE FROM locked_key WHERE subject_id = $1", true);
const store::Query kDeleteOlder("client_key.delete_older", "DELETE FROM older_key WHERE subject_id = $1", true);
const store::Query kRememberErased("client_key.remember_erased", R"(
  INSERT INTO erased_key (subject_id, erased_at) VALUES ($1, $2) ON CONFLICT (subject_id) DO NOTHING)");
const store::Query kLockKey("client_key.lock", R"(
  INSERT INTO locked_key (subject_id, sealed_key, key_version, created_at, locked_at)
  SELECT subject_id, sealed_key, key_version, created_at, $2 FROM client_key WHERE subject_id = $1)");
const store::Query kClosedKeys("client_key.closed",
                               "SELECT subject_id, 0, locked_at FROM locked_key"
                               " UNION ALL SELECT subject_id, 1, erased_at FROM erased_key");

constexpr std::chrono::seconds kWaitForWiping{2};

Error no_key() {
  return {ErrorKind::not_found, "key.not_found", "There is no key for this person."};
}

}  // namespace

std::string normalise_login(std::string_view login) {
  constexpr std::string_view spaces = " \t\r\n";
  const auto begin = login.find_first_not_of(spaces);
  if (begin == std::string_view::npos) return {};
  std::string normalised(login.substr(begin, login.find_last_not_of(spaces) - begin + 1));
  for (char& character : normalised) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return normalised;
}

Bytes login_digest(const SealKey& root, std::string_view normalised_login) {
  return keyed_digest(root.subkey("logindig"), normalised_login);
}

void wipe_deleted_keys(store::Database& key_store) {
  if (!key_store.wipe_deleted(std::chrono::steady_clock::now() + kWaitForWiping)) log::warning("keys.wiped_later");
}

ClientKeys::ClientKeys(store::Database& database, const SealKey& master, const Clock& clock, std::size_t max_cached)
    : database_(database), clock_(clock), max_cached_(std::max<std::size_t>(max_cached, 1)) {
  masters_.push_back(std::make_shared<const SealKey>(*SealKey::from_bytes(master.bytes())));
}

void ClientKeys::seal_with(std::int64_t version) {
  {
    const std::lock_guard lock(mutex_);
    seals_with_ = version;
  }
  forget_all();
}

Result<ClientKeys::SharedKey> ClientKeys::key_for(AccountId subject, Deadline deadline) {
  std::uint64_t forgotten = 0;
  if (SharedKey key = cached(subject, forgotten)) return key;
  TRY_ASSIGN(SharedKey key, database_.read(deadline, [&](store::ReadTx& tx) { return read(tx, kSelectKey, subject); }));
  keep(subject, key, forgotten);
  return key;
}

Result<void> ClientKeys::fetch(const std::vector<AccountId>& subjects, Deadline deadline) {
  std::uint64_t forgotten = 0;
  const auto missing = not_cached(subjects, forgotten);
  if (missing.empty()) return {};
  return database_.read(deadline, [&](store::ReadTx& tx) -> Result<void> {
    for (std::size_t begin = 0; begin < missing.size(); begin += kKeysAtOnce) {
      store::Values asked;
      for (auto i = begin; asked.size() < kKeysAtOnce; ++i)
        asked.emplace_back(missing[std::min(i, missing.size() - 1)]);
      std::map<AccountId, std::vector<Stored>> by_person;
      for (auto& one : list_stored(tx, kSelectKeys, asked)) by_person[one.subject].push_back(std::move(one));
      for (const auto& [subject, stored] : by_person) {
        TRY_ASSIGN(const auto key, open(tx, stored));
        keep(subject, key, forgotten);
      }
    }
    return {};
  });
}

Result<ClientKeys::SharedKey> ClientKeys::create_for(AccountId subject, Deadline deadline) {
  std::uint64_t forgotten = 0;
  if (SharedKey key = cached(subject, forgotten)) return key;
  const auto insert_and_read = [&](store::WriteTx& tx) -> Result<SharedKey> {
    hold_key_store(tx);
    if (tx.first(kIsClosed, {subject}, [](const store::Row&) { return true; })) return fail(no_key());
    auto stored = list_stored(tx, kSelectKey, {subject});
    if (stored.empty()) {
      TRY_ASSIGN(const auto master, find_master(tx));
      auto fresh = SealKey::random();
      fresh.set_version(key_version_of_now(tx));
      tx.execute(kInsertKey, {subject, seal_client_key(*master, subject, fresh), fresh.version(), clock_.now()});
      stored = list_stored(tx, kSelectKey, {subject});  // another's, if another was first
    }
    return open(tx, stored);
  };
  TRY_ASSIGN(SharedKey key, database_.write(deadline, insert_and_read));
  keep(subject, key, forgotten);
  return key;
}

Result<void> ClientKeys::destroy(AccountId subject, Deadline deadline) {
  const auto outcome = database_.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    hold_key_store(tx);
    tx.execute(kDeleteKey, {subject});
    tx.execute(kDeleteLocked, {subject});
    tx.execute(kDeleteOlder, {subject});
    tx.execute(kRememberErased, {subject, clock_.now()});
    return {};
  });
  forget(subject);
  if (outcome) wipe_deleted_keys(database_);
  return outcome;
}

Result<void> ClientKeys::lock(AccountId subject, Deadline deadline) {
  const auto outcome = database_.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    hold_key_store(tx);
    tx.execute(kLockKey, {subject, clock_.now()});
    tx.execute(kDeleteKey, {subject});
    return {};
  });
  forget(subject);
  return outcome;
}

Result<ClientKeys::SharedKey> ClientKeys::locked_key_for(AccountId subject, Deadline deadline) {
  return database_.read(deadline, [&](store::ReadTx& tx) { return read(tx, kSelectLocked, subject); });
}

Result<std::vector<ClientKeys::ClosedKey>> ClientKeys::list_closed(Deadline deadline) {
  return database_.read(deadline, [](store::ReadTx& tx) -> Result<std::vector<ClosedKey>> {
    return tx.list(kClosedKeys, {}, [](const store::Row& row) {
      return ClosedKey{row.id<AccountId>(0), row.int64(1) != 0, row.time(2)};
    });
  });
}

void ClientKeys::forget(AccountId subject) {
  const std::lock_guard lock(mutex_);
  ++forgotten_;
  const auto found = by_subject_.find(subject);
  if (found == by_subject_.end()) return;
  keys_.erase(found->second);
  by_subject_.erase(found);
}

void ClientKeys::forget_all() {
  const std::lock_guard lock(mutex_);
  ++forgotten_;
  keys_.clear();
  by_subject_.clear();
}

std::size_t ClientKeys::cached_count() const {
  const std::lock_guard lock(mutex_);
  return keys_.size();
}

ClientKeys::SharedKey ClientKeys::cached(AccountId subject, std::uint64_t& forgotten) {
  const std::lock_guard lock(mutex_);
  forgotten = forgotten_;
  const auto found = by_subject_.find(subject);
  if (found == by_subject_.end()) return nullptr;
  keys_.splice(keys_.begin(), keys_, found->second);
  return found->second->key;
}

std::vector<AccountId> ClientKeys::not_cached(const std::vector<AccountId>& subjects, std::uint64_t& forgotten) const {
  const std::lock_guard lock(mutex_);
  forgotten = forgotten_;
  std::vector<AccountId> missing;
  const auto is_missing = [this](AccountId subject) { return !by_subject_.contains(subject); };
  std::copy_if(subjects.begin(), subjects.end(), std::back_inserter(missing), is_missing);
  return missing;
}

void ClientKeys::keep(AccountId subject, const SharedKey& key, std::uint64_t forgotten) {
  const std::lock_guard lock(mutex_);
  if (forgotten != forgotten_ || by_subject_.contains(subject)) return;
  if (keys_.size() >= max_cached_) {
    by_subject_.erase(keys_.back().subject);
    keys_.pop_back();
  }
  keys_.push_front(Cached{subject, key});
  by_subject_.emplace(subject, keys_.begin());
}

std::vector<ClientKeys::Stored> ClientKeys::list_stored(store::ReadTx& tx, const store::Query& query,
                                                        const store::Values& values) {
  return tx.list(query, values, [](const store::Row& row) {
    return Stored{row.id<AccountId>(0), row.int64(1), copy_of(row.bytes(2))};
  });
}

Result<ClientKeys::SharedKey> ClientKeys::open(store::ReadTx& tx, const std::vector<Stored>& stored) {
  std::vector<SealKey> keys;
  for (const auto& one : stored) {
    TRY_ASSIGN(auto key, open_version(tx, one));
    keys.push_back(std::move(key));
  }
  std::ranges::sort(keys, std::greater<>(), &SealKey::version);
  std::int64_t seals_with = 0;
  {
    const std::lock_guard lock(mutex_);
    seals_with = seals_with_;
  }
  auto first = std::ranges::find_if(keys, [&](const SealKey& key) { return key.version() <= seals_with; });
  if (first == keys.end()) --first;  // somebody who came since
  auto sealing = std::move(*first);
  for (auto& key : keys) {
    if (&key != &*first) sealing.open_also(std::make_shared<const SealKey>(std::move(key)));
  }
  return std::make_shared<const SealKey>(std::move(sealing));
}

Result<SealKey> ClientKeys::open_version(store::ReadTx& tx, const Stored& stored) {
  for (const auto& master : masters()) {
    if (auto key = open_client_key(*master, stored.subject, stored.version, stored.sealed)) return key;
  }
  TRY_ASSIGN(const auto master, find_master(tx));
  return open_client_key(*master, stored.subject, stored.version, stored.sealed);
}

Result<ClientKeys::SharedKey> ClientKeys::read(store::ReadTx& tx, const store::Query& query, AccountId subject) {
  const auto stored = list_stored(tx, query, {subject});
  if (stored.empty()) return fail(no_key());
  return open(tx, stored);
}

std::vector<ClientKeys::SharedMaster> ClientKeys::masters() const {
  const std::lock_guard lock(mutex_);
  return masters_;
}

Result<ClientKeys::SharedMaster> ClientKeys::find_master(store::ReadTx& tx) {
  for (const auto& master : masters()) {
    if (recognise_master_key(tx, *master, "")) return master;
  }
  if (!find_master_) return fail({ErrorKind::internal, "seal.broken", "Stored data could not be opened."});
  TRY_ASSIGN(auto key, find_master_(tx));
  auto found = std::make_shared<const SealKey>(std::move(key));
  // What the one before sealed goes from the files, too. Whoever put the new one there could not see to it: two
  // programs must not empty one log of SQLite. Nobody waits for it, since this is within a transaction.
  database_.wipe_deleted(std::chrono::steady_clock::now());
  const std::lock_guard lock(mutex_);
  masters_ = {found, masters_.front()};
  return found;
}

}  // namespace rapport::access
