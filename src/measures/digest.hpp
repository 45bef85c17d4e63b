#pragma once
/// @file The digest by which a wording or a pair of files is told from any other.
#include <string>
#include <string_view>

namespace rapport::measures {

/// SHA-256, in 64 hexadecimal digits.
std::string digest_of(std::string_view text);

}  // namespace rapport::measures
