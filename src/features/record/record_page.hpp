#pragma once
/// @file The record as a page for people: one file that needs nothing else, runs nothing and can be printed.
#include "features/record/record_shapes.hpp"

namespace rapport::record {

/// In which languages there is a page. Anything else is English.
inline constexpr std::string_view kGerman = "de";

/// One sentence for each thing that is not in a record, and why.
std::vector<std::string> what_is_left_out(std::string_view language);

/// What stands in a record for an action of the audit, or for another word of the program; as it is, where there is
/// nothing for it.
std::string_view term_of_action(std::string_view action, std::string_view language);

/// HTML. Every text that a person wrote stands in it as text, whatever it holds.
std::string write_page(const RecordAnswer& record, std::string_view language);

}  // namespace rapport::record
