// Any bytes that call themselves a picture, a document or a sound: what is passed on of a file is taken again, as the
// same and unchanged, so that nothing which is left out could come back by sending it once more.
#include <cstdint>
#include <cstdlib>

#include "base/bytes.hpp"
#include "media/media.hpp"

namespace {
using namespace rapport;

void check_passed_on(const media::Checked& once, std::size_t size) {
  const auto twice = media::check(once.bytes);
  if (!twice || twice->kind != once.kind || twice->bytes != once.bytes) std::abort();
  if (twice->width != once.width || twice->height != once.height) std::abort();
  if (media::is_picture(once.kind) != (once.width > 0 && once.height > 0)) std::abort();
  if (once.width > 0 && once.width > media::kMostPixels / once.height) std::abort();
  constexpr std::size_t kWhichSideIsUp = 36;  // may stand in longer words where it came from
  if (once.bytes.size() > size + kWhichSideIsUp) std::abort();
}

void check_name(std::string_view name, media::Kind kind) {
  const auto clean = media::clean_name(name, kind);
  if (!is_utf8(clean) || clean.find_first_of(std::string_view("/\\\r\n\0", 5)) != std::string::npos) std::abort();
  if (clean.empty() || clean.front() == '.' || media::clean_name(clean, kind) != clean) std::abort();
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view file(reinterpret_cast<const char*>(data), size);
  const auto checked = media::check(file);
  if (checked) check_passed_on(*checked, size);
  if (!checked && checked.error().detail.empty()) std::abort();
  check_name(file.substr(0, 300), checked ? checked->kind : media::Kind::pdf);
  return 0;
}
