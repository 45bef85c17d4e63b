#pragma once
/// @file What the clients of the demo say of working together.
#include "access/seal.hpp"
#include "features/demo/written_practice.hpp"
#include "store/transaction.hpp"

namespace rapport::demo {

/// Whose words they are, and who could hear them.
struct DemoConcern {
  AccountId client;
  AccountId therapist;
  AccountId neutral_person;
  EpisodeId episode;
};

/// Stores them under the client's key, the answers of whoever was told an hour later.
Result<void> store_concern(store::WriteTx& tx, const access::SealKey& key, const WrittenConcern& written,
                           const DemoConcern& who, Time now);

}  // namespace rapport::demo
