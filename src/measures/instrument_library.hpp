#pragma once
/// @file The instruments this practice has: those that are part of the program, those of a folder of its own, and those
/// that somebody brought by hand, each in the versions that were ever asked.
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <set>
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

/// What somebody brings by hand.
struct Upload {
  /// The id that it is to have. With a scoring file, which names it, the same or empty; empty without one: made of the
  /// questionnaire's own name.
  std::string instrument;
  std::string_view questionnaire;
  std::optional<std::string_view> scoring = {};
};

/// What is wrong with a file that somebody brings.
struct FileMistake {
  std::string file;      ///< "questionnaire", "scoring", or "instrument" for the id
  std::size_t line = 0;  ///< from 1; 0 where the mistake has no line, or the sentence names it
  std::string place;     ///< a JSON pointer; may be empty
  std::string message;
};

/// Copies are cheap: they share the instruments.
class InstrumentLibrary {
 public:
  /// What is part of the program. Errors: those of `add`, which would be a defect of this program.
  static Result<InstrumentLibrary> shipped();

  /// Adds instruments; all or none. Each needs its two files, except one whose structure is here without its wording:
  /// for that one the questionnaire alone, with the same items and the same ordinal values.
  /// An instrument that has its wording already is refused: the wording of an instrument is not ours, nor a folder's,
  /// to change. Errors begin with the name of the file.
  Result<void> add(std::span<const InstrumentFile> files);

  /// Reads what somebody brings, by the same rules, and adds nothing. Without a scoring file it can be answered and has
  /// no scores; where the structure is here without its wording, the scoring stays this library's. Errors: invalid,
  /// with every mistake of both files as fields, for `mistakes_of`.
  Result<Instrument> read_upload(const Upload& upload) const;

  /// Reads what was read once and kept: `scoring` is empty where there was none. Errors: invalid, the sentence of the
  /// first mistake with its file and line.
  static Result<Instrument> read_stored(const std::string& id, std::string_view questionnaire,
                                        std::string_view scoring);

  /// In the place of what is there under its id, which is found by its digest from then on.
  void put(std::shared_ptr<const Instrument> instrument);
  /// To be found by its digest alone.
  void keep(std::shared_ptr<const Instrument> instrument);
  /// Whether new forms may be asked for. What is not here can be off, too: it was here once. At the beginning those are
  /// off whose licence wants a confirmation.
  void set_off(std::string_view id, bool off);
  bool is_off(std::string_view id) const;

  /// Without case, hyphen or space: "PHQ 9" is "phq-9". Null when there is none.
  const Instrument* find(std::string_view id) const;
  /// By Instrument::digest. Null when there is none.
  const Instrument* find_version(std::string_view digest) const;
  /// The same, to be put into another library.
  std::shared_ptr<const Instrument> share_version(std::string_view digest) const;
  /// Sorted by id. What they give lives as long as the instruments do.
  auto all() const {
    return std::views::all(instruments_) |
           std::views::transform([](const auto& one) -> const Instrument& { return *one; });
  }

 private:
  using Shared = std::shared_ptr<const Instrument>;

  Result<Instrument> read(std::span<const InstrumentFile> files, const std::string& id) const;

  std::vector<Shared> instruments_;
  std::map<std::string, Shared, std::less<>> versions_;
  std::set<std::string, std::less<>> off_;  ///< in their plain form
};

/// What is wrong with each file, in words; `error` is one of `InstrumentLibrary::read_upload`.
std::vector<FileMistake> mistakes_of(const Error& error, const Upload& upload);

}  // namespace rapport::measures
