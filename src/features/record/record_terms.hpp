#pragma once
/// @file What the record calls things: as the screens do, so that nobody has to guess that two names mean one thing.
#include <chrono>
#include <span>
#include <string>
#include <string_view>

#include "features/encounters/encounters.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "features/signals/signals.hpp"

namespace rapport::record {

/// In which languages there is a record. Anything else is English.
inline constexpr std::string_view kGerman = "de";

/// Who it was, where nobody has a name: the program, and somebody whose account is gone.
inline constexpr std::string_view kItself = "who.itself";
inline constexpr std::string_view kGone = "who.gone";

/// A code without a dot is that of a text of the screens (web/messages) and has its words, values in braces included;
/// with a dot it is a role ("role.client"), one of the above or an action of the audit
/// ("room.read").
struct Term {
  std::string_view code, english, german;
};
std::span<const Term> terms();

/// The words for a code; the code itself, where there are none.
std::string_view term(std::string_view code, std::string_view language);

/// The screens' name of a questionnaire or of a scale; `own`, the name in its file, where they have none for it.
std::string_view name_of_questionnaire(std::string_view key, std::string_view own, std::string_view language);
std::string_view name_of_scale(std::string_view key, std::string_view own, std::string_view language);

/// "29 November 2026", "29. November 2026".
std::string day_in_words(std::chrono::sys_days day, std::string_view language);

/// The code of the term for each.
std::string_view code_of(encounters::Status status);
std::string_view code_of(encounters::Channel channel);
std::string_view code_of(questionnaires::Occasion occasion);
std::string_view code_of(signals::Outcome outcome);

}  // namespace rapport::record
