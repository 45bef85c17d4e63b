#pragma once
/// @file Whom someone in danger can call, by country: read from files that say where each number was seen, and when.
/// What is wrong with a file is found when it is read; what is past its review is still shown, because a number that
/// may have changed helps more than none.
#include <boost/describe.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "config/settings.hpp"

namespace rapport::crisis_contacts {

/// Text messages go to a number, some with a word to begin with ("SHOUT").
struct TextLine {
  std::string number;
  std::optional<std::string> word;
};
BOOST_DESCRIBE_STRUCT(TextLine, (), (number, word))

struct EmergencyNumber {
  static constexpr std::string_view says =
      "`reaches` is `all`, `ambulance` or `police`. `source` is the page on which the number was `seen`.";
  std::string number;
  std::string reaches;
  std::string source;
  std::string seen;
  std::string review_by;
};
BOOST_DESCRIBE_STRUCT(EmergencyNumber, (), (number, reaches, source, seen, review_by))

struct CrisisContact {
  static constexpr std::string_view says =
      "One of `phones`, `text` and `web` at least. `hours` is `always`, or a text of the practice; `audience` is "
      "`everyone`, `young people` or a text of the practice; what is not known is absent. `source` is the page of the "
      "operator or of a public authority on which all this was `seen`, or `practice`.";
  std::string name;  ///< as the operator writes it
  std::vector<std::string> phones;
  std::optional<TextLine> text;
  std::optional<std::string> web;  ///< https address of a chat or of the operator
  std::optional<std::string> hours;
  std::vector<std::string> languages;  ///< ISO 639, two letters
  std::optional<std::string> audience;
  std::optional<bool> free_of_charge;
  std::string source;
  std::string seen;       ///< the day, as in the file: YYYY-MM-DD
  std::string review_by;  ///< at most twelve months later
};
BOOST_DESCRIBE_STRUCT(CrisisContact, (),
                      (name, phones, text, web, hours, languages, audience, free_of_charge, source, seen, review_by))

struct CrisisCountry {
  static constexpr std::string_view says =
      "`country` is its ISO 3166 code, `EU` what holds everywhere in the European Union. `review_by` is the earliest "
      "of "
      "its entries.";
  std::string country;
  std::vector<EmergencyNumber> emergency;
  std::vector<CrisisContact> contacts;
  std::string review_by;
};
BOOST_DESCRIBE_STRUCT(CrisisCountry, (), (country, emergency, contacts, review_by))

/// Who wrote a file: what is part of the program is checked more strictly.
enum class Origin { program, practice };

/// What stands in a file. `today` is the last day on which something can have been seen.
/// Errors: invalid "crisis_contacts.file", a sentence with line, entry and what is wrong; those of parse_document.
Result<std::vector<CrisisCountry>> read_contacts(std::string_view text, Origin origin, std::chrono::sys_days today);

/// The file that is part of the program.
std::string_view shipped_text();

class CrisisContacts {
 public:
  /// Those that are part of the program. Throws std::logic_error if they are not well-formed: a defect of this program.
  CrisisContacts();

  /// Sorted by country.
  const std::vector<CrisisCountry>& countries() const { return countries_; }
  /// Null when there is none of that code.
  const CrisisCountry* find(std::string_view country) const;
  /// The country that is shown first; none unless the practice said which.
  const std::optional<std::string>& first() const { return first_; }
  /// Error: invalid "crisis_contacts.country" when nothing is known of it.
  Result<void> set_first(std::string_view country);
  /// Adds what the practice knows; its contacts stand before those of the program.
  void add(std::vector<CrisisCountry> own);

 private:
  std::vector<CrisisCountry> countries_;
  std::optional<std::string> first_;
};

/// As the settings practice.country and practice.crisis_contacts_file say. Errors are for the one who runs the program
/// and name the file: it cannot be read, those of read_contacts and set_first.
Result<CrisisContacts> open_contacts(const config::Settings& settings, Time now);

/// One sentence about the entries whose review is due, for the one who runs the program; none when there are none.
std::optional<std::string> overdue(const CrisisContacts& contacts, Time now);

}  // namespace rapport::crisis_contacts
