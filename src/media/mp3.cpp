#include <array>

#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {
namespace {

/// Bytes of the frame whose header stands there; 0 where there is none.
std::size_t frame_length(std::string_view file, std::size_t at) {
  constexpr std::array<std::size_t, 16> kRates1{0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0};
  constexpr std::array<std::size_t, 16> kRates2{0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0};
  constexpr std::array<std::size_t, 4> kSamples{44'100, 48'000, 32'000, 0};
  const auto second = byte_at(file, at + 1);
  const auto third = byte_at(file, at + 2);
  if (byte_at(file, at) != 0xFF || (second & 0xE6U) != 0xE2U) return 0;  // the third layer alone
  const auto version = second >> 3U & 3U;                                // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
  const bool is_first = version == 3;
  const auto rate = (is_first ? kRates1 : kRates2).at(third >> 4U);
  const auto samples = kSamples.at(third >> 2U & 3U) / (is_first ? 1 : version == 2 ? 2 : 4);
  if (version == 1 || rate == 0 || samples == 0) return 0;
  return (is_first ? 144'000 : 72'000) * rate / samples + (third >> 1U & 1U);
}

/// Bytes of the tags that may stand before the sound.
std::size_t tags_before(std::string_view file) {
  std::size_t at = 0;
  while (stands_at(file, at, "ID3")) {
    std::size_t length = 0;
    for (std::size_t i = 6; i < 10; ++i) length = length << 7U | (byte_at(file, at + i) & 0x7FU);
    const bool has_foot = (byte_at(file, at + 5) & 0x10U) != 0;
    at += 10 + length + (has_foot ? 10 : 0);
  }
  return at;
}

bool is_end(std::string_view rest) {
  return rest.empty() || rest.starts_with("TAG") || rest.starts_with("APETAGEX") || rest.starts_with("LYRICS") ||
         rest.starts_with("ID3") || rest.find_first_not_of('\0') == std::string_view::npos;
}

}  // namespace

Result<Checked> check_mp3(std::string_view file) {
  constexpr std::size_t kFewestFrames = 3;
  const auto begin = tags_before(file);
  auto at = begin;
  std::size_t frames = 0;
  while (const auto length = frame_length(file, at)) {
    if (length > file.size() - at) break;  // cut short by a recorder that was stopped
    at += length;
    ++frames;
  }
  if (frames < kFewestFrames) return fail(broken("no sound in it"));
  if (frame_length(file, at) == 0 && !is_end(piece(file, at))) return fail(broken("something that is no sound"));
  return Checked{Kind::mp3, std::string(file.substr(begin, at - begin))};
}

}  // namespace rapport::media
