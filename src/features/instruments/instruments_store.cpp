#include <fmt/format.h>

#include "features/instruments/instruments.hpp"

namespace rapport::instruments {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

// All of what a practice has; read at the start and after a change of it.
const Query kVersions{"instruments.versions",
                      "SELECT digest, instrument, number, origin, questionnaire, scoring, wording_hash, saved_at,"
                      " saved_by FROM instrument_version ORDER BY instrument, number"};
const Query kSwitches{"instruments.switches",
                      "SELECT instrument, is_on, changed_at FROM instrument_switch ORDER BY instrument"};
// Two who save at once take turns here, so that versions are numbered once.
const Query kLock{"instruments.lock", "SELECT id FROM practice ORDER BY id {for_update}"};
const Query kNumberOf{"instruments.number_of", "SELECT number FROM instrument_version WHERE digest = $1", true};
const Query kLatest{"instruments.latest",
                    "SELECT number FROM instrument_version WHERE instrument = $1 ORDER BY number DESC LIMIT 1", true};
const Query kCount{"instruments.count", "SELECT COUNT(*) FROM instrument_version WHERE origin = 'uploaded'"};
const Query kSave{"instruments.save",
                  "INSERT INTO instrument_version (digest, instrument, number, origin, questionnaire, scoring,"
                  " wording_hash, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                  true};
const Query kSwitch{"instruments.switch",
                    "INSERT INTO instrument_switch (instrument, is_on, changed_at, changed_by) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT (instrument) DO UPDATE SET is_on = excluded.is_on, changed_at = excluded.changed_at,"
                    " changed_by = excluded.changed_by WHERE instrument_switch.is_on <> excluded.is_on",
                    true};

constexpr std::string_view text_of(Origin origin) {
  return origin == Origin::program ? "program" : "uploaded";
}

std::int64_t number_of(const Row& row) {
  return row.int64(0);
}

}  // namespace

std::vector<StoredVersion> list_versions(ReadTx& tx) {
  return tx.list(kVersions, {}, [](const Row& row) {
    return StoredVersion{std::string(row.text(0)),
                         std::string(row.text(1)),
                         row.int64(2),
                         row.text(3) == "program" ? Origin::program : Origin::uploaded,
                         std::string(row.text(4)),
                         std::string(row.text(5)),
                         std::string(row.text(6)),
                         row.time(7),
                         row.maybe_id<AccountId>(8)};
  });
}

std::vector<Switch> list_switches(ReadTx& tx) {
  return tx.list(kSwitches, {},
                 [](const Row& row) { return Switch{std::string(row.text(0)), row.int64(1) != 0, row.time(2)}; });
}

Result<SavedVersion> save_version(WriteTx& tx, const measures::Instrument& instrument, Origin origin,
                                  std::optional<AccountId> by, Time now) {
  tx.each(kLock, {}, [](const Row&) {});
  const auto latest = tx.first(kLatest, {instrument.id()}, number_of).value_or(0);
  if (const auto known = tx.first(kNumberOf, {instrument.digest()}, number_of)) {
    if (*known == latest || origin == Origin::program) return SavedVersion{*known, false};
    return fail(
        {ErrorKind::conflict, "instrument.older",
         fmt::format("These files were here before, as version {}, and version {} is in their place. To bring them "
                     "back write another \"version\" into the questionnaire.",
                     *known, latest)});
  }
  // What the program brings is kept whatever was uploaded: it would not start otherwise.
  if (origin == Origin::uploaded && tx.first(kCount, {}, number_of).value_or(0) >= kMostVersions) {
    return fail({ErrorKind::conflict, "instrument.too_many",
                 fmt::format("The practice keeps {} versions of questionnaires that were brought by hand, and cannot "
                             "keep more.",
                             kMostVersions)});
  }
  tx.execute(kSave, {instrument.digest(), instrument.id(), latest + 1, text_of(origin),
                     instrument.texts().questionnaire, instrument.texts().scoring, instrument.wording_hash(), now, by});
  return SavedVersion{latest + 1, true};
}

bool set_switch(WriteTx& tx, const std::string& instrument, bool is_on, AccountId by, Time now) {
  return tx.execute(kSwitch, {instrument, is_on, now, by}) == 1;
}

}  // namespace rapport::instruments
