#pragma once
/// @file Byte strings and their text forms.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rapport {

using Bytes = std::vector<std::uint8_t>;
using BytesView = std::span<const std::uint8_t>;

inline BytesView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(BytesView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline Bytes copy_of(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Lower-case hexadecimal, two characters a byte.
std::string to_hex(BytesView bytes);
/// Nothing when the length is odd or a character is no hexadecimal digit.
std::optional<Bytes> from_hex(std::string_view text);

/// True if the text is well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool is_utf8(std::string_view text);
/// Without the byte order mark that some programs write before UTF-8.
std::string_view without_byte_order_mark(std::string_view text);
/// Number of Unicode code points of a text that is well-formed UTF-8.
std::size_t count_code_points(std::string_view text);

}  // namespace rapport
