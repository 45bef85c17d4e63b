#pragma once
/// @file The sections of the therapist's notes. Which there are, in what order and what they are called is data
/// (resources/notes/session.json). What was written under a section that is no longer there is kept and shown.
#include <boost/describe.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "http/text.hpp"

namespace rapport::encounters {

/// Code points in one section, and sections in one note.
inline constexpr std::size_t kLongestSection = 20'000;
inline constexpr std::size_t kMostSections = 20;

struct SectionTitle {
  std::string en;
  std::string de;
};
BOOST_DESCRIBE_STRUCT(SectionTitle, (), (en, de))

struct SectionKind {
  std::string key;  ///< stable: what was written is kept under it
  SectionTitle title;
};
BOOST_DESCRIBE_STRUCT(SectionKind, (), (key, title))

struct WrittenSection {
  http::Text<1, 40> key;
  http::Text<0, kLongestSection> text;
};
BOOST_DESCRIBE_STRUCT(WrittenSection, (), (key, text))

/// Reads the file that is part of the program.
Result<std::vector<SectionKind>> section_kinds();

/// invalid "notes.sections" when there are too many, two of one key, or one that is neither among the kinds nor among
/// what was written `before`, when the kinds may have been others.
Result<void> check_sections(const std::vector<WrittenSection>& sections, const std::vector<SectionKind>& kinds,
                            const std::vector<WrittenSection>& before);

/// What is sealed, and back. An internal error when the text is none that was written here.
std::string write_sections(const std::vector<WrittenSection>& sections);
Result<std::vector<WrittenSection>> read_sections(std::string_view text);

/// Every kind with what was written under it, in the order of the kinds; then what no kind stands for any more, under
/// its key as title.
std::vector<std::pair<SectionKind, std::string>> arranged(const std::vector<SectionKind>& kinds,
                                                          const std::vector<WrittenSection>& written);

}  // namespace rapport::encounters
