#pragma once
/// @file How fast this computer stores a row that nobody asked about: the measure of everything above it.
#include <cstddef>
#include <string>

namespace rapport::load {

/// Rows a second: 64 blocked callers, one row of `bytes` each time, WAL, synchronous=FULL, shared commits.
double plain_inserts_per_second(const std::string& folder, std::size_t rows, std::size_t bytes);

}  // namespace rapport::load
