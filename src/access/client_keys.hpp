#pragma once
/// @file Keys: one for each person whose texts are kept, sealed by the master key (access/master_key.hpp) in a store of
/// its own. A copy of the main database alone shows nothing, and deleting one key makes all copies of
/// that person's texts unreadable, those in backups too.
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "access/master_key.hpp"
#include "store/database.hpp"
#include "store/migrate.hpp"

namespace rapport::access {

/// The schema of the key store.
inline constexpr std::array<store::Migration, 4> kKeyStoreMigrations{{
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
    {4, "rotation",
     "CREATE TABLE root_secret (\n"
     "  id {int} PRIMARY KEY NOT NULL,\n"
     "  sealed_value {bytes} NOT NULL\n"
     "){strict};\n"
     // The version before of each key, until everything is sealed anew. Of a locked one too.
     "CREATE TABLE older_key (\n"
     "  subject_id {id} NOT NULL,\n"
     "  key_version {int} NOT NULL,\n"
     "  sealed_key {bytes} NOT NULL,\n"
     "  PRIMARY KEY (subject_id, key_version)\n"
     "){strict};\n"
     "CREATE TABLE key_rotation (\n"
     "  key_version {int} PRIMARY KEY NOT NULL,\n"
     "  asked_at {time} NOT NULL,\n"
     "  finished_at {time}\n"
     "){strict};\n"},
}};

/// Without the spaces around it and with ASCII letters in lower case, so that people find their account again.
std::string normalise_login(std::string_view login);
/// What a log-in name is looked up by; the name itself is not stored in clear. 32 bytes. `root`: the root secret.
Bytes login_digest(const SealKey& root, std::string_view normalised_login);

/// After keys were deleted: sees to it that they are in no file of the key store any more, and waits a moment for that.
/// Where somebody's reading holds it up longer, the log says so (`keys.wiped_later`), and it is done when they end.
void wipe_deleted_keys(store::Database& key_store);

/// Thread-safe. A bounded number of opened keys is kept in memory. A key opens what any version of it that is kept has
/// sealed, and seals with the latest, or the one of seal_with.
class ClientKeys {
 public:
  using SharedKey = std::shared_ptr<const SealKey>;

  /// `database` and `clock` must outlive this.
  ClientKeys(store::Database& database, const SealKey& master, const Clock& clock, std::size_t max_cached = 4096);
  /// What finds the master key of now, when the one that is known no longer opens what is stored: somebody has put
  /// another in its place. Before anybody else has this.
  using FindMaster = std::function<Result<SealKey>(store::ReadTx& key_store)>;
  void find_master_by(FindMaster find) { find_master_ = std::move(find); }
  /// From now on no key seals with a later version than this, as far as it has an earlier one; all keys are read anew.
  /// Where many seal at a time, everybody must be able to open what a version sealed before anybody seals with it.
  void seal_with(std::int64_t version);

  /// not_found ("key.not_found") when the subject has no key (any more).
  Result<SharedKey> key_for(AccountId subject, Deadline deadline);
  /// So that key_for finds these in memory, as far as they have room there: many with few round trips. Who has no key
  /// is passed over.
  Result<void> fetch(const std::vector<AccountId>& subjects, Deadline deadline);
  /// The subject's key, made if there is none: calling it again gives the same key. not_found for somebody whose key
  /// was locked or deleted.
  Result<SharedKey> create_for(AccountId subject, Deadline deadline);
  /// Deletes the key for good, locked or not, and from the files (wipe_deleted_keys): whatever was sealed with it can
  /// never be read again. That it was deleted is kept.
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
  /// Drops the opened key from memory, or all of them.
  void forget(AccountId subject);
  void forget_all();

  std::size_t cached_count() const;

 private:
  struct Cached {
    AccountId subject;
    SharedKey key;
  };
  using CachedKeys = std::list<Cached>;

  /// A version of somebody's key as it is stored.
  struct Stored {
    AccountId subject;
    std::int64_t version = 0;
    Bytes sealed;
  };
  using SharedMaster = std::shared_ptr<const SealKey>;

  SharedKey cached(AccountId subject, std::uint64_t& forgotten);
  std::vector<AccountId> not_cached(const std::vector<AccountId>& subjects, std::uint64_t& forgotten) const;
  void keep(AccountId subject, const SharedKey& key, std::uint64_t forgotten);
  static std::vector<Stored> list_stored(store::ReadTx& tx, const store::Query& query, const store::Values& values);
  /// Of one person; `stored` is not empty.
  Result<SharedKey> open(store::ReadTx& tx, const std::vector<Stored>& stored);
  Result<SealKey> open_version(store::ReadTx& tx, const Stored& stored);
  Result<SharedKey> read(store::ReadTx& tx, const store::Query& query, AccountId subject);
  std::vector<SharedMaster> masters() const;
  /// The one that the store is sealed with.
  Result<SharedMaster> find_master(store::ReadTx& tx);

  store::Database& database_;
  const Clock& clock_;
  std::size_t max_cached_;
  FindMaster find_master_;
  mutable std::mutex mutex_;
  std::vector<SharedMaster> masters_;  ///< the one of now, and the one before for who looks at the store of before
  std::int64_t seals_with_ = kLastKeyVersion;
  CachedKeys keys_;  ///< the latest used first
  std::unordered_map<AccountId, CachedKeys::iterator> by_subject_;
  std::uint64_t forgotten_ = 0;  ///< counts forget(), so that a key read before it is not kept after it
};

}  // namespace rapport::access
