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
/// From end to end, in what its answers count: a longer line cannot be marked to a tenth.
inline constexpr double kLongestLine = 1000;

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
  decimal,      ///< a number, also a mark on a visual analogue line
  other,        ///< what this program does not score: free text, dates, choices of several or that can be added to
  passed_over,  ///< not for the respondent: calculated, read-only or hidden; nor is what stands beneath it
};

/// Which end of a line a display beneath it names: FHIR's itemControl "lower" or "upper".
enum class LineEnd { none, lower, upper };

/// FHIR's enableWhen: what must have been answered to another question. One of `number`, `code` and `exists` is set.
struct EnableWhen {
  std::string question;    ///< linkId
  std::string comparison;  ///< exists, =, !=, >, <, >=, <=
  std::optional<bool> exists;
  std::optional<double> number;
  std::optional<std::string> code;  ///< of a coding, or a text
  std::string system;               ///< of the coding; empty: any
};

struct Item {
  std::string path;  ///< where it stands in the file, a JSON pointer
  std::string link_id;
  Wording text;  ///< empty where the wording is not ours to ship
  ItemType type = ItemType::other;
  LineEnd end = LineEnd::none;  ///< of a display
  std::string loinc;
  std::vector<AnswerOption> answer_options;  ///< in the order in which they are shown
  std::optional<double> min_value;           ///< of integer and decimal
  std::optional<double> max_value;
  std::vector<EnableWhen> enable_when;  ///< empty: always asked
  bool enable_any = false;              ///< one of them is enough; otherwise all must hold
  std::vector<Item> items;
};

struct Questionnaire {
  std::string name;  ///< for programs: FHIR's id, else its name; may be empty
  std::string url;
  std::string version;
  Wording title;
  std::string language;  ///< of every text; empty where there is none
  std::string copyright;
  std::string loinc;  ///< of the panel
  std::vector<Item> items;
};

/// Reads FHIR JSON. The ordinal value of an answer is taken from the extension ordinalValue (R4) or itemWeight (SDC,
/// R5), on the coding or on the answer option. Answers stand with the item or in a ValueSet that the file contains. An
/// instruction with a condition (a display with enableWhen) is passed over: what it depends on is mostly a score. What
/// else the program has no use for is left unread. Errors: those of `parse_document`; invalid "questionnaire.invalid"
/// with line and field.
Result<Questionnaire> read_questionnaire(std::string_view text);

/// The items that are for the respondent to answer, in order, out of their groups.
std::vector<const Item*> questions(const Questionnaire& questionnaire);

/// Whether the number is a whole number of tenths, as far as it can be told.
bool is_tenth(double number);

/// Whether it is answered with a mark on a line: a decimal number of which both ends are tenths, at most kLongestLine
/// apart.
bool is_line(const Item& item);

/// The languages in which everything can be read, the questionnaire's own first; none where there is no wording.
std::vector<std::string> languages(const Questionnaire& questionnaire);

/// The first of a language tag: "de" of "de-DE".
std::string_view primary(std::string_view language);
/// Which of these languages somebody who wants `language` reads: that one, else one that differs only in what follows
/// the primary part. Null when there is none.
const std::string* match_language(const std::vector<std::string>& languages, std::string_view language);

/// True if every question and every answer has a text.
bool has_wording(const Questionnaire& questionnaire);

/// The digest (SHA-256, hexadecimal) of everything that a respondent reads, in the order of the form, each text with
/// its translations. Empty where there is nothing to read. A word that changes changes it.
std::string wording_hash(const Questionnaire& questionnaire);

}  // namespace rapport::measures
