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

}  // namespace

Result<measures::InstrumentLibrary> open_instruments(const std::string& folder) {
  TRY_ASSIGN(auto library, measures::InstrumentLibrary::shipped());
  if (!folder.empty()) TRY(add_folder(library, folder));
  return library;
}

Result<void> use_own_instruments(const config::Settings& settings) {
  const auto& folder = settings.practice_instruments_folder;
  if (folder.empty()) return {};
  auto library = open_instruments(folder);
  if (!library) {
    return fail(invalid("settings.instruments",
                        fmt::format("\"practice.instruments_folder\" is wrong: {}", library.error().detail)));
  }
  questionnaires::use_instruments(*std::move(library));
  return {};
}

}  // namespace rapport::server
