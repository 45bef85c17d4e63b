#pragma once
/// @file Whole files that an operator names, read into memory within a bound.
#include <cstddef>
#include <istream>
#include <string>

#include "base/result.hpp"

namespace rapport {

/// What a stream holds, up to one byte more than `most`, so that the caller sees that it is too much.
std::string read_stream(std::istream& stream, std::size_t most);

/// As read_stream. Error: invalid "file.unreadable", with the path; a folder is no file.
Result<std::string> read_file(const std::string& path, std::size_t most);

}  // namespace rapport
