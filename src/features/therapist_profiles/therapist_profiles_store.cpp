#include "features/therapist_profiles/therapist_profiles.hpp"

namespace rapport::therapist_profiles {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kFind{"therapist_profiles.find",
                  "SELECT therapist_id, revision, capacity, sealed_profile, changed_at FROM therapist_profile"
                  " WHERE therapist_id = $1",
                  true};
const Query kAdd{"therapist_profiles.add",
                 "INSERT INTO therapist_profile (therapist_id, revision, capacity, sealed_profile, changed_at)"
                 " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (therapist_id) DO NOTHING",
                 true};
const Query kChange{"therapist_profiles.change",
                    "UPDATE therapist_profile SET revision = $2, capacity = $3, sealed_profile = $4, changed_at = $5"
                    " WHERE therapist_id = $1 AND revision = $2 - 1",
                    true};

StoredProfile to_profile(const Row& row) {
  return {row.id<AccountId>(0), row.int64(1), row.int64(2), copy_of(row.bytes(3)), row.time(4)};
}

}  // namespace

std::optional<StoredProfile> find_profile(ReadTx& tx, AccountId therapist) {
  return tx.first(kFind, {therapist}, to_profile);
}

Result<bool> store_profile(WriteTx& tx, const StoredProfile& profile, const IsSameProfile& is_same) {
  const auto& query = profile.revision == 1 ? kAdd : kChange;
  if (tx.execute(query, {profile.therapist, profile.revision, profile.capacity, profile.sealed, profile.changed_at}) ==
      1) {
    return true;
  }
  const auto stored = find_profile(tx, profile.therapist);
  if (stored && stored->revision == profile.revision && is_same(*stored)) return false;
  return fail({ErrorKind::conflict, "therapist_profile.older",
               "This profile was changed meanwhile, perhaps on another device. Please look at it again."});
}

}  // namespace rapport::therapist_profiles
