#include "features/therapist_switch/sealed_summary.hpp"

#include "features/between_sessions/between.hpp"

namespace rapport::therapist_switch {

Bytes seal_summary(const access::SealKey& key, SwitchId id, const SwitchSummary& summary) {
  return between_sessions::seal(key, id, summary);
}

Result<SwitchSummary> open_sealed(const access::SealKey& key, SwitchId id, BytesView sealed) {
  return between_sessions::open<SwitchSummary>(key, id, sealed);
}

Result<SwitchSummary> open_summary(const access::SealKey& key, const StoredSwitch& stored) {
  if (!stored.sealed_summary) return SwitchSummary{};
  return open_sealed(key, stored.id, *stored.sealed_summary);
}

}  // namespace rapport::therapist_switch
