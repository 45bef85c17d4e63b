#include "measures/instrument_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "instrument_files.hpp"
#include "instrument_pack_files.hpp"

namespace rapport::measures {
namespace {

constexpr std::string_view kQuestionnaire = ".questionnaire.json";
constexpr std::string_view kScoring = ".scoring.json";

std::string plain(std::string_view id) {
  std::string result;
  for (const char c : id) {
    if (c != '-' && c != ' ') result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return result;
}

Error in_file(std::string_view name, Error error) {
  error.detail = fmt::format("{}: {}", name, error.detail);
  return error;
}

/// "phq-9" of "phq-9.scoring.json".
std::optional<std::string> id_of(std::string_view name) {
  for (const auto ending : {kQuestionnaire, kScoring}) {
    if (name.ends_with(ending) && name.size() > ending.size())
      return std::string(name.substr(0, name.size() - ending.size()));
  }
  return std::nullopt;
}

const InstrumentFile* find_file(std::span<const InstrumentFile> files, const std::string& name) {
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

bool same_structure(const Instrument& a, const Instrument& b) {
  return std::equal(a.questions().begin(), a.questions().end(), b.questions().begin(), b.questions().end(),
                    [](const Question& left, const Question& right) {
                      return left.link_id == right.link_id && left.values == right.values && left.min == right.min &&
                             left.max == right.max;
                    });
}

tl::unexpected<Error> refuse(std::string code, std::string_view file, std::string_view sentence) {
  return fail(in_file(file, invalid(std::move(code), std::string(sentence))));
}

Result<Instrument> read_new(const InstrumentFile& questionnaire_file, const InstrumentFile& scoring_file,
                            std::string_view id) {
  auto questionnaire = read_questionnaire(questionnaire_file.content);
  if (!questionnaire) return fail(in_file(questionnaire_file.name, questionnaire.error()));
  auto scoring = read_scoring(scoring_file.content);
  if (!scoring) return fail(in_file(scoring_file.name, scoring.error()));
  if (scoring->instrument != id) {
    return refuse("instrument.id", scoring_file.name,
                  fmt::format("\"instrument\" is \"{}\"; it must be \"{}\", like the name of the file.",
                              scoring->instrument, id));
  }
  auto instrument = Instrument::make(std::move(*questionnaire), std::move(*scoring));
  if (!instrument) return fail(in_file(scoring_file.name, instrument.error()));
  return instrument;
}

Result<Instrument> supply_wording(const Instrument& known, const InstrumentFile& file) {
  auto questionnaire = read_questionnaire(file.content);
  if (!questionnaire) return fail(in_file(file.name, questionnaire.error()));
  if (!has_wording(*questionnaire))
    return refuse("instrument.wording", file.name, "Not every item has a text, or not every answer.");
  auto instrument = Instrument::make(std::move(*questionnaire), known.scoring());
  if (!instrument) return fail(in_file(file.name, instrument.error()));
  if (!same_structure(known, *instrument)) {
    return refuse("instrument.structure", file.name,
                  fmt::format("The items and their ordinal values are not those of {}.", known.scoring().name));
  }
  return instrument;
}

}  // namespace

Result<InstrumentLibrary> InstrumentLibrary::shipped() {
  std::vector<InstrumentFile> files;
  for (const auto& embedded : {instrument_files(), instrument_pack_files()}) {
    for (const auto& file : embedded) {
      files.push_back({std::string(file.path.substr(file.path.rfind('/') + 1)), file.content});
    }
  }
  InstrumentLibrary library;
  TRY(library.add(files));
  return library;
}

Result<void> InstrumentLibrary::add(std::span<const InstrumentFile> files) {
  std::set<std::string> ids;
  for (const auto& file : files) {
    const auto id = id_of(file.name);
    if (!id) {
      return refuse("instrument.file_name", file.name,
                    fmt::format("The name must end in {} or {}.", kQuestionnaire, kScoring));
    }
    ids.insert(*id);
  }
  auto instruments = instruments_;
  for (const auto& id : ids) {
    TRY_ASSIGN(auto instrument, read(files, id));
    std::erase_if(instruments, [&](const Instrument& known) { return plain(known.id()) == plain(instrument.id()); });
    instruments.push_back(std::move(instrument));
  }
  std::sort(instruments.begin(), instruments.end(), [](const auto& a, const auto& b) { return a.id() < b.id(); });
  instruments_ = std::move(instruments);
  return {};
}

Result<Instrument> InstrumentLibrary::read(std::span<const InstrumentFile> files, const std::string& id) const {
  const auto* questionnaire = find_file(files, id + std::string(kQuestionnaire));
  const auto* scoring = find_file(files, id + std::string(kScoring));
  const auto* known = find(id);
  if (known != nullptr && has_wording(known->questionnaire())) {
    return refuse("instrument.known", id,
                  fmt::format("{} is here already, and its wording is not to be changed.", known->scoring().name));
  }
  if (questionnaire == nullptr)
    return refuse("instrument.files", id, fmt::format("{}{} is missing.", id, kQuestionnaire));
  if (known == nullptr && scoring == nullptr) {
    return refuse("instrument.files", id,
                  fmt::format("{}{} is missing. It says which answers are added up to what and under which licence the "
                              "questionnaire is; docs/how-to/add-an-instrument.md has the shortest one.",
                              id, kScoring));
  }
  if (known == nullptr) return read_new(*questionnaire, *scoring, id);
  if (scoring != nullptr)
    return refuse("instrument.files", scoring->name, "The program has the scoring; leave this file out.");
  return supply_wording(*known, *questionnaire);
}

const Instrument* InstrumentLibrary::find(std::string_view id) const {
  const auto wanted = plain(id);
  const auto found = std::find_if(instruments_.begin(), instruments_.end(),
                                  [&](const Instrument& known) { return plain(known.id()) == wanted; });
  return found == instruments_.end() ? nullptr : &*found;
}

}  // namespace rapport::measures
