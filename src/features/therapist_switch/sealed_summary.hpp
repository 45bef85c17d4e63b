#pragma once
/// @file The summary as it is sealed: under the client's key, tied to the id of its row.
#include "access/seal.hpp"
#include "features/therapist_switch/switch_summary.hpp"
#include "features/therapist_switch/therapist_switch.hpp"

namespace rapport::therapist_switch {

Bytes seal_summary(const access::SealKey& key, SwitchId id, const SwitchSummary& summary);
Result<SwitchSummary> open_sealed(const access::SealKey& key, SwitchId id, BytesView sealed);
/// Without one: empty.
Result<SwitchSummary> open_summary(const access::SealKey& key, const StoredSwitch& stored);

}  // namespace rapport::therapist_switch
