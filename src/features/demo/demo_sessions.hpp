#pragma once
/// @file The sessions of the demo's written clients: past ones where their chats say that they talked, and planned
/// ones.
#include "access/seal.hpp"
#include "features/demo/written_practice.hpp"
#include "store/transaction.hpp"

namespace rapport::demo {

/// Whose sessions they are.
struct DemoPair {
  AccountId client;
  AccountId therapist;
  EpisodeId episode;
};

/// Stores the sessions of one client, under the client's key. Times are counted back from `now`.
Result<void> store_sessions(store::WriteTx& tx, const access::SealKey& key, const WrittenClient& written,
                            const DemoPair& pair, Time now);

}  // namespace rapport::demo
