#pragma once
/// @file What the sentences of signals are made of, in either language: names as the screens have them, and numbers as
/// the language writes them. No database and no route.
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "measures/instrument.hpp"

namespace rapport::signals {

/// "PHQ-9", "Beziehung (SPARQ)".
std::string name_of(const measures::Instrument& instrument, std::string_view language);
/// The same with the scale, where the instrument has several and this is not their total.
std::string name_of(const measures::Instrument& instrument, const measures::Scale& scale, std::string_view language);

/// With so many digits that mean something, without zeros at the end: "4.3", "4,3" in German; a true minus.
std::string number_in(std::string_view language, double value, int digits = 3);

/// "A", "A and B", "A, B and C".
std::string listed_in(std::string_view language, std::span<const std::string> all);

/// Whether a limit is the middle of its scale, and no norm that somebody found.
bool is_middle(const measures::Scale& scale, double limit);

/// How the client's symptoms went meanwhile, of the values of a signal about the relationship: two, or none.
std::vector<std::pair<std::string, double>> symptoms_of(std::span<const std::pair<std::string, double>> values);
/// " PHQ-9 went from 10 to 17 meanwhile." of such values, for a sentence that says it besides; empty where there are
/// none.
std::string sentence_of_symptoms(std::span<const std::pair<std::string, double>> values, std::string_view language);

}  // namespace rapport::signals
