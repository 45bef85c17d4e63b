#include "features/encounters/note_sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "http/shape.hpp"
#include "notes_files.hpp"

namespace rapport::encounters {

/// The file, and the form in which what was written is sealed.
struct SectionFile {
  std::vector<SectionKind> sections;
};
BOOST_DESCRIBE_STRUCT(SectionFile, (), (sections))

struct SealedSections {
  std::vector<WrittenSection> sections;
};
BOOST_DESCRIBE_STRUCT(SealedSections, (), (sections))

Result<std::vector<SectionKind>> section_kinds() {
  for (const auto& file : notes_files()) {
    if (file.path != "session.json") continue;
    TRY_ASSIGN(const auto value, http::parse_json(file.content));
    TRY_ASSIGN(auto read, http::parse<SectionFile>(value));
    return std::move(read.sections);
  }
  return fail({ErrorKind::internal, "internal", "This program was built without resources/notes/session.json."});
}

Result<void> check_sections(const std::vector<WrittenSection>& sections, const std::vector<SectionKind>& kinds,
                            const std::vector<WrittenSection>& before) {
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto& key = sections[i].key.str();
    if (std::ranges::any_of(kinds, [&](const auto& one) { return one.key == key; })) continue;
    if (std::ranges::any_of(before, [&](const auto& one) { return one.key.str() == key; })) continue;
    return fail(invalid("notes.sections", "The notes have no such section.",
                        {{fmt::format("/sections/{}/key", i), "Take one that reading the notes lists."}}));
  }
  std::set<std::string_view> keys;
  for (const auto& section : sections) keys.insert(section.key.str());
  if (keys.size() == sections.size() && sections.size() <= kMostSections) return {};
  return fail(invalid("notes.sections", "A note has at most 20 sections, each once.",
                      {{"/sections", "Send every section once, and at most 20."}}));
}

std::string write_sections(const std::vector<WrittenSection>& sections) {
  std::string text;
  http::write(text, SealedSections{sections});
  return text;
}

Result<std::vector<WrittenSection>> read_sections(std::string_view text) {
  TRY_ASSIGN(const auto value, http::parse_json(text));
  TRY_ASSIGN(auto read, http::parse<SealedSections>(value));
  return std::move(read.sections);
}

std::vector<std::pair<SectionKind, std::string>> arranged(const std::vector<SectionKind>& kinds,
                                                          const std::vector<WrittenSection>& written) {
  std::vector<std::pair<SectionKind, std::string>> all;
  for (const auto& kind : kinds) all.emplace_back(kind, "");
  for (const auto& section : written) {
    const auto& key = section.key.str();
    const auto found = std::ranges::find(all, key, [](const auto& one) { return one.first.key; });
    if (found != all.end()) {
      found->second = section.text.str();
    } else if (!section.text.str().empty()) {
      all.emplace_back(SectionKind{key, {key, key}}, section.text.str());
    }
  }
  return all;
}

}  // namespace rapport::encounters
