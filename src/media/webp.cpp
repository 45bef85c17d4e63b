#include "media/cursor.hpp"
#include "media/formats.hpp"
#include "media/riff.hpp"

namespace rapport::media {
namespace {

constexpr std::uint8_t kMoves = 0x02;
constexpr std::uint8_t kExifAndXmp = 0x04 | 0x08;

struct Size {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

Size size_of_lossy(std::string_view data) {
  constexpr std::uint64_t kSide = 0x3FFF;
  if ((byte_at(data, 0) & 1U) != 0 || !stands_at(data, 3, "\x9D\x01\x2A")) return {};
  return {static_cast<std::int64_t>(little_endian(data, 6, 2) & kSide),
          static_cast<std::int64_t>(little_endian(data, 8, 2) & kSide)};
}

Size size_of_lossless(std::string_view data) {
  constexpr std::uint64_t kSide = 0x3FFF;
  if (byte_at(data, 0) != 0x2F || data.size() < 5) return {};
  const auto bits = little_endian(data, 1, 4);
  return {static_cast<std::int64_t>(bits & kSide) + 1, static_cast<std::int64_t>(bits >> 14U & kSide) + 1};
}

Result<std::string> take_extended(std::string_view data) {
  constexpr std::size_t kLength = 10;
  if (data.size() != kLength) return fail(broken("a header that is none"));
  if ((byte_at(data, 0) & kMoves) != 0) return fail(is_moving());
  TRY(check_size(static_cast<std::int64_t>(little_endian(data, 4, 3)) + 1,
                 static_cast<std::int64_t>(little_endian(data, 7, 3)) + 1));
  std::string kept(data);
  kept[0] = static_cast<char>(byte_at(data, 0) & ~kExifAndXmp);
  return kept;
}

}  // namespace

Result<Checked> check_webp(std::string_view file) {
  RiffReader reader(file);
  RiffWriter writer("WEBP");
  Size size;
  bool is_first = true;
  while (const auto chunk = reader.next()) {
    const auto& [type, data] = *chunk;
    if (type == "VP8X" && is_first) {
      TRY_ASSIGN(const auto kept, take_extended(data));
      writer.add(type, kept);
    } else if (type == "VP8 " || type == "VP8L") {
      if (size.width != 0) return fail(broken("two pictures in it"));
      size = type == "VP8L" ? size_of_lossless(data) : size_of_lossy(data);
      TRY(check_size(size.width, size.height));
      writer.add(type, data);
    } else if ((type == "ALPH" || type == "ICCP") && !is_first) {
      writer.add(type, data);
    }
    is_first = false;
  }
  if (size.width == 0) return fail(broken("no picture in it"));
  return Checked{Kind::webp, std::move(writer).take(), size.width, size.height};
}

}  // namespace rapport::media
