#pragma once
/// @file The browsers that tell their person that something waits. Each was asked for by its person, in that browser.
#include <optional>
#include <string>
#include <vector>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "http/shape.hpp"
#include "store/transaction.hpp"

namespace rapport::notify {

using PushDeviceId = Id<struct PushDeviceTag>;

/// More than that nobody has: the one that was named first makes room.
inline constexpr std::int64_t kMostDevices = 10;

/// What is sealed of one.
struct PushDeviceSecrets {
  std::string endpoint;
  std::string p256dh;   ///< its public key, base64url
  std::string auth;     ///< what it shares with its sender, base64url
  std::string browser;  ///< "Firefox"; empty: it cannot be told
  std::string system;
  std::string language;  ///< "en" or "de": of what it shows
};
BOOST_DESCRIBE_STRUCT(PushDeviceSecrets, (), (endpoint, p256dh, auth, browser, system, language))

Bytes seal_device(const access::SealKey& key, PushDeviceId id, const PushDeviceSecrets& secrets);
Result<PushDeviceSecrets> unseal_device(const access::SealKey& key, PushDeviceId id, BytesView sealed);

struct PushDevice {
  PushDeviceId id;
  AccountId account;
  Bytes sealed;
  Time made_at;
};

/// One with the same id or the same address before it is forgotten, whose ever it was. `endpoint_digest` is keyed.
/// Error: not_found, when the id is another person's.
Result<void> save_device(store::WriteTx& tx, const PushDevice& device, BytesView endpoint_digest);
/// Of one person, the one that was named last first.
std::vector<PushDevice> devices_of(store::ReadTx& tx, AccountId account);
std::optional<PushDevice> find_device(store::ReadTx& tx, PushDeviceId id);
/// False when this person has none such. What waits for it is not sent any more.
bool forget_device(store::WriteTx& tx, AccountId account, PushDeviceId id, Time now);
/// Of everybody; how many.
std::int64_t forget_all_devices(store::WriteTx& tx);
/// All of one person.
void forget_devices_of(store::WriteTx& tx, AccountId account);

}  // namespace rapport::notify
