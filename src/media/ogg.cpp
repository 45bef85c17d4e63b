#include <array>
#include <set>

#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {
namespace {

constexpr std::array<std::uint32_t, 256> make_sums() {
  constexpr std::uint32_t kPolynomial = 0x04C11DB7;
  std::array<std::uint32_t, 256> sums{};
  for (std::uint32_t i = 0; i < sums.size(); ++i) {
    std::uint32_t sum = i << 24U;
    for (int bit = 0; bit < 8; ++bit) sum = (sum & 0x80000000U) != 0 ? sum << 1U ^ kPolynomial : sum << 1U;
    sums[i] = sum;
  }
  return sums;
}
constexpr auto kSums = make_sums();
constexpr std::size_t kSumAt = 22;
constexpr std::size_t kHead = 27;

/// The checksum of a page, in which its own place counts as zeros.
std::uint32_t sum_of(std::string_view page) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < page.size(); ++i) {
    const auto byte = i >= kSumAt && i < kSumAt + 4 ? std::uint8_t{0} : byte_at(page, i);
    sum = sum << 8U ^ kSums[(sum >> 24U ^ byte) & 0xFFU];
  }
  return sum;
}

bool begins_sound(std::string_view data) {
  return data.starts_with("OpusHead") || data.starts_with("\x01vorbis");
}

}  // namespace

Result<Checked> check_ogg(std::string_view file) {
  std::set<std::uint64_t> streams;
  for (std::size_t at = 0; at < file.size();) {
    if (!stands_at(file, at, std::string_view("OggS\0", 5))) return fail(broken("something that is no sound"));
    const auto pieces = byte_at(file, at + kHead - 1);
    std::size_t length = kHead + pieces;
    for (std::size_t i = 0; i < pieces; ++i) length += byte_at(file, at + kHead + i);
    const auto page = piece(file, at, length);
    if (page.size() != length || sum_of(page) != little_endian(page, kSumAt, 4)) return fail(broken("a wrong sum"));
    const bool begins = (byte_at(page, 5) & 0x02U) != 0;
    const auto stream = little_endian(page, 14, 4);
    if (begins && !begins_sound(page.substr(kHead + pieces))) return fail(holds_video());
    if (begins != streams.insert(stream).second) return fail(broken("a part that belongs to nothing"));
    at += length;
  }
  return Checked{Kind::ogg, std::string(file)};
}

}  // namespace rapport::media
