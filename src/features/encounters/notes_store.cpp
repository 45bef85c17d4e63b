#include "features/encounters/stored_encounters.hpp"

namespace rapport::encounters {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kLatest{"notes.latest",
                    "SELECT version, sitting_id, sealed_sections, saved_at FROM encounter_note"
                    " WHERE encounter_id = $1 AND author_id = $2 ORDER BY version DESC LIMIT 1",
                    true};
const Query kVersion{"notes.version",
                     "SELECT version, sitting_id, sealed_sections, saved_at FROM encounter_note"
                     " WHERE encounter_id = $1 AND author_id = $2 AND version = $3",
                     true};
const Query kVersions{"notes.versions",
                      "SELECT version, saved_at FROM encounter_note WHERE encounter_id = $1 AND author_id = $2"
                      " ORDER BY version DESC LIMIT $3",
                      true};
const Query kLastVersion{"notes.last_version",
                         "SELECT COALESCE(MAX(version), 0) FROM encounter_note WHERE encounter_id = $1", true};
const Query kBegin{"notes.begin",
                   "INSERT INTO encounter_note (encounter_id, version, sitting_id, client_id, author_id,"
                   " sealed_sections, begun_at, saved_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)",
                   true};
const Query kGoOn{"notes.go_on",
                  "UPDATE encounter_note SET sealed_sections = $3, saved_at = $4"
                  " WHERE encounter_id = $1 AND version = $2",
                  true};

Note to_note(const Row& row) {
  const auto sealed = row.bytes(2);
  return {row.int64(0), row.id<SittingId>(1), Bytes(sealed.begin(), sealed.end()), row.time(3)};
}

}  // namespace

std::optional<Note> find_note(ReadTx& tx, AccountId author, EncounterId id, std::optional<std::int64_t> version) {
  return version ? tx.first(kVersion, {id, author, *version}, to_note) : tx.first(kLatest, {id, author}, to_note);
}

std::vector<NoteVersion> list_note_versions(ReadTx& tx, AccountId author, EncounterId id) {
  return tx.list(kVersions, {id, author, kMostVersions},
                 [](const Row& row) { return NoteVersion{row.int64(0), row.time(1)}; });
}

Result<SavedNote> save_note(WriteTx& tx, AccountId therapist, EncounterId id, SittingId sitting,
                            BytesView sealed_sections, Time now) {
  lock_encounter(tx, id);
  TRY_ASSIGN(const Encounter encounter, find_for_notes(tx, therapist, id));
  const auto latest = find_note(tx, therapist, id, std::nullopt);
  if (latest && latest->sitting == sitting) {
    tx.execute(kGoOn, {id, latest->version, sealed_sections, now});
    return SavedNote{latest->version, false};
  }
  // Numbered beside those of whoever had the client before.
  const auto version = 1 + *tx.first(kLastVersion, {id}, [](const Row& row) { return row.int64(0); });
  tx.execute(kBegin, {id, version, sitting, encounter.client, therapist, sealed_sections, now});
  return SavedNote{version, true};
}

}  // namespace rapport::encounters
