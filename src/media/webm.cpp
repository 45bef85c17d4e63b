#include <algorithm>
#include <array>
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
/// Time, position, size of the one before, blocks, gaps, checksum.
constexpr std::array<std::uint64_t, 7> kOfCluster{0xE7, 0xA7, 0xAB, 0xA3, 0xA0, 0xEC, 0xBF};
/// Cues, gaps, tags, the table of what stands where.
constexpr std::array<std::uint64_t, 4> kBehindSound{0x1C53BB6B, 0xEC, 0x1254C367, 0x114D9B74};

template <std::size_t N>
bool is_one_of(const std::array<std::uint64_t, N>& ids, std::uint64_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

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
  std::size_t at() const { return at_; }
  /// Goes on with what is in the element that was read last.
  void enter(const Element& element) { at_ -= element.data.size(); }

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

/// Where the sound ends: behind the last block. A cluster whose length was not known when it was written ends where
/// something else begins. Another file in it is refused, wherever it stands; so is what is no sound behind the sound,
/// unless `is_open`: then it is left out.
Result<std::size_t> end_of_sound(std::string_view segment, bool is_open) {
  int tracks = 0;
  std::size_t end = 0;
  bool in_cluster = false;
  EbmlReader reader(segment);
  while (!reader.is_at_end()) {
    const auto element = reader.next();
    if (!element && (end == 0 || !is_open)) return fail(element.error());
    if (!element) break;
    if (element->id == kCluster) {
      if (tracks == 0) return fail(broken("sound that belongs to nothing"));
      in_cluster = element->is_open;
      if (in_cluster) {
        reader.enter(*element);
      } else {
        end = reader.at();
      }
      continue;
    }
    in_cluster = in_cluster && is_one_of(kOfCluster, element->id) && !element->is_open;
    if (in_cluster) {
      end = reader.at();
      continue;
    }
    if (end != 0 && !is_one_of(kBehindSound, element->id)) {
      if (is_open) break;
      return fail(broken("something that is no sound"));
    }
    if (element->id == kAttachments) return fail(broken("another file in it"));
    if (element->id == kTracks) {
      TRY_ASSIGN(tracks, count_tracks(element->data));
    }
  }
  return end != 0 ? Result<std::size_t>(end) : fail(broken("no sound in it"));
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
  TRY_ASSIGN(const auto end, end_of_sound(segment.data, segment.is_open));
  const auto left_out = segment.is_open ? segment.data.size() - end : 0;
  return Checked{Kind::webm, std::string(file.substr(0, file.size() - left_out))};
}

}  // namespace rapport::media
