#include <zlib.h>

#include <algorithm>
#include <array>

#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {
namespace {

/// What a picture needs to look as it was meant. Times, texts and EXIF are not among it, nor are the frames of one that
/// moves: it stands still.
constexpr std::array<std::string_view, 12> kKept{"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA",
                                                 "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "pHYs"};

bool is_right(std::string_view chunk, std::uint64_t sum) {
  return crc32(0, reinterpret_cast<const Bytef*>(chunk.data()), static_cast<uInt>(chunk.size())) == sum;
}

bool is_needed_to_read(std::string_view type) {
  return (byte_at(type, 0) & 0x20U) == 0;
}

Result<void> take_header(std::string_view data, Checked& picture) {
  constexpr std::size_t kHeader = 13;
  if (data.size() != kHeader || picture.width != 0) return fail(broken("a header that is none"));
  picture.width = static_cast<std::int64_t>(big_endian(data, 0, 4));
  picture.height = static_cast<std::int64_t>(big_endian(data, 4, 4));
  return check_size(picture.width, picture.height);
}

}  // namespace

Result<Checked> check_png(std::string_view file) {
  constexpr std::size_t kSignature = 8;
  constexpr std::size_t kAround = 12;  // length, type and checksum
  Checked picture{Kind::png, std::string(file.substr(0, kSignature))};
  bool has_data = false;
  for (std::size_t at = kSignature;;) {
    const auto length = static_cast<std::size_t>(big_endian(file, at, 4));
    const auto whole = piece(file, at, length + kAround);
    if (whole.size() != length + kAround) return fail(broken("no end"));
    at += whole.size();
    const auto type = whole.substr(4, 4);
    if (!is_right(whole.substr(4, length + 4), big_endian(whole, length + 8, 4))) return fail(broken("a wrong sum"));
    if (type == "IHDR") TRY(take_header(whole.substr(8, length), picture));
    if (picture.width == 0) return fail(broken("no header"));
    has_data = has_data || type == "IDAT";
    const bool is_kept = std::find(kKept.begin(), kKept.end(), type) != kKept.end();
    if (!is_kept && is_needed_to_read(type)) return fail(broken("a part that is not known"));
    if (is_kept) picture.bytes += whole;
    if (type == "IEND") break;
  }
  if (!has_data) return fail(broken("no picture in it"));
  return picture;
}

}  // namespace rapport::media
