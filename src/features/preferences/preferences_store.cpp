#include "features/people/people.hpp"
#include "features/preferences/preferences.hpp"
#include "features/therapist_switch/therapist_switch.hpp"

namespace rapport::preferences {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kAll{"preferences.all",
                 "SELECT client_id, version, at, sealed_wishes FROM client_preference WHERE client_id = $1"
                 " ORDER BY version DESC",
                 true};
const Query kLatest{"preferences.latest",
                    "SELECT client_id, version, at, sealed_wishes FROM client_preference WHERE client_id = $1"
                    " ORDER BY version DESC LIMIT 1",
                    true};
const Query kAdd{"preferences.add",
                 "INSERT INTO client_preference (client_id, version, at, sealed_wishes) VALUES ($1, $2, $3, $4)", true};
const Query kErase{"preferences.erase", "DELETE FROM client_preference WHERE client_id = $1"};

StoredWishes to_wishes(const Row& row) {
  return {row.id<AccountId>(0), row.int64(1), row.time(2), copy_of(row.bytes(3))};
}

std::optional<StoredWishes> latest_within(ReadTx& tx, AccountId client, const therapist_switch::ReadsWritten& span) {
  for (auto& one : list_wishes(tx, client)) {
    if (span.until && one.at >= *span.until) continue;
    if (span.from && one.at < *span.from) return std::nullopt;
    return std::move(one);
  }
  return std::nullopt;
}

}  // namespace

std::vector<StoredWishes> list_wishes(ReadTx& tx, AccountId client) {
  return tx.list(kAll, {client}, to_wishes);
}

std::optional<StoredWishes> find_wishes(ReadTx& tx, AccountId client) {
  return tx.first(kLatest, {client}, to_wishes);
}

Result<WishesOfClient> find_wishes_in(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  TRY_ASSIGN(const auto found, people::find_episode(tx, viewer, episode));
  if (found.client == viewer) return fail(not_found());
  return WishesOfClient{found.client,
                        latest_within(tx, found.client, therapist_switch::what_is_read(tx, found.client, episode))};
}

Result<bool> add_wishes(WriteTx& tx, const StoredWishes& wishes, const IsSameWishes& is_same) {
  // Of two at once the second waits here, and finds what the first wrote.
  if (!people::lock_account(tx, wishes.client)) return fail(not_found());
  const auto latest = find_wishes(tx, wishes.client);
  if (latest && is_same(*latest)) return false;
  if (wishes.version != (latest ? latest->version : 0) + 1) {
    return fail({ErrorKind::conflict, "preferences.older",
                 "Your wishes were changed meanwhile, perhaps on another device. Please look at them again."});
  }
  tx.execute(kAdd, {wishes.client, wishes.version, wishes.at, wishes.sealed});
  return true;
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kErase, {client});
}

}  // namespace rapport::preferences
