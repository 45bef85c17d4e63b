#pragma once
/// @file One function for each format: the file as it is passed on, or why it is not taken. They are called with files
/// that begin as the format does.
#include "media/media.hpp"

namespace rapport::media {

Result<Checked> check_pdf(std::string_view file);
/// Without EXIF (but for which side is up), XMP, IPTC, comments, previews and whatever follows the picture.
Result<Checked> check_jpeg(std::string_view file);
/// Without texts, times, EXIF and chunks that are not needed to show it; its checksums are right.
Result<Checked> check_png(std::string_view file);
/// Without EXIF and XMP.
Result<Checked> check_webp(std::string_view file);
/// Opus or Vorbis, nothing beside it; its checksums are right.
Result<Checked> check_ogg(std::string_view file);
/// Without ID3 and other tags.
Result<Checked> check_mp3(std::string_view file);
/// Sound alone; names, places and covers are overwritten with zeros.
Result<Checked> check_m4a(std::string_view file);
/// Format and samples alone.
Result<Checked> check_wav(std::string_view file);
/// Sound alone.
Result<Checked> check_webm(std::string_view file);

Error broken(std::string_view what);
Error holds_video();
Error is_moving();
/// Error: "media.broken" for a picture without area, "media.pixels" for one that is too large.
Result<void> check_size(std::int64_t width, std::int64_t height);

}  // namespace rapport::media
