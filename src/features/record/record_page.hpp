#pragma once
/// @file The record as a page for people: one file that needs nothing else, runs nothing and can be printed.
#include "features/record/record_shapes.hpp"

namespace rapport::record {

/// One sentence for each thing that is not in a record, and why.
std::vector<std::string> what_is_left_out(std::string_view language);

/// HTML. Every text that a person wrote stands in it as text, whatever it holds.
std::string write_page(const RecordAnswer& record, std::string_view language);

}  // namespace rapport::record
