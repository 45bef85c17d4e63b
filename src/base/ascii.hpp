#pragma once
/// @file Small things that headers, settings and tables ask of a text, for ASCII alone: other letters stay as they are.
#include <string>
#include <string_view>

namespace rapport {

/// Without the spaces and tabs around it.
std::string_view trimmed(std::string_view text);
/// With A to Z in lower case.
std::string lower_case(std::string_view text);

}  // namespace rapport
