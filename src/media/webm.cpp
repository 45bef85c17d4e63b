#include <bit>
#include <optional>

#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {
namespace {

constexpr std::uint64_t kDocType = 0x4282;
constexpr std::uint64_t kSegment = 0x18538067;
constexpr std::uint64_t kCluster = 0x1F43B675;
constexpr std::uint64_t kTracks = 0x1654AE6B;
constexpr std::uint64_t kTrackEntry = 0xAE;
constexpr std::uint64_t kTrackType = 0x83;
constexpr std::uint64_t kAttachments = 0x1941A469;
constexpr std::uint64_t kIsSound = 2;

struct Element {
  std::uint64_t id = 0;
  std::string_view data;
  bool is_open = false;  ///< its length was not known when it was written: it ends with the file
};

/// Reads the elements of EBML one after the other.
class EbmlReader {
 public:
  explicit EbmlReader(std::string_view text) : text_(text) {}
  bool is_at_end() const { return at_ >= text_.size(); }

  Result<Element> next() {
    const auto id = number(false);
    const auto begin = at_;
    const auto length = id ? number(true) : std::nullopt;
    if (!length) return fail(broken("a part that is none"));
    const auto bits = 7 * (at_ - begin);
    const bool is_open = *length == (std::uint64_t{1} << bits) - 1;
    const auto data = piece(text_, at_, is_open ? std::string_view::npos : static_cast<std::size_t>(*length));
    if (!is_open && data.size() != *length) return fail(broken("a part that ends too early"));
    at_ += data.size();
    return Element{*id, data, is_open};
  }

 private:
  /// Of up to eight bytes, as many as its first byte begins with zeros; `is_length`: without the mark of its length.
  std::optional<std::uint64_t> number(bool is_length) {
    const auto first = byte_at(text_, at_);
    const auto size = static_cast<std::size_t>(std::countl_zero(first)) + 1;
    if (size > (is_length ? 8U : 4U) || at_ + size > text_.size()) return std::nullopt;
    auto value = big_endian(text_, at_, size);
    if (is_length) value &= ~(std::uint64_t{1} << (7 * size));
    at_ += size;
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

Result<void> check_track(std::string_view entry) {
  bool is_sound = false;
  for (EbmlReader reader(entry); !reader.is_at_end();) {
    TRY_ASSIGN(const auto element, reader.next());
    if (element.id != kTrackType) continue;
    is_sound = element.data.size() <= 8 && big_endian(element.data, 0, element.data.size()) == kIsSound;
  }
  return is_sound ? Result<void>() : fail(holds_video());
}

Result<int> count_tracks(std::string_view tracks) {
  int count = 0;
  for (EbmlReader reader(tracks); !reader.is_at_end();) {
    TRY_ASSIGN(const auto element, reader.next());
    if (element.id != kTrackEntry) continue;
    TRY(check_track(element.data));
    ++count;
  }
  return count;
}

/// Up to the first sound: what follows is of the tracks that were named before it.
Result<void> check_segment(std::string_view segment) {
  int tracks = 0;
  for (EbmlReader reader(segment); !reader.is_at_end();) {
    TRY_ASSIGN(const auto element, reader.next());
    if (element.id == kAttachments) return fail(broken("another file in it"));
    if (element.id == kTracks) {
      TRY_ASSIGN(tracks, count_tracks(element.data));
    }
    if (element.id == kCluster) return tracks > 0 ? Result<void>() : fail(broken("sound that belongs to nothing"));
  }
  return fail(broken("no sound in it"));
}

}  // namespace

Result<Checked> check_webm(std::string_view file) {
  EbmlReader reader(file);
  TRY_ASSIGN(const auto head, reader.next());
  bool is_webm = false;
  for (EbmlReader inner(head.data); !inner.is_at_end() && !head.is_open;) {
    TRY_ASSIGN(const auto element, inner.next());
    if (element.id == kDocType) is_webm = element.data == "webm";
  }
  if (!is_webm) return fail(broken("no WebM"));
  TRY_ASSIGN(const auto segment, reader.next());
  if (segment.id != kSegment || !reader.is_at_end()) return fail(broken("something that is no sound"));
  TRY(check_segment(segment.data));
  return Checked{Kind::webm, std::string(file)};
}

}  // namespace rapport::media
