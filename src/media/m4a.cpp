#include <algorithm>
#include <initializer_list>

#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {
namespace {

constexpr std::size_t kBoxHead = 8;

struct Box {
  std::size_t at = 0;       ///< where its head begins
  std::size_t begin = 0;    ///< where its content begins
  std::size_t content = 0;  ///< bytes of it
  std::size_t end() const { return begin + content; }
};

/// The box that begins at `at` and ends within `end`.
Result<Box> box_at(std::string_view file, std::size_t at, std::size_t end) {
  constexpr std::size_t kLargeHead = 16;
  auto length = big_endian(file, at, 4);
  const bool is_large = length == 1;
  if (is_large) length = big_endian(file, at + kBoxHead, 8);
  if (length == 0) length = end - at;  // up to the end
  const auto head = is_large ? kLargeHead : kBoxHead;
  if (length < head || length > end - at) return fail(broken("a part that ends too early"));
  return Box{at, at + head, static_cast<std::size_t>(length) - head};
}

bool is_one_of(std::string_view type, std::initializer_list<std::string_view> types) {
  return std::find(types.begin(), types.end(), type) != types.end();
}

/// Places are kept, because others refer to them by number; what is not needed is overwritten.
class M4a {
 public:
  explicit M4a(std::string_view file) : file_(file) {}

  Result<Checked> check() {
    TRY(walk(0, file_.size(), [&](const Box& box) { return take(box); }));
    if (sounds_ == 0 || !has_data_) return fail(broken("no sound in it"));
    return Checked{Kind::m4a, std::move(file_)};
  }

 private:
  template <class F>
  Result<void> walk(std::size_t at, std::size_t end, F take_box) {
    while (at < end) {
      TRY_ASSIGN(const Box box, box_at(file_, at, end));
      TRY(take_box(box));
      at = box.end();
    }
    return {};
  }
  std::string_view type_of(const Box& box) const { return std::string_view(file_).substr(box.at + 4, 4); }
  void blank(const Box& box) {
    file_.replace(box.at + 4, 4, "free");
    std::fill_n(file_.begin() + static_cast<std::ptrdiff_t>(box.begin), box.content, '\0');
  }
  Result<void> take(const Box& box) {
    if (type_of(box) == "moov") return walk(box.begin, box.end(), [&](const Box& one) { return take_movie(one); });
    has_data_ = has_data_ || (type_of(box) == "mdat" && box.content > 0);
    if (is_one_of(type_of(box), {"ftyp", "mdat", "wide", "moof", "mfra", "sidx", "styp"})) return {};
    blank(box);
    return {};
  }
  Result<void> take_movie(const Box& box) {
    if (type_of(box) == "trak") return walk(box.begin, box.end(), [&](const Box& one) { return take_track(one); });
    if (!is_one_of(type_of(box), {"mvhd", "mvex", "iods"})) blank(box);
    return {};
  }
  Result<void> take_track(const Box& box) {
    if (type_of(box) == "mdia") return walk(box.begin, box.end(), [&](const Box& one) { return take_media(one); });
    if (!is_one_of(type_of(box), {"tkhd", "edts", "tref"})) blank(box);
    return {};
  }
  Result<void> take_media(const Box& box) {
    if (type_of(box) == "hdlr") {
      constexpr std::size_t kHandler = 8;
      if (!stands_at(file_, box.begin + kHandler, "soun")) return fail(holds_video());
      ++sounds_;
    } else if (!is_one_of(type_of(box), {"mdhd", "minf"})) {
      blank(box);
    }
    return {};
  }

  std::string file_;
  int sounds_ = 0;
  bool has_data_ = false;
};

}  // namespace

Result<Checked> check_m4a(std::string_view file) {
  const auto brand = piece(file, 8, 4);
  if (is_one_of(brand, {"heic", "heix", "heim", "heis", "mif1", "msf1", "avif", "avis", "hevc"})) {
    return fail(
        invalid("media.unknown", "Pictures of this kind cannot be sent (HEIC or AVIF). Save it as JPEG and try that."));
  }
  return M4a(file).check();
}

}  // namespace rapport::media
