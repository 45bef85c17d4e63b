#pragma once
/// @file The master key: a file beside the practice. It seals the key store and nothing else; what everything else of
/// the practice is derived from is the root secret, which lies sealed in the key store and outlives every master key.
///
/// A new master key is written to a file beside the old one (.next), then the key store is sealed anew in one
/// transaction, then the file takes the old one's place. Wherever that is ended, one of both files opens what is
/// stored.
#include <string>
#include <string_view>

#include "access/seal.hpp"
#include "store/database.hpp"

namespace rapport::access {

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
/// The same, and seals the check value and the root secret if there are none. In a store from before there was a root
/// secret it is what everything was derived from until then: the master key itself.
Result<void> check_master_key(store::Database& key_store, const SealKey& master, const std::string& path,
                              Deadline deadline);
/// The key in the file or, while a new one takes its place, in the one beside it: whichever the store is sealed with.
/// Errors as load_master_key and recognise_master_key.
Result<SealKey> find_master_key(store::ReadTx& key_store, const std::string& path);

/// What digests, tokens and the audit's signatures are derived from. `master` is the one that was found.
Result<SealKey> read_root_secret(store::ReadTx& key_store, const SealKey& master);

/// Eight hexadecimal digits that tell master keys apart and nothing of what they open: for labels of copies.
std::string mark_of(const SealKey& master);

struct ReplacedMasterKey {
  std::string old_mark;
  std::string new_mark;
  std::string old_file;  ///< where the old key lies now
};
/// Puts a new master key in the place of the one in the file, also while a server is running. May be ended at any
/// moment and called again. Whoever calls it holds the keys alone (store::hold_keys).
Result<ReplacedMasterKey> replace_master_key(store::Database& key_store, const std::string& path, Deadline deadline);
/// Ends what a killed replace_master_key began: if the store is sealed with the key beside the file, that becomes the
/// file.
Result<void> settle_master_key(store::Database& key_store, const std::string& path, Deadline deadline);

/// For a transaction of the key store that adds, moves or removes keys: one after another, so that none is left out
/// when all are sealed anew. Before the first statement of the transaction.
void hold_key_store(store::WriteTx& key_store);

// What is sealed in the key store.

/// Sealed keys of persons, by whose and of which version they are.
Bytes seal_client_key(const SealKey& master, AccountId subject, const SealKey& key);
Result<SealKey> open_client_key(const SealKey& master, AccountId subject, std::int64_t version, BytesView sealed);

}  // namespace rapport::access
