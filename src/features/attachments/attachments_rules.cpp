#include "features/attachments/attachments_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "http/shape.hpp"

namespace rapport::attachments {
namespace {

constexpr std::int64_t kMebibyte = std::int64_t{1024} * 1024;

}  // namespace

Bytes bound_to(AttachmentId file, std::int64_t number) {
  Bytes bound = copy_of(file.bytes());
  for (unsigned shift = 0; shift < 64; shift += 8) {
    bound.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift));
  }
  return bound;
}

Limits limits_of(const config::Settings& settings) {
  return {settings.attachments_largest_mib * kMebibyte, settings.attachments_of_message,
          settings.attachments_mib_per_day * kMebibyte, settings.attachments_clamd};
}

std::int64_t count_parts(std::int64_t bytes) {
  return (bytes + kPartBytes - 1) / kPartBytes;
}

std::int64_t length_of_part(std::int64_t bytes, std::int64_t number) {
  return std::clamp<std::int64_t>(bytes - number * kPartBytes, 0, kPartBytes);
}

Bytes seal_part(const access::SealKey& key, AttachmentId file, std::int64_t number, std::string_view part) {
  return access::seal(key, bound_to(file, number), part);
}

Result<std::string> open_part(const access::SealKey& key, AttachmentId file, std::int64_t number, BytesView sealed) {
  return access::unseal(key, bound_to(file, number), sealed);
}

std::vector<Bytes> seal_whole(const access::SealKey& key, AttachmentId file, std::string_view bytes) {
  std::vector<Bytes> parts;
  for (std::int64_t number = 0; number < count_parts(std::ssize(bytes)); ++number) {
    parts.push_back(
        seal_part(key, file, number,
                  bytes.substr(static_cast<std::size_t>(number * kPartBytes), static_cast<std::size_t>(kPartBytes))));
  }
  return parts;
}

Bytes seal_about(const access::SealKey& key, AttachmentId file, const About& about) {
  std::string text;
  http::write(text, about);
  return access::seal(key, bound_to(file, kAbout), text);
}

Result<About> open_about(const access::SealKey& key, const StoredAttachment& file) {
  TRY_ASSIGN(const auto text, access::unseal(key, bound_to(file.id, kAbout), file.sealed_about));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<About>(value);
}

Result<Attachment> open_attachment(const access::SealKey& key, const StoredAttachment& file) {
  TRY_ASSIGN(auto about, open_about(key, file));
  return Attachment{file.id,     std::move(about.name), std::move(about.type),       file.bytes,
                    about.width, about.height,          std::move(about.description)};
}

std::string as_download(std::string_view name) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string plain;
  std::string encoded;
  for (const char c : name) {
    const bool is_plain = kPlain.find(c) != std::string_view::npos;
    encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    plain += is_plain ? c : '_';
  }
  return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
}

}  // namespace rapport::attachments
