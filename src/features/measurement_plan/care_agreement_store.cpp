#include "access/who_treats.hpp"
#include "features/measurement_plan/care_agreement.hpp"

namespace rapport::measurement_plan {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kEpisode{
    "care_agreement.episode",
    "SELECT e.therapist_id, e.client_id FROM episode_of_care e WHERE e.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
    true};
// Whoever decides waits here for others who do, so that decisions are numbered once.
const Query kLock{"care_agreement.lock", "SELECT id FROM episode_of_care WHERE id = $1 {for_update}", true};
const Query kAll{"care_agreement.all",
                 "SELECT number, client_id, decided_at, decided_by, sealed_agreement FROM care_agreement"
                 " WHERE episode_id = $1 ORDER BY number DESC",
                 true};
const Query kLatest{"care_agreement.latest",
                    "SELECT number, client_id, decided_at, decided_by, sealed_agreement FROM care_agreement"
                    " WHERE episode_id = $1 ORDER BY number DESC LIMIT 1",
                    true};
const Query kAdd{"care_agreement.add",
                 "INSERT INTO care_agreement (episode_id, number, client_id, decided_at, decided_by, sealed_agreement)"
                 " VALUES ($1, $2, $3, $4, $5, $6)",
                 true};
const Query kErase{"care_agreement.erase",
                   "DELETE FROM care_agreement WHERE episode_id IN"
                   " (SELECT id FROM episode_of_care WHERE client_id = $1)"};

StoredCare to_care(const Row& row, EpisodeId episode) {
  return {episode, row.int64(0), row.id<AccountId>(1), row.time(2), row.id<AccountId>(3), copy_of(row.bytes(4))};
}

}  // namespace

std::optional<StoredCare> latest_agreement(ReadTx& tx, EpisodeId episode) {
  return tx.first(kLatest, {episode}, [&](const Row& row) { return to_care(row, episode); });
}

Result<std::vector<StoredCare>> list_agreements(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  if (!tx.first(kEpisode, {episode, viewer, tx.now()}, [](const Row&) { return true; })) return fail(not_found());
  return tx.list(kAll, {episode}, [&](const Row& row) { return to_care(row, episode); });
}

Result<bool> agree(WriteTx& tx, const StoredCare& care, const IsSameCare& is_same) {
  tx.each(kLock, {care.episode}, [](const Row&) {});
  const auto therapist = tx.first(kEpisode, {care.episode, care.decided_by, tx.now()},
                                  [](const Row& row) { return row.id<AccountId>(0); });
  if (therapist != care.decided_by) return fail(not_found());
  TRY_ASSIGN(const auto before, list_agreements(tx, care.decided_by, care.episode));
  const auto* latest = before.empty() ? nullptr : &before.front();
  const bool is_again = latest != nullptr && care.number == latest->number && care.decided_by == latest->decided_by;
  if (is_again && is_same(*latest)) return false;
  if (care.number != (latest == nullptr ? 1 : latest->number + 1)) {
    return fail({ErrorKind::conflict, "care.older",
                 "Something else was decided here meanwhile, perhaps on another device. Please look again."});
  }
  tx.execute(kAdd, {care.episode, care.number, care.client, care.decided_at, care.decided_by, care.sealed});
  return true;
}

void erase_agreements(WriteTx& tx, AccountId client) {
  tx.execute(kErase, {client});
}

}  // namespace rapport::measurement_plan
