#pragma once
/// @file Keys: one master key in a file, one key for each person whose texts are kept, sealed by the master in a
/// store of its own. A copy of the main database alone shows nothing, and deleting one key makes all copies of
/// that person's texts unreadable, those in backups too.
#include <array>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/seal.hpp"
#include "store/database.hpp"
#include "store/migrate.hpp"

namespace rapport::access {

/// The schema of the key store.
inline constexpr std::array<store::Migration, 3> kKeyStoreMigrations{{
    {1, "client_key",
     "CREATE TABLE client_key (\n"
     "  subject_id {id} PRIMARY KEY NOT NULL,\n"
     "  sealed_key {bytes} NOT NULL,\n"
     "  key_version {int} NOT NULL,\n"
     "  created_at {time} NOT NULL\n"
     "){strict};\n"},
    {2, "master_check",
     "CREATE TABLE master_check (\n"
     "  id {int} PRIMARY KEY NOT NULL,\n"
     "  sealed_value {bytes} NOT NULL\n"
     "){strict};\n"},
    // That a key is locked, or was deleted, is known here: older data that is put back beside it cannot undo that.
    {3, "closed_keys",
     "CREATE TABLE locked_key (\n"
     "  subject_id {id} PRIMARY KEY NOT NULL,\n"
     "  sealed_key {bytes} NOT NULL,\n"
     "  key_version {int} NOT NULL,\n"
     "  created_at {time} NOT NULL,\n"
     "  locked_at {time} NOT NULL\n"
     "){strict};\n"
     "CREATE TABLE erased_key (\n"
     "  subject_id {id} PRIMARY KEY NOT NULL,\n"
     "  erased_at {time} NOT NULL\n"
     "){strict};\n"},
}};

/// Reads the file: 64 hexadecimal digits and a newline, readable by its owner alone. Anything else is refused
/// with a message for the operator.
Result<SealKey> load_master_key(const std::string& path);
/// As load_master_key, but makes the file when there is none. Two processes that start at once get the same key.
Result<SealKey> load_or_create_master_key(const std::string& path);

/// What a key store holds.
enum class KeyStoreHolds {
  nothing,
  check_value,  ///< the store was in use, but there is nobody's key
  keys,
};
Result<KeyStoreHolds> look_into_key_store(store::Database& key_store, Deadline deadline);

/// Refuses ("master_key.unusable", with `path` in the sentence) a key that is not the one under which the store was
/// begun: by the check value that lies in it, or, in a store from before there was one, by opening somebody's key.
/// Only looks: a store that holds nothing yet takes any key.
Result<void> recognise_master_key(store::ReadTx& key_store, const SealKey& master, const std::string& path);
/// The same, and seals the check value if there is none.
Result<void> check_master_key(store::Database& key_store, const SealKey& master, const std::string& path,
                              Deadline deadline);

/// Without the spaces around it and with ASCII letters in lower case, so that people find their account again.
std::string normalise_login(std::string_view login);
/// What a log-in name is looked up by; the name itself is not stored in clear. 32 bytes.
Bytes login_digest(const SealKey& master, std::string_view normalised_login);

/// Thread-safe. A bounded number of opened keys is kept in memory.
class ClientKeys {
 public:
  using SharedKey = std::shared_ptr<const SealKey>;

  /// `database` and `clock` must outlive this.
  ClientKeys(store::Database& database, const SealKey& master, const Clock& clock, std::size_t max_cached = 4096);

  /// not_found ("key.not_found") when the subject has no key (any more).
  Result<SharedKey> key_for(AccountId subject, Deadline deadline);
  /// So that key_for finds these in memory, as far as they have room there: many with few round trips. Who has no key
  /// is passed over.
  Result<void> fetch(const std::vector<AccountId>& subjects, Deadline deadline);
  /// The subject's key, made if there is none: calling it again gives the same key. not_found for somebody whose key
  /// was locked or deleted.
  Result<SharedKey> create_for(AccountId subject, Deadline deadline);
  /// Deletes the key for good, locked or not: whatever was sealed with it can never be read again. That it was deleted
  /// is kept.
  Result<void> destroy(AccountId subject, Deadline deadline);
  /// From then on key_for finds the key no more, so that nothing of this program opens what was sealed with it but who
  /// asks for locked keys by name.
  Result<void> lock(AccountId subject, Deadline deadline);
  /// The key of somebody who is locked; not_found for everybody else.
  Result<SharedKey> locked_key_for(AccountId subject, Deadline deadline);
  /// Everybody whose key was locked or deleted, and when.
  struct ClosedKey {
    AccountId subject;
    bool is_erased = false;
    Time at;
  };
  Result<std::vector<ClosedKey>> list_closed(Deadline deadline);
  /// Drops the opened key from memory.
  void forget(AccountId subject);

  std::size_t cached_count() const;

 private:
  struct Cached {
    AccountId subject;
    SharedKey key;
  };
  using CachedKeys = std::list<Cached>;

  SharedKey cached(AccountId subject, std::uint64_t& forgotten);
  std::vector<AccountId> not_cached(const std::vector<AccountId>& subjects, std::uint64_t& forgotten) const;
  void keep(AccountId subject, const SharedKey& key, std::uint64_t forgotten);
  Result<SharedKey> open(AccountId subject, BytesView sealed) const;
  Result<SharedKey> read(store::ReadTx& tx, const store::Query& query, AccountId subject) const;

  store::Database& database_;
  SealKey sealing_key_;
  const Clock& clock_;
  std::size_t max_cached_;
  mutable std::mutex mutex_;
  CachedKeys keys_;  ///< the latest used first
  std::unordered_map<AccountId, CachedKeys::iterator> by_subject_;
  std::uint64_t forgotten_ = 0;  ///< counts forget(), so that a key read before it is not kept after it
};

}  // namespace rapport::access
