#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "features/instruments/instruments.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::instruments {
namespace {

using measures::Instrument;
using measures::InstrumentLibrary;

using Shared = std::shared_ptr<const Instrument>;

Result<Shared> read_again(const StoredVersion& stored) {
  TRY_ASSIGN(auto read, InstrumentLibrary::read_stored(stored.instrument, stored.questionnaire, stored.scoring));
  if (read.digest() != stored.digest) {
    return fail(invalid("instrument.wrong", "It is not what was saved: its digest is another."));
  }
  return std::make_shared<const Instrument>(std::move(read));
}

bool has_wording_of_program(const InstrumentLibrary& program, const std::string& id) {
  const auto* known = program.find(id);
  return known != nullptr && measures::has_wording(known->questionnaire());
}

/// The latest that was uploaded.
bool is_latest(const std::vector<StoredVersion>& versions, const StoredVersion& one) {
  return one.origin == Origin::uploaded && std::none_of(versions.begin(), versions.end(), [&](const auto& other) {
           return other.instrument == one.instrument && other.origin == Origin::uploaded && other.number > one.number;
         });
}

/// One at a time: whoever reads later has everything that was stored before.
std::mutex& taking_turns() {
  static std::mutex turns;
  return turns;
}

measures::FileMistake in_scoring(std::string place, std::string message) {
  return {"scoring", 0, std::move(place), std::move(message)};
}

}  // namespace

Assembled assemble(const InstrumentLibrary& program, const InstrumentLibrary& before,
                   const std::vector<StoredVersion>& versions, const std::vector<Switch>& switches) {
  Assembled made{program, {}};
  std::vector<std::string> lost;  // off, whatever is switched
  for (const auto& one : versions) {
    const bool is_current = is_latest(versions, one) && !has_wording_of_program(program, one.instrument);
    auto instrument = before.share_version(one.digest);
    if (!instrument) {
      auto read = read_again(one);
      if (!read) {
        made.unreadable.push_back({one.digest, one.instrument, one.number, read.error().detail});
        if (is_current) lost.push_back(one.instrument);
        continue;
      }
      instrument = *std::move(read);
    }
    if (is_current) {
      made.library.put(std::move(instrument));
    } else {
      made.library.keep(std::move(instrument));
    }
  }
  for (const auto& one : switches) made.library.set_off(one.instrument, !one.is_on);
  for (const auto& id : lost) made.library.set_off(id, true);
  return made;
}

std::optional<measures::FileMistake> why_not_next(const Instrument& next, const InstrumentLibrary& library,
                                                  const std::vector<StoredVersion>& versions) {
  for (const auto& one : versions) {
    if (one.instrument != next.id()) continue;
    const auto* known = library.find_version(one.digest);
    if (known == nullptr) continue;
    if (questionnaires::is_for_neutral_person(*known) != questionnaires::is_for_neutral_person(next)) {
      return in_scoring("/review",
                        fmt::format("Version {} and this one differ in whether answers go to the neutral person first. "
                                    "Give this one a short name of its own.",
                                    one.number));
    }
    if (known->scoring().respondent != next.scoring().respondent) {
      return in_scoring("/respondent", fmt::format("Version {} is filled in by others than this one. Give this one a "
                                                   "short name of its own.",
                                                   one.number));
    }
    const bool same_name = known->scoring().version == next.scoring().version;
    if (!next.scoring().scales.empty() && same_name && known->texts().scoring != next.texts().scoring) {
      return in_scoring("/version",
                        fmt::format("Version {} has another scoring that is called \"{}\", too. Write another "
                                    "\"version\" into this one.",
                                    one.number, next.scoring().version));
    }
  }
  return std::nullopt;
}

Result<std::vector<Unreadable>> refresh(store::Database& db, Deadline deadline) {
  const std::lock_guard turn(taking_turns());
  std::vector<Switch> switches;
  TRY_ASSIGN(const auto versions, db.read(deadline, [&](store::ReadTx& tx) -> Result<std::vector<StoredVersion>> {
    switches = list_switches(tx);
    return list_versions(tx);
  }));
  auto made = assemble(questionnaires::instruments_of_program(), questionnaires::instruments(), versions, switches);
  questionnaires::use_stored_instruments(std::move(made.library));
  return std::move(made.unreadable);
}

Result<std::vector<Unreadable>> take_up(store::Database& db, Time now, Deadline deadline) {
  TRY(db.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    for (const auto& instrument : questionnaires::instruments_of_program().all()) {
      if (!questionnaires::can_be_filled_in(instrument)) continue;
      TRY(save_version(tx, instrument, Origin::program, std::nullopt, now));
    }
    return {};
  }));
  return refresh(db, deadline);
}

}  // namespace rapport::instruments
