#include "features/encounters/encounters_rules.hpp"
#include "features/encounters/stored_encounters.hpp"

namespace rapport::encounters {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kAgenda{"agenda.list",
                    "SELECT id, author_id, place, done, sealed_text FROM encounter_agenda WHERE encounter_id = $1"
                    " ORDER BY place, id",
                    true};
const Query kItem{"agenda.find", "SELECT encounter_id, author_id FROM encounter_agenda WHERE id = $1", true};
const Query kCount{"agenda.count", "SELECT COUNT(*) FROM encounter_agenda WHERE encounter_id = $1", true};
const Query kAdd{"agenda.add",
                 "INSERT INTO encounter_agenda (id, encounter_id, author_id, place, done, sealed_text, written_at)"
                 " VALUES ($1, $2, $3, $4, $5, $6, $7)",
                 true};
const Query kMark{"agenda.mark", "UPDATE encounter_agenda SET place = $2, done = $3 WHERE id = $1", true};
const Query kRewrite{"agenda.rewrite", "UPDATE encounter_agenda SET sealed_text = $2, written_at = $3 WHERE id = $1",
                     true};
const Query kRemove{"agenda.remove", "DELETE FROM encounter_agenda WHERE id = $1", true};

struct Place {
  EncounterId encounter;
  AccountId author;
};

std::optional<Place> place_of(ReadTx& tx, AgendaItemId id) {
  return tx.first(kItem, {id}, [](const Row& row) { return Place{row.id<EncounterId>(0), row.id<AccountId>(1)}; });
}

/// The encounter, locked, if its agenda may still be written.
Result<Encounter> lock_for_agenda(WriteTx& tx, AccountId viewer, EncounterId id) {
  lock_encounter(tx, id);
  TRY_ASSIGN(Encounter encounter, find_encounter(tx, viewer, id));
  TRY(check_step(encounter.status, Step::change));
  return encounter;
}

Error not_yours() {
  return {ErrorKind::conflict, "agenda.not_yours", "Only the person who wrote this point can change or remove it."};
}

Result<void> add(WriteTx& tx, AccountId author, EncounterId encounter, const AgendaItem& item, Time now) {
  if (tx.first(kCount, {encounter}, [](const Row& row) { return row.int64(0); }).value() >= kMostPoints) {
    return fail({ErrorKind::conflict, "agenda.full", "This agenda is full. Remove a point first."});
  }
  tx.execute(kAdd, {item.id, encounter, author, item.place, item.done, item.sealed_text, now});
  return {};
}

Result<Encounter> tell_again(WriteTx& tx, AccountId viewer, EncounterId id) {
  TRY_ASSIGN(Encounter encounter, find_encounter(tx, viewer, id));
  tell(tx, encounter);
  return encounter;
}

}  // namespace

std::vector<AgendaItem> list_agenda(ReadTx& tx, EncounterId id) {
  return tx.list(kAgenda, {id}, [](const Row& row) {
    const auto sealed = row.bytes(4);
    return AgendaItem{row.id<AgendaItemId>(0), row.id<AccountId>(1), row.int64(2), row.int64(3) != 0,
                      Bytes(sealed.begin(), sealed.end())};
  });
}

Result<Encounter> put_agenda_item(WriteTx& tx, AccountId viewer, EncounterId encounter, AgendaItemId id,
                                  std::int64_t place, bool done, const std::optional<Bytes>& sealed_text, Time now) {
  TRY(lock_for_agenda(tx, viewer, encounter));
  const auto there = place_of(tx, id);
  if (there && there->encounter != encounter) {
    return fail({ErrorKind::conflict, "agenda.id_taken",
                 "This point's id is taken by something else. Make a new id and send it again."});
  }
  if (!there && !sealed_text) {
    return fail(invalid("agenda.no_text", "A new point needs a text.", {{"/text", "Say what it is about."}}));
  }
  if (!there) {
    TRY(add(tx, viewer, encounter, {id, viewer, place, done, *sealed_text}, now));
    return tell_again(tx, viewer, encounter);
  }
  if (sealed_text && there->author != viewer) return fail(not_yours());
  if (sealed_text) tx.execute(kRewrite, {id, *sealed_text, now});
  tx.execute(kMark, {id, place, done});
  return tell_again(tx, viewer, encounter);
}

Result<Encounter> remove_agenda_item(WriteTx& tx, AccountId viewer, EncounterId encounter, AgendaItemId id) {
  TRY(lock_for_agenda(tx, viewer, encounter));
  const auto there = place_of(tx, id);
  if (there && there->encounter == encounter) {
    if (there->author != viewer) return fail(not_yours());
    tx.execute(kRemove, {id});
  }
  return tell_again(tx, viewer, encounter);
}

}  // namespace rapport::encounters
