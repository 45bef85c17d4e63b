#include "access/key_rotation.hpp"

#include <fmt/format.h>

#include <vector>

#include "access/master_key.hpp"

namespace rapport::access {
namespace {

const store::Query kLatest("client_key.latest_rotation",
                           "SELECT key_version, asked_at, finished_at FROM key_rotation"
                           " ORDER BY key_version DESC LIMIT 1");
const store::Query kBegin("client_key.begin_rotation",
                          "INSERT INTO key_rotation (key_version, asked_at) VALUES ($1, $2)");
const store::Query kFinish("client_key.finish_rotation",
                           "UPDATE key_rotation SET finished_at = $2 WHERE key_version = $1");
const store::Query kKeepOlder("client_key.keep_older",
                              "INSERT INTO older_key (subject_id, key_version, sealed_key)"
                              " SELECT subject_id, key_version, sealed_key FROM client_key"
                              " UNION ALL SELECT subject_id, key_version, sealed_key FROM locked_key");
const store::Query kDropOlder("client_key.drop_older", "DELETE FROM older_key WHERE key_version < $1");
const store::Query kSubjects("client_key.subjects", "SELECT subject_id FROM client_key");
const store::Query kLockedSubjects("client_key.locked_subjects", "SELECT subject_id FROM locked_key");
const store::Query kRenew("client_key.renew",
                          "UPDATE client_key SET sealed_key = $2, key_version = $3 WHERE subject_id = $1");
const store::Query kRenewLocked("client_key.renew_locked",
                                "UPDATE locked_key SET sealed_key = $2, key_version = $3 WHERE subject_id = $1");

void renew_table(store::WriteTx& tx, const store::Query& all, const store::Query& renew, const SealKey& master,
                 std::int64_t version) {
  const auto subjects = tx.list(all, {}, [](const store::Row& row) { return row.id<AccountId>(0); });
  std::vector<Bytes> sealed;
  sealed.reserve(subjects.size());  // the rows refer to them
  std::vector<store::Values> rows;
  for (const auto subject : subjects) {
    auto fresh = SealKey::random();
    fresh.set_version(version);
    sealed.push_back(seal_client_key(master, subject, fresh));
    rows.push_back({subject, sealed.back(), version});
  }
  tx.execute_many(renew, rows);
}

}  // namespace

std::optional<KeyRotation> latest_rotation(store::ReadTx& key_store) {
  return key_store.first(
      kLatest, {}, [](const store::Row& row) { return KeyRotation{row.int64(0), row.time(1), row.maybe_time(2)}; });
}

std::int64_t key_version_of_now(store::ReadTx& key_store) {
  return latest_rotation(key_store).value_or(KeyRotation{}).key_version;
}

Result<KeyRotation> begin_rotation(store::WriteTx& key_store, const SealKey& master, Time now) {
  hold_key_store(key_store);
  const auto latest = latest_rotation(key_store);
  if (latest && !latest->finished_at) {
    return fail({ErrorKind::conflict, "keys.rotation_runs",
                 fmt::format("The keys are being renewed since {}: wait until everything is sealed anew.",
                             to_rfc3339(latest->asked_at))});
  }
  const KeyRotation rotation{latest.value_or(KeyRotation{}).key_version + 1, now, std::nullopt};
  key_store.execute(kKeepOlder, {});
  renew_table(key_store, kSubjects, kRenew, master, rotation.key_version);
  renew_table(key_store, kLockedSubjects, kRenewLocked, master, rotation.key_version);
  key_store.execute(kBegin, {rotation.key_version, now});
  return rotation;
}

void finish_rotation(store::WriteTx& key_store, std::int64_t key_version, Time now) {
  hold_key_store(key_store);
  key_store.execute(kDropOlder, {key_version});
  key_store.execute(kFinish, {key_version, now});
}

}  // namespace rapport::access
