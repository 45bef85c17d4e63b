#include "media/cursor.hpp"
#include "media/formats.hpp"
#include "media/riff.hpp"

namespace rapport::media {
namespace {

/// Samples as numbers, or in one of the two codings of telephones.
bool is_shown(std::string_view format) {
  constexpr std::uint64_t kExtensible = 0xFFFE;
  const auto coding = little_endian(format, 0, 2);
  const auto channels = little_endian(format, 2, 2);
  return format.size() >= 16 && (coding == 1 || coding == 3 || coding == 6 || coding == 7 || coding == kExtensible) &&
         channels >= 1 && channels <= 8 && little_endian(format, 4, 4) > 0;
}

}  // namespace

Result<Checked> check_wav(std::string_view file) {
  RiffReader reader(file);
  RiffWriter writer("WAVE");
  bool has_format = false;
  bool has_samples = false;
  while (const auto chunk = reader.next()) {
    const auto& [type, data] = *chunk;
    if (type == "fmt ") {
      if (has_format || !is_shown(data)) return fail(broken("a header that is none"));
      has_format = true;
    } else if (type == "data") {
      if (!has_format || has_samples || data.empty()) return fail(broken("no sound in it"));
      has_samples = true;
    } else if (type != "fact") {
      continue;
    }
    writer.add(type, data);
  }
  if (!has_samples) return fail(broken("no sound in it"));
  return Checked{Kind::wav, std::move(writer).take()};
}

}  // namespace rapport::media
