#pragma once
/// @file Reading a questionnaire that somebody brings by hand, who is told of everything that is to be mended at once.
#include <string_view>

#include "base/result.hpp"
#include "measures/questionnaire.hpp"

namespace rapport::measures {

/// Whether the file has to say in which language it is; not where its scoring says so.
enum class LanguageIs { needed, known };

/// As `read_questionnaire`, and with what is needed before anybody can be asked: a text for every item and every
/// answer, answers where one of them is to be chosen, a language. Errors: those of `read_questionnaire`, with all of
/// these mistakes among its fields (at most Mistakes::kMost).
Result<Questionnaire> read_brought_questionnaire(std::string_view text, LanguageIs language);

}  // namespace rapport::measures
