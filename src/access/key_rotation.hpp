#pragma once
/// @file Renewing everybody's key. Each gets a version more, and the one before is kept until nothing is sealed with it
/// any more: to seal everything anew is the work of the server (server/reseal.hpp). One renewal at a time.
#include <optional>

#include "access/seal.hpp"
#include "store/database.hpp"

namespace rapport::access {

struct KeyRotation {
  std::int64_t key_version = 1;  ///< of the keys since then
  Time asked_at;
  std::optional<Time> finished_at;  ///< since when no key of an earlier version is kept
};

/// The latest; nothing where keys were never renewed.
std::optional<KeyRotation> latest_rotation(store::ReadTx& key_store);
/// Of keys that are made now.
std::int64_t key_version_of_now(store::ReadTx& key_store);

/// Makes the next version of every key, of locked ones too, and keeps the one of now beside it. `master` is the one
/// that the store is sealed with. Error: conflict ("keys.rotation_runs") while one is not finished.
Result<KeyRotation> begin_rotation(store::WriteTx& key_store, const SealKey& master, Time now);
/// Deletes every key of an earlier version: whatever is sealed with one can never be read again.
void finish_rotation(store::WriteTx& key_store, std::int64_t key_version, Time now);

}  // namespace rapport::access
