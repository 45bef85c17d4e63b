#pragma once
/// @file What therapists of the demo did about what the rules found.
#include "access/seal.hpp"
#include "features/demo/written_practice.hpp"
#include "store/transaction.hpp"

namespace rapport::demo {

struct TreatedBy {
  AccountId therapist;
  EpisodeId episode;
};

/// Each answers the first signal of its rule that waits; an internal error when there is none.
Result<void> answer_signals(store::WriteTx& tx, const access::SealKey& key, const std::vector<WrittenOutcome>& written,
                            const TreatedBy& who, Time now);

}  // namespace rapport::demo
