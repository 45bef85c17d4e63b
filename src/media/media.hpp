#pragma once
/// @file What a file is, by its content alone, and what of it is passed on. Nothing here decodes a picture or a sound:
/// the parts that a file consists of are walked through, and those that are needed to show it are kept. So a file ends
/// where its format says that it ends, holds nothing that belongs to another format, and says nothing of the place or
/// the device, as far as its format keeps that in parts of its own.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace rapport::media {

enum class Kind : std::uint8_t { pdf, jpeg, png, webp, ogg, mp3, m4a, wav, webm };

/// A picture of more pixels is refused: shown, each takes a reader's device four bytes.
inline constexpr std::int64_t kMostPixels = 64'000'000;

struct Checked {
  Kind kind = Kind::pdf;
  std::string bytes;        ///< what is to be kept instead of what came
  std::int64_t width = 0;   ///< of a picture as it is stored, in pixels; else 0
  std::int64_t height = 0;  ///< the same
};

/// Errors, all `invalid`: "media.unknown" for every other format, "media.broken" for what is not whole or holds more
/// than its format allows, "media.pixels" for a picture beyond kMostPixels, "media.moving" for one that moves,
/// "media.video" for a sound file that holds pictures.
Result<Checked> check(std::string_view bytes);

/// "image/jpeg"
std::string_view media_type(Kind kind);
bool is_picture(Kind kind);
/// As people see it: without the folders before it, without control characters and such as turn the writing direction,
/// at most 100 code points, with an ending that says what the file is. Never empty.
std::string clean_name(std::string_view name, Kind kind);

}  // namespace rapport::media
