#include "media/media.hpp"

#include <algorithm>
#include <array>

#include "base/ascii.hpp"
#include "base/bytes.hpp"
#include "media/cursor.hpp"
#include "media/formats.hpp"

namespace rapport::media {
namespace {

struct Format {
  Kind kind;
  std::string_view type;
  std::string_view ending;
  std::string_view other_ending;
};
constexpr std::array<Format, 9> kFormats{{
    {Kind::pdf, "application/pdf", ".pdf", ".pdf"},
    {Kind::jpeg, "image/jpeg", ".jpg", ".jpeg"},
    {Kind::png, "image/png", ".png", ".png"},
    {Kind::webp, "image/webp", ".webp", ".webp"},
    {Kind::ogg, "audio/ogg", ".ogg", ".opus"},
    {Kind::mp3, "audio/mpeg", ".mp3", ".mp3"},
    {Kind::m4a, "audio/mp4", ".m4a", ".mp4"},
    {Kind::wav, "audio/wav", ".wav", ".wav"},
    {Kind::webm, "audio/webm", ".webm", ".weba"},
}};

const Format& format_of(Kind kind) {
  return *std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& one) { return one.kind == kind; });
}

constexpr std::size_t kLongestStem = 95;  // letters before the ending

/// What is not seen, or makes what follows read otherwise than it stands: controls, marks of direction, joiners.
bool is_unseen(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0xAD || c == 0x61C || c == 0x180E ||
         (c >= 0x200B && c <= 0x200F) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF0 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

struct Letter {
  char32_t point;
  std::string_view bytes;
};
/// The first code point of a text that is not empty; a byte that begins none is one that is not seen.
Letter first_letter(std::string_view text) {
  const auto lead = byte_at(text, 0);
  const std::size_t length = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  const auto bytes = piece(text, 0, length);
  if (!is_utf8(bytes)) return {0, text.substr(0, 1)};
  if (length == 1) return {lead, bytes};
  char32_t point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = point << 6U | (byte_at(bytes, i) & 0x3FU);
  return {point, bytes};
}

/// At most so many letters of a name, without what is not seen.
std::string seen_letters(std::string_view name, std::size_t most) {
  std::string seen;
  for (std::size_t count = 0; !name.empty() && count < most;) {
    const auto [point, bytes] = first_letter(name);
    name.remove_prefix(bytes.size());
    if (is_unseen(point)) continue;
    seen += bytes;
    ++count;
  }
  return seen;
}

std::string trimmed(std::string_view name) {
  const auto begin = name.find_first_not_of(" .");
  if (begin == std::string_view::npos) return {};
  return std::string(name.substr(begin, name.find_last_not_of(" .") - begin + 1));
}

/// The ending as the name writes it, or the usual one where it has none.
std::string ending_of(std::string_view name, const Format& format) {
  const auto lower = lower_case(name);
  for (const auto ending : {format.ending, format.other_ending}) {
    if (lower.ends_with(ending)) return std::string(name.substr(name.size() - ending.size()));
  }
  return std::string(format.ending);
}

}  // namespace

std::string_view media_type(Kind kind) {
  return format_of(kind).type;
}

bool is_picture(Kind kind) {
  return kind == Kind::jpeg || kind == Kind::png || kind == Kind::webp;
}

std::string clean_name(std::string_view name, Kind kind) {
  const auto folders = name.find_last_of("/\\");
  if (folders != std::string_view::npos) name.remove_prefix(folders + 1);
  auto clean = trimmed(seen_letters(name, std::string_view::npos));
  const auto ending = ending_of(clean, format_of(kind));
  if (clean.ends_with(ending)) clean.resize(clean.size() - ending.size());
  clean = trimmed(seen_letters(clean, kLongestStem));
  return (clean.empty() ? "file" : clean) + ending;
}

Error broken(std::string_view what) {
  return invalid("media.broken", "This file is not whole, or holds more than it should (" + std::string(what) +
                                     "). Save it again as what it is, and try that.");
}

Error holds_video() {
  return invalid("media.video", "This file holds a film. Only sound can be sent.");
}

Error is_moving() {
  return invalid("media.moving", "This picture moves. Only pictures that stand still can be sent.");
}

Result<void> check_size(std::int64_t width, std::int64_t height) {
  if (width <= 0 || height <= 0) return fail(broken("a picture without size"));
  if (width <= kMostPixels / height) return {};
  return fail(invalid("media.pixels", "This picture has more than 64 million pixels. Make it smaller and try again."));
}

Result<Checked> check(std::string_view bytes) {
  if (bytes.starts_with("%PDF-")) return check_pdf(bytes);
  if (bytes.starts_with("\xFF\xD8\xFF")) return check_jpeg(bytes);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) return check_png(bytes);
  if (bytes.starts_with("RIFF") && stands_at(bytes, 8, "WEBP")) return check_webp(bytes);
  if (bytes.starts_with("RIFF") && stands_at(bytes, 8, "WAVE")) return check_wav(bytes);
  if (bytes.starts_with("OggS")) return check_ogg(bytes);
  if (stands_at(bytes, 4, "ftyp")) return check_m4a(bytes);
  if (bytes.starts_with("\x1A\x45\xDF\xA3")) return check_webm(bytes);
  if (bytes.starts_with("ID3") || (byte_at(bytes, 0) == 0xFF && (byte_at(bytes, 1) & 0xE6U) == 0xE2U)) {
    return check_mp3(bytes);
  }
  return fail(invalid("media.unknown",
                      "Files of this kind cannot be sent. Pictures can be sent as JPEG, PNG or WebP, documents as PDF, "
                      "sound as MP3, M4A, Ogg, WAV or WebM."));
}

}  // namespace rapport::media
