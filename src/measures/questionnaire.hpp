#pragma once
/// @file The wording of a questionnaire: what the respondent reads and what can be answered. It is a FHIR R4
/// Questionnaire, and the words here are FHIR's. How it is scored is in scoring.hpp.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace rapport::measures {

inline constexpr std::size_t kMaxItems = 500;
inline constexpr std::size_t kMaxAnswerOptions = 200;

/// A text in the language of the questionnaire, and its translations (FHIR's translation extension) by language.
struct Wording {
  std::string text;
  std::map<std::string, std::string, std::less<>> translations;

  /// The text in that language; where there is no translation, the text itself.
  const std::string& in(std::string_view language) const;
};

struct AnswerOption {
  std::string system;
  std::string code;
  Wording display;
  /// What choosing this answer counts. Absent where the file gives none; such an item cannot be scored.
  std::optional<double> ordinal_value;
};

enum class ItemType {
  display,  ///< only read: an instruction
  group,    ///< a heading, with items beneath
  choice,   ///< one of the answer options
  integer,
  decimal,  ///< a number, also a mark on a visual analogue line
  other,    ///< what this program does not score: free text, dates
};

struct Item {
  std::string link_id;
  Wording text;  ///< empty where the wording is not ours to ship
  ItemType type = ItemType::other;
  std::string loinc;
  std::vector<AnswerOption> answer_options;  ///< in the order in which they are shown
  std::optional<double> min_value;           ///< of integer and decimal
  std::optional<double> max_value;
  std::vector<Item> items;
};

struct Questionnaire {
  std::string url;
  std::string version;
  Wording title;
  std::string language;  ///< of every text; empty where there is none
  std::string copyright;
  std::string loinc;  ///< of the panel
  std::vector<Item> items;
};

/// Reads FHIR JSON. The ordinal value of an answer is taken from the extension ordinalValue (R4) or itemWeight (SDC,
/// R5), on the coding or on the answer option. What the program has no use for is passed over, conditions for showing
/// an item (enableWhen) among it: scoring takes the answers as they come. Errors: those of `parse_document`; invalid
/// "questionnaire.invalid" with line and field.
Result<Questionnaire> read_questionnaire(std::string_view text);

/// The items that can be answered, in order, out of their groups.
std::vector<const Item*> questions(const Questionnaire& questionnaire);

/// The languages in which everything can be read, the questionnaire's own first; none where there is no wording.
std::vector<std::string> languages(const Questionnaire& questionnaire);

/// True if every question has a text.
bool has_wording(const Questionnaire& questionnaire);

}  // namespace rapport::measures
