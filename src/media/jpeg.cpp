#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {
namespace {

constexpr std::uint8_t kStart = 0xD8;
constexpr std::uint8_t kEnd = 0xD9;
constexpr std::uint8_t kScan = 0xDA;
constexpr std::string_view kExif("Exif\0\0", 6);

/// Which side is up, 1 to 8; 1 where nothing, or nothing readable, is said.
std::uint8_t orientation_in(std::string_view tiff) {
  const bool is_big = tiff.starts_with(std::string_view("MM\0*", 4));
  if (!is_big && !tiff.starts_with(std::string_view("II*\0", 4))) return 1;
  const auto number = [&](std::size_t at, std::size_t count) {
    return static_cast<std::size_t>(is_big ? big_endian(tiff, at, count) : little_endian(tiff, at, count));
  };
  constexpr std::size_t kEntry = 12;
  constexpr std::size_t kOrientation = 0x0112;
  const auto table = number(4, 4);
  if (table >= tiff.size()) return 1;
  const auto entries = number(table, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const auto entry = table + 2 + i * kEntry;
    if (entry + kEntry > tiff.size()) return 1;
    if (number(entry, 2) != kOrientation) continue;
    const auto value = number(entry + 8, 2);
    return value >= 1 && value <= 8 ? static_cast<std::uint8_t>(value) : std::uint8_t{1};
  }
  return 1;
}

/// EXIF that says which side is up, and nothing else.
std::string exif_of(std::uint8_t orientation) {
  std::string segment(
      "\xFF\xE1\x00\x22"
      "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0",
      29);
  segment += static_cast<char>(orientation);
  segment.append(6, '\0');
  return segment;
}

/// Baseline, extended and progressive: what browsers show.
bool is_frame(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xC2;
}
bool is_other_frame(std::uint8_t marker) {
  return marker >= 0xC3 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

class Jpeg {
 public:
  explicit Jpeg(std::string_view file) : file_(file) {}

  Result<Checked> check() {
    at_ = 2;
    while (true) {
      TRY_ASSIGN(const auto marker, next_marker());
      if (marker == kEnd) break;
      TRY_ASSIGN(const auto segment, next_segment());
      TRY(take(marker, segment));
    }
    if (!has_scan_) return fail(broken("no picture in it"));
    std::string whole("\xFF\xD8", 2);
    if (orientation_ != 1) whole += exif_of(orientation_);
    return Checked{Kind::jpeg, whole + kept_ + "\xFF\xD9", width_, height_};
  }

 private:
  Result<std::uint8_t> next_marker() {
    if (byte_at(file_, at_) != 0xFF) return fail(broken("a part that is none"));
    while (byte_at(file_, at_) == 0xFF) ++at_;
    const auto marker = byte_at(file_, at_++);
    const bool stands_alone = marker < 0xC0 || (marker >= 0xD0 && marker <= kStart);
    if (at_ > file_.size() || stands_alone) return fail(broken("a part that is none"));
    return marker;
  }
  /// With its length before it.
  Result<std::string_view> next_segment() {
    const auto length = static_cast<std::size_t>(big_endian(file_, at_, 2));
    const auto segment = piece(file_, at_, length);
    if (length < 2 || segment.size() != length) return fail(broken("a part that ends too early"));
    at_ += length;
    return segment;
  }
  void keep(std::uint8_t marker, std::string_view segment) {
    kept_ += '\xFF';
    kept_ += static_cast<char>(marker);
    kept_ += segment;
  }

  Result<void> take(std::uint8_t marker, std::string_view segment) {
    if (is_other_frame(marker)) return fail(broken("a coding that is not shown"));
    if (is_frame(marker)) TRY(take_frame(segment));
    if (marker == 0xE1 && stands_at(segment, 2, kExif)) orientation_ = orientation_in(piece(segment, 2 + kExif.size()));
    if (marker == 0xE0 && stands_at(segment, 2, std::string_view("JFIF\0", 5)) && segment.size() >= 16) {
      // Without the small picture that may follow, which editing does not change.
      kept_.append("\xFF\xE0\x00\x10", 4).append(segment.substr(2, 12)).append(2, '\0');
    }
    if (is_needed(marker, segment)) keep(marker, segment);
    return marker == kScan ? take_scan() : Result<void>();
  }
  static bool is_needed(std::uint8_t marker, std::string_view segment) {
    if (marker == 0xE2) return stands_at(segment, 2, std::string_view("ICC_PROFILE\0", 12));
    if (marker == 0xEE) return stands_at(segment, 2, "Adobe");
    return is_frame(marker) || marker == 0xC4 || marker == 0xDB || marker == 0xDD || marker == kScan;
  }
  Result<void> take_frame(std::string_view segment) {
    if (width_ != 0 || segment.size() < 8) return fail(broken("two pictures in it"));
    height_ = static_cast<std::int64_t>(big_endian(segment, 3, 2));
    width_ = static_cast<std::int64_t>(big_endian(segment, 5, 2));
    return check_size(width_, height_);
  }
  /// Up to the next marker that is no part of it.
  Result<void> take_scan() {
    if (width_ == 0) return fail(broken("a picture without size"));
    has_scan_ = true;
    const auto begin = at_;
    while (true) {
      at_ = file_.find('\xFF', at_);
      if (at_ == std::string_view::npos) return fail(broken("no end"));
      const auto next = byte_at(file_, at_ + 1);
      if (next != 0x00 && (next < 0xD0 || next > 0xD7)) break;
      at_ += 2;
    }
    kept_ += file_.substr(begin, at_ - begin);
    return {};
  }

  std::string_view file_;
  std::size_t at_ = 0;
  std::string kept_;
  std::uint8_t orientation_ = 1;
  std::int64_t width_ = 0;
  std::int64_t height_ = 0;
  bool has_scan_ = false;
};

}  // namespace

Result<Checked> check_jpeg(std::string_view file) {
  return Jpeg(file).check();
}

}  // namespace rapport::media
