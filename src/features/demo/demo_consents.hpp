#pragma once
/// @file What the people of the demo have agreed to.
#include "access/seal.hpp"
#include "features/demo/written_practice.hpp"
#include "store/transaction.hpp"

namespace rapport::demo {

/// Whose consents they are, and who writes down what was said on paper.
struct DemoConsenter {
  AccountId person;
  AccountId writer;
  std::string language;  ///< in which texts are read
};

/// Stores them under the person's key. Times are counted back from `now`; what would lie before the day of the text is
/// moved up, in its order. An internal error where the file names a purpose that there is not.
Result<void> store_consents(store::WriteTx& tx, const access::SealKey& key, const std::vector<WrittenConsent>& written,
                            const DemoConsenter& who, Time now);

}  // namespace rapport::demo
