#include "server/backup_manifest.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "base/bytes.hpp"
#include "base/descriptor.hpp"
#include "base/files.hpp"
#include "http/shape.hpp"

namespace rapport::server {
namespace {

constexpr std::size_t kMostManifest = std::size_t{64} * 1024;
constexpr std::int64_t kFormat = 1;

Error file_error(const std::string& path, std::string_view what) {
  return {ErrorKind::storage, "backup.file",
          fmt::format("The file {} cannot be {}: {}.", path, what, std::generic_category().message(errno))};
}

Error refused(const std::string& folder, std::string_view why) {
  return {ErrorKind::conflict, "backup.manifest", fmt::format("The backup in {} cannot be used: {}.", folder, why)};
}

/// A name that leads out of the folder is none of ours.
bool is_plain(const std::string& name) {
  return !name.empty() && name.find('/') == std::string::npos && name != "." && name != "..";
}

}  // namespace

Result<BackupFile> describe_file(const std::string& folder, const std::string& name) {
  const auto path = folder + "/" + name;
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file.is_open()) return fail(file_error(path, "opened"));
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, crypto_generichash_BYTES);
  std::vector<std::uint8_t> part(std::size_t{1024} * 1024);
  BackupFile described{name, 0, ""};
  for (;;) {
    const ssize_t count = ::read(file.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(file_error(path, "read"));
    if (count == 0) break;
    crypto_generichash_update(&state, part.data(), static_cast<unsigned long long>(count));
    described.bytes += count;
  }
  std::array<std::uint8_t, crypto_generichash_BYTES> digest{};
  crypto_generichash_final(&state, digest.data(), digest.size());
  described.digest = to_hex(digest);
  return described;
}

Result<void> write_manifest(const std::string& folder, const BackupManifest& manifest) {
  const auto path = folder + "/manifest.json";
  std::string text;
  http::write(text, manifest);
  text += '\n';
  const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.is_open() || !write_all(file.get(), as_bytes(text)) || ::fsync(file.get()) != 0 || !sync_folder_of(path)) {
    return fail(file_error(path, "written"));
  }
  return {};
}

Result<BackupManifest> read_manifest(const std::string& folder, const std::string& part) {
  TRY_ASSIGN(const auto text, read_file(folder + "/manifest.json", kMostManifest));
  const auto value = http::parse_json(text);
  if (!value) return fail(refused(folder, "manifest.json is no JSON"));
  const auto manifest = http::parse<BackupManifest>(*value);
  if (!manifest || manifest->format != kFormat) return fail(refused(folder, "manifest.json is none of this program's"));
  if (manifest->part != part)
    return fail(refused(folder, fmt::format("it holds the {}, not the {}", manifest->part, part)));
  for (const auto& file : manifest->files) {
    if (!is_plain(file.name)) return fail(refused(folder, "manifest.json names a file outside of its folder"));
    TRY_ASSIGN(const auto found, describe_file(folder, file.name));
    if (found.bytes != file.bytes || found.digest != file.digest) {
      return fail(refused(folder, fmt::format("{} is not what it was when the backup was made", file.name)));
    }
  }
  return *manifest;
}

}  // namespace rapport::server
