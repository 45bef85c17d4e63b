#include "features/notify/push_devices.hpp"

#include "features/notify/failures.hpp"

namespace rapport::notify {
namespace {

using store::Query;
using store::Row;

const Query kSave{"notify.save_device",
                  "INSERT INTO push_device (id, account_id, endpoint_digest, sealed_target, made_at)"
                  " VALUES ($1, $2, $3, $4, $5)",
                  true};
const Query kForgetSame{"notify.forget_same_device", "DELETE FROM push_device WHERE id = $1 OR endpoint_digest = $2",
                        true};
const Query kOfAccount{"notify.devices_of",
                       "SELECT id, account_id, sealed_target, made_at FROM push_device WHERE account_id = $1"
                       " ORDER BY made_at DESC, id DESC",
                       true};
const Query kFind{"notify.find_device", "SELECT id, account_id, sealed_target, made_at FROM push_device WHERE id = $1",
                  true};
const Query kForget{"notify.forget_device", "DELETE FROM push_device WHERE id = $1 AND account_id = $2", true};
const Query kForgetAll{"notify.forget_devices", "DELETE FROM push_device WHERE account_id = $1", true};
const Query kForgetEverybodys{"notify.forget_everybodys_devices", "DELETE FROM push_device"};
const Query kDropWaiting{"notify.drop_waiting_of_device",
                         "UPDATE notice SET state = 'failed', failure = $2, at = $3"
                         " WHERE device_id = $1 AND state = 'waiting'",
                         true};

PushDevice to_device(const Row& row) {
  return {row.id<PushDeviceId>(0), row.id<AccountId>(1), Bytes(row.bytes(2).begin(), row.bytes(2).end()), row.time(3)};
}

}  // namespace

Bytes seal_device(const access::SealKey& key, PushDeviceId id, const PushDeviceSecrets& secrets) {
  std::string text;
  http::write(text, secrets);
  return access::seal(key, id.bytes(), text);
}

Result<PushDeviceSecrets> unseal_device(const access::SealKey& key, PushDeviceId id, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, id.bytes(), sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<PushDeviceSecrets>(value);
}

Result<void> save_device(store::WriteTx& tx, const PushDevice& device, BytesView endpoint_digest) {
  const auto same = find_device(tx, device.id);
  if (same && same->account != device.account) return fail(not_found());
  tx.execute(kForgetSame, {device.id, endpoint_digest});
  const auto others = devices_of(tx, device.account);
  for (auto place = kMostDevices - 1; place < std::ssize(others); ++place) {
    forget_device(tx, device.account, others[static_cast<std::size_t>(place)].id, device.made_at);
  }
  tx.execute(kSave, {device.id, device.account, endpoint_digest, device.sealed, device.made_at});
  return {};
}

std::vector<PushDevice> devices_of(store::ReadTx& tx, AccountId account) {
  return tx.list(kOfAccount, {account}, to_device);
}

std::optional<PushDevice> find_device(store::ReadTx& tx, PushDeviceId id) {
  return tx.first(kFind, {id}, to_device);
}

bool forget_device(store::WriteTx& tx, AccountId account, PushDeviceId id, Time now) {
  if (tx.execute(kForget, {id, account}) == 0) return false;
  tx.execute(kDropWaiting, {id, to_text(Failure::not_needed), now});
  return true;
}

std::int64_t forget_all_devices(store::WriteTx& tx) {
  return tx.execute(kForgetEverybodys, {});
}

void forget_devices_of(store::WriteTx& tx, AccountId account) {
  tx.execute(kForgetAll, {account});
}

}  // namespace rapport::notify
