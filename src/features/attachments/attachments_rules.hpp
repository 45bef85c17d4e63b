#pragma once
/// @file Limits, and the step between a file and what is stored of it. No database and no route.
#include <string>
#include <string_view>
#include <vector>

#include "access/seal.hpp"
#include "config/settings.hpp"
#include "features/attachments/attachments_shapes.hpp"

namespace rapport::attachments {

struct Limits {
  std::int64_t largest = std::int64_t{10} * 1024 * 1024;   ///< bytes of one file
  std::int64_t of_message = 5;                             ///< files of one message
  std::int64_t per_day = std::int64_t{100} * 1024 * 1024;  ///< bytes of one person within a day
  std::string scanner = {};                                ///< see scanner.hpp; empty: files are not scanned
};
Limits limits_of(const config::Settings& settings);

/// How many parts a file of so many bytes has, and how long one of them is.
std::int64_t count_parts(std::int64_t bytes);
std::int64_t length_of_part(std::int64_t bytes, std::int64_t number);

/// Sealed under the client's key, tied to the file, and a part to its number.
/// What a sealed part, or kAbout, is tied to.
Bytes bound_to(AttachmentId file, std::int64_t number);
inline constexpr std::int64_t kAbout = -1;  ///< in place of the number, of what is said about the file
Bytes seal_part(const access::SealKey& key, AttachmentId file, std::int64_t number, std::string_view part);
Result<std::string> open_part(const access::SealKey& key, AttachmentId file, std::int64_t number, BytesView sealed);
std::vector<Bytes> seal_whole(const access::SealKey& key, AttachmentId file, std::string_view bytes);
Bytes seal_about(const access::SealKey& key, AttachmentId file, const About& about);
Result<About> open_about(const access::SealKey& key, const StoredAttachment& file);
Result<Attachment> open_attachment(const access::SealKey& key, const StoredAttachment& file);

/// The value of Content-Disposition: to be saved under this name, whatever is in it.
std::string as_download(std::string_view name);

}  // namespace rapport::attachments
