#pragma once
/// @file Questionnaires that an administrator brings by hand, the versions that were ever asked, and what is switched
/// on. What is uploaded is nobody's answer: it is kept as it came, in clear, with its digest.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "measures/instrument_library.hpp"
#include "store/database.hpp"

namespace rapport::instruments {

/// So many versions that were uploaded a practice can keep; those of the program do not count.
inline constexpr std::int64_t kMostVersions = 1000;

/// Where a version came from.
enum class Origin { program, uploaded };

/// The files of one version. No row is ever changed or deleted: answers may have been given to it.
struct StoredVersion {
  std::string digest;
  std::string instrument;
  std::int64_t number = 0;  ///< from 1, for each instrument
  Origin origin = Origin::uploaded;
  std::string questionnaire;
  std::string scoring;  ///< empty: none
  std::string wording_hash;
  Time saved_at;
  std::optional<AccountId> saved_by;
};

struct Switch {
  std::string instrument;
  bool is_on = false;
  Time changed_at;
};

/// All, by instrument and number.
std::vector<StoredVersion> list_versions(store::ReadTx& tx);
std::vector<Switch> list_switches(store::ReadTx& tx);

struct SavedVersion {
  std::int64_t number = 0;
  bool is_new = true;
};
/// Keeps the files of an instrument. The same files again, while they are the latest, are the same version. Errors:
/// conflict "instrument.older" when they were here before and something else is in their place; "instrument.too_many"
/// of what is uploaded.
Result<SavedVersion> save_version(store::WriteTx& tx, const measures::Instrument& instrument, Origin origin,
                                  std::optional<AccountId> by, Time now);
/// Whether anything changed.
bool set_switch(store::WriteTx& tx, const std::string& instrument, bool is_on, AccountId by, Time now);

/// A stored version that this program cannot read; its forms are kept and say so.
struct Unreadable {
  std::string digest;
  std::string instrument;
  std::int64_t number = 0;
  std::string why;
};

struct Assembled {
  measures::InstrumentLibrary library;
  std::vector<Unreadable> unreadable;
};
/// What the program brings together with what is stored. `before` is looked through first, so that what was read once
/// is not read again. Whose latest version cannot be read is off.
Assembled assemble(const measures::InstrumentLibrary& program, const measures::InstrumentLibrary& before,
                   const std::vector<StoredVersion>& versions, const std::vector<Switch>& switches);

/// Why these files cannot become the next version of what is here; nothing where they can. What clients were told about
/// who reads their answers has to stay true, and two scorings must not go by one version.
std::optional<measures::FileMistake> why_not_next(const measures::Instrument& next,
                                                  const measures::InstrumentLibrary& library,
                                                  const std::vector<StoredVersion>& versions);

/// Puts into use what is stored, after a change of it and at the start. Then what the program brings is stored beside,
/// so that forms that were asked with it can be read when a later program brings another. Gives what cannot be read;
/// that stops nothing. Errors: those of the database.
Result<std::vector<Unreadable>> take_up(store::Database& db, Time now, Deadline deadline);
Result<std::vector<Unreadable>> refresh(store::Database& db, Deadline deadline);

}  // namespace rapport::instruments
