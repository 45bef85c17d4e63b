#pragma once
/// @file Sealing: XChaCha20-Poly1305 (IETF). What a client wrote is stored only like this. The associated data
/// (the row's id) ties a sealed text to its row: moved to another row it no longer opens.
///
/// Layout: a header, a nonce of 24 random bytes, ciphertext, tag of 16 bytes. The header is the byte 1, or, of the
/// later versions of a person's key, the byte 2 and the version (4 bytes, the highest first). It is authenticated
/// together with the associated data.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/result.hpp"

namespace rapport::access {

/// Throws std::runtime_error when the library cannot find randomness. Cheap after the first call; thread-safe.
void ensure_crypto();

/// 32 secret bytes. Moves, never copies, and is wiped when it goes.
class SealKey {
 public:
  static constexpr std::size_t size = 32;

  static SealKey random();
  /// Nothing unless there are exactly 32 bytes.
  static std::optional<SealKey> from_bytes(BytesView bytes);

  SealKey(SealKey&& other) noexcept;
  SealKey& operator=(SealKey&& other) noexcept;
  SealKey(const SealKey&) = delete;
  SealKey& operator=(const SealKey&) = delete;
  ~SealKey();

  BytesView bytes() const { return bytes_; }
  /// A key for one purpose; `context` has exactly 8 characters. One purpose's key tells nothing of another's.
  SealKey subkey(std::string_view context, std::uint64_t number = 1) const;

  /// A person's key is renewed now and then: what is sealed says with which version. 1 for every other key.
  std::int64_t version() const { return version_; }
  /// From now on this is that version, from 1 to kLastKeyVersion.
  void set_version(std::int64_t version) { version_ = version; }
  /// From now on this key also opens what another version of it sealed.
  void open_also(std::shared_ptr<const SealKey> other) { others_.push_back(std::move(other)); }
  /// This key, or one of those that were added; null when there is none of that version.
  const SealKey* of_version(std::int64_t version) const;

 private:
  SealKey() = default;
  std::array<std::uint8_t, size> bytes_{};
  std::int64_t version_ = 1;
  std::vector<std::shared_ptr<const SealKey>> others_;
};

inline constexpr std::int64_t kLastKeyVersion = 0xFFFF'FFFF;
/// What sealing adds to the length of a text, with the first version of a key.
inline constexpr std::size_t kSealOverhead = 1 + 24 + 16;

/// With what everything begins that a version of a key sealed. Of two versions the later one's is the greater, byte by
/// byte.
Bytes seal_header(std::int64_t key_version);

Bytes seal(const SealKey& key, BytesView associated_data, std::string_view plaintext);

/// An internal error ("seal.unknown_version", "seal.broken") when the bytes were cut, altered, moved to another
/// row or sealed with another key, or with a version of it that `key` does not open.
Result<std::string> unseal(const SealKey& key, BytesView associated_data, BytesView sealed);

/// Keyed BLAKE2b, 32 bytes.
Bytes keyed_digest(const SealKey& key, std::string_view text);
/// BLAKE2b without a key, 32 bytes.
Bytes plain_digest(BytesView bytes);

}  // namespace rapport::access
