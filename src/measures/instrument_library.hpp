#pragma once
/// @file The instruments this practice has: those that are part of the program, and those of a folder of its own.
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "measures/instrument.hpp"

namespace rapport::measures {

/// A file of an instrument: `phq-9.questionnaire.json` or `phq-9.scoring.json`, without its folder.
struct InstrumentFile {
  std::string name;
  std::string_view content;
};

class InstrumentLibrary {
 public:
  /// What is part of the program. Errors: those of `add`, which would be a defect of this program.
  static Result<InstrumentLibrary> shipped();

  /// Adds instruments; all or none. Each needs its two files, except one whose structure is here without its wording:
  /// for that one the questionnaire alone, with the same items and the same ordinal values.
  /// An instrument that has its wording already is refused: the wording of an instrument is not ours, nor a folder's,
  /// to change. Errors begin with the name of the file.
  Result<void> add(std::span<const InstrumentFile> files);

  /// Without case, hyphen or space: "PHQ 9" is "phq-9". Null when there is none.
  const Instrument* find(std::string_view id) const;
  /// Sorted by id.
  const std::vector<Instrument>& all() const { return instruments_; }

 private:
  Result<Instrument> read(std::span<const InstrumentFile> files, const std::string& id) const;

  std::vector<Instrument> instruments_;
};

}  // namespace rapport::measures
