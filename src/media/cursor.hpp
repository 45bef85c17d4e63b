#pragma once
/// @file Reading a file piece by piece without ever leaving it.
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace rapport::media {

inline std::uint8_t byte_at(std::string_view text, std::size_t at) {
  return at < text.size() ? static_cast<std::uint8_t>(text[at]) : std::uint8_t{0};
}
/// The `count` (at most 8) bytes from `at` as a number; what lies beyond the end counts as 0.
inline std::uint64_t big_endian(std::string_view text, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number << 8U | byte_at(text, at + i);
  return number;
}
inline std::uint64_t little_endian(std::string_view text, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  for (std::size_t i = count; i > 0; --i) number = number << 8U | byte_at(text, at + i - 1);
  return number;
}
/// What stands there, shorter at the end of the text, empty beyond it.
inline std::string_view piece(std::string_view text, std::size_t at, std::size_t length = std::string_view::npos) {
  return at < text.size() ? text.substr(at, length) : std::string_view();
}
inline bool stands_at(std::string_view text, std::size_t at, std::string_view wanted) {
  return piece(text, at, wanted.size()) == wanted;
}

}  // namespace rapport::media
