#pragma once
/// @file Sealing everything anew after keys were renewed (access/key_rotation.hpp), while people go on writing.
/// Wherever it is ended it goes on: what is to be done is what the rows and the key store say.
#include <atomic>
#include <chrono>
#include <optional>
#include <string>

#include "access/key_rotation.hpp"
#include "features/context.hpp"
#include "server/sealed_columns.hpp"

namespace rapport::server {

/// The version of the keys that whoever begins now seals with. Errors are those of the database.
Result<std::int64_t> read_key_version(store::Database& key_store, Deadline deadline);

class Resealer {
 public:
  struct Pace {
    /// Longer than any call takes: how long somebody may still hold a key that was read before.
    std::chrono::milliseconds settles{20'000};
    std::chrono::milliseconds pause{20};  ///< after each batch of rows, for those who write
  };

  /// `house` and `key_store` must outlive this. `folder`: of the data; keys that are being copied are not deleted.
  /// `key_version`: that of read_key_version. To be made before anybody seals in this process: everybody begins with
  /// it.
  Resealer(House& house, store::Database& key_store, std::string folder, std::int64_t key_version, Pace pace);

  /// To be called again and again, by one thread: sees whether keys were renewed, and does what is next. Everybody is
  /// first to open the new version, then to seal with it; then all rows are sealed anew; when none is left, the version
  /// before is deleted. Errors are those of the databases, "keys.row_broken" for a row that does not open (the version
  /// before stays then), or that the keys are in use.
  Result<void> work();
  /// Makes a call of `work` that runs come to an end, and later ones do nothing.
  void stop() { stopping_ = true; }

 private:
  enum class Phase { all_open, all_seal, none_left };

  bool has_settled() const { return std::chrono::steady_clock::now() - since_ >= pace_.settles; }
  void enter(Phase phase);
  Result<void> finish();
  /// How many rows were sealed anew.
  Result<std::int64_t> go_through_all(std::int64_t version);
  Result<std::int64_t> go_through(const SealedColumn& column, std::int64_t version);

  House& house_;
  store::Database& key_store_;
  const std::string folder_;
  const Pace pace_;
  std::int64_t version_;                ///< of the keys that people seal with
  std::optional<std::int64_t> coming_;  ///< the version that is being brought in
  Phase phase_ = Phase::all_open;
  std::chrono::steady_clock::time_point since_;
  std::atomic<bool> stopping_ = false;
};

}  // namespace rapport::server
