#pragma once
/// @file What the demo's clients and therapists keep between sessions, stored by the same functions as anybody's.
#include "access/seal.hpp"
#include "features/demo/demo_forms.hpp"

namespace rapport::demo {

Result<void> store_between(store::WriteTx& tx, const access::SealKey& key, const WrittenBetween& written,
                           const DemoPair& pair, Time now);

}  // namespace rapport::demo
