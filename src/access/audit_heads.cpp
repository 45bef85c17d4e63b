#include "access/audit_heads.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <system_error>

#include "base/descriptor.hpp"

namespace rapport::access {
namespace {

constexpr std::string_view kPurpose = "audithed";
/// Before what is signed, so that a signature of ours is never one of anything else.
constexpr std::string_view kDomain = "rapport audit head\n";
constexpr off_t kLongestLine = 512;
using Signature = std::array<std::uint8_t, crypto_sign_BYTES>;

Error heads_error(const std::string& file, std::string_view what) {
  return {ErrorKind::storage, "audit.heads",
          fmt::format("The file of the audit's heads, {}, cannot be {}: {}.", file, what,
                      std::generic_category().message(errno))};
}

struct KeyPair {
  explicit KeyPair(const SealKey& seed) {
    static_assert(SealKey::size == crypto_sign_SEEDBYTES);
    crypto_sign_seed_keypair(open.data(), secret.data(), seed.bytes().data());
  }
  ~KeyPair() { sodium_memzero(secret.data(), secret.size()); }
  KeyPair(const KeyPair&) = delete;
  KeyPair& operator=(const KeyPair&) = delete;
  std::array<std::uint8_t, crypto_sign_PUBLICKEYBYTES> open{};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
};

std::string signed_text(std::string_view words) {
  return std::string(kDomain).append(words);
}

/// The next word; `rest` is what follows it.
std::string_view take_word(std::string_view& rest) {
  const auto space = std::min(rest.find(' '), rest.size());
  const auto word = rest.substr(0, space);
  rest.remove_prefix(std::min(space + 1, rest.size()));
  return word;
}

std::optional<AuditHead> parse(std::string_view words) {
  const auto at = from_rfc3339(take_word(words));
  const auto number = take_word(words);
  auto link = from_hex(words);
  AuditHead head;
  const auto parsed = std::from_chars(number.data(), number.data() + number.size(), head.place);
  if (!at || !link || parsed.ec != std::errc() || parsed.ptr != number.data() + number.size()) return std::nullopt;
  head.at = *at;
  head.link = std::move(*link);
  return head;
}

/// A line that a power cut left unfinished must not run into the next.
bool ends_within_a_line(int file, off_t size) {
  char last = '\n';
  return size > 0 && ::pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

}  // namespace

HeadSigner::HeadSigner(const SealKey& root) : seed_(root.subkey(kPurpose)) {}

std::string HeadSigner::sign(const AuditHead& head) const {
  const auto words = fmt::format("{} {} {}", to_rfc3339(head.at), head.place, to_hex(head.link));
  const auto text = signed_text(words);
  const KeyPair keys(seed_);
  Signature signature{};
  crypto_sign_detached(signature.data(), nullptr, as_bytes(text).data(), text.size(), keys.secret.data());
  return words + ' ' + to_hex(signature);
}

std::optional<AuditHead> HeadSigner::open(std::string_view line) const {
  const auto space = line.rfind(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto signature = from_hex(line.substr(space + 1));
  if (!signature || signature->size() != crypto_sign_BYTES) return std::nullopt;
  const auto text = signed_text(line.substr(0, space));
  const KeyPair keys(seed_);
  if (crypto_sign_verify_detached(signature->data(), as_bytes(text).data(), text.size(), keys.open.data()) != 0) {
    return std::nullopt;
  }
  return parse(line.substr(0, space));
}

Result<void> append_head(const std::string& file, std::string_view line) {
  const Descriptor opened(::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  struct stat status{};
  if (!opened.is_open() || ::fstat(opened.get(), &status) != 0) return fail(heads_error(file, "opened"));
  const std::string text = (ends_within_a_line(opened.get(), status.st_size) ? "\n" : "") + std::string(line) + '\n';
  if (!write_all(opened.get(), as_bytes(text)) || ::fsync(opened.get()) != 0) return fail(heads_error(file, "written"));
  if (status.st_size == 0 && !sync_folder_of(file)) return fail(heads_error(file, "made durable"));
  return {};
}

Result<bool> each_head(const std::string& file, const std::function<void(std::int64_t, std::string_view)>& line) {
  errno = 0;
  std::ifstream opened(file, std::ios::binary);
  if (!opened && errno == ENOENT) return false;
  std::int64_t number = 0;
  for (std::string text; std::getline(opened, text);) line(++number, text);
  if (!opened.eof() || opened.bad()) return fail(heads_error(file, "read"));
  return true;
}

Result<std::optional<std::string>> last_head(const std::string& file) {
  const Descriptor opened(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!opened.is_open() && errno == ENOENT) return std::nullopt;
  struct stat status{};
  if (!opened.is_open() || ::fstat(opened.get(), &status) != 0) return fail(heads_error(file, "opened"));
  std::string end(static_cast<std::size_t>(std::min(status.st_size, kLongestLine)), '\0');
  const auto from = status.st_size - static_cast<off_t>(end.size());
  if (::pread(opened.get(), end.data(), end.size(), from) != static_cast<ssize_t>(end.size())) {
    return fail(heads_error(file, "read"));
  }
  if (end.empty()) return std::nullopt;
  if (end.back() == '\n') end.pop_back();
  return end.substr(end.rfind('\n') + 1);
}

}  // namespace rapport::access
