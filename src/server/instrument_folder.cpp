#include "server/instrument_folder.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "base/files.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "measures/json_fields.hpp"

namespace rapport::server {
namespace {

Result<void> add_folder(measures::InstrumentLibrary& library, const std::string& folder) {
  std::error_code problem;
  std::vector<std::pair<std::string, std::string>> read;  // name and content, which must stay where they are
  for (const auto& entry : std::filesystem::directory_iterator(folder, problem)) {
    if (entry.path().extension() != ".json") continue;
    TRY_ASSIGN(auto text, read_file(entry.path().string(), measures::kMaxDocumentBytes));
    read.emplace_back(entry.path().filename().string(), std::move(text));
  }
  if (problem) {
    return fail(
        invalid("folder.unreadable", fmt::format("The folder {} cannot be read: {}.", folder, problem.message())));
  }
  std::vector<measures::InstrumentFile> files;
  for (const auto& [name, text] : read) files.push_back({name, text});
  return library.add(files);
}

/// What the program has itself without wording is known to need one.
bool is_of_folder(const measures::InstrumentLibrary& shipped, const measures::Instrument& instrument) {
  const auto* known = shipped.find(instrument.id());
  return known == nullptr ||
         measures::has_wording(known->questionnaire()) != measures::has_wording(instrument.questionnaire());
}

Result<std::vector<NotOffered>> not_offered_of_folder(const measures::InstrumentLibrary& library) {
  TRY_ASSIGN(const auto shipped, measures::InstrumentLibrary::shipped());
  std::vector<NotOffered> found;
  for (const auto& instrument : library.all()) {
    if (!is_of_folder(shipped, instrument)) continue;
    if (auto why = questionnaires::why_no_screen(instrument); !why.empty()) {
      found.push_back({instrument.id(), std::move(why)});
    }
  }
  return found;
}

}  // namespace

Result<measures::InstrumentLibrary> open_instruments(const std::string& folder) {
  TRY_ASSIGN(auto library, measures::InstrumentLibrary::shipped());
  if (!folder.empty()) TRY(add_folder(library, folder));
  return library;
}

Result<std::vector<NotOffered>> use_own_instruments(const config::Settings& settings) {
  const auto& folder = settings.practice_instruments_folder;
  if (folder.empty()) return std::vector<NotOffered>();
  auto library = open_instruments(folder);
  if (!library) {
    return fail(invalid("settings.instruments",
                        fmt::format("\"practice.instruments_folder\" is wrong: {}", library.error().detail)));
  }
  TRY_ASSIGN(auto not_offered, not_offered_of_folder(*library));
  questionnaires::use_instruments(*std::move(library));
  return not_offered;
}

}  // namespace rapport::server
