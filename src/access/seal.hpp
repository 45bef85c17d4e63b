#pragma once
/// @file Sealing: XChaCha20-Poly1305 (IETF). What a client wrote is stored only like this. The associated data
/// (the row's id) ties a sealed text to its row: moved to another row it no longer opens.
///
/// Layout: version byte 1, nonce of 24 random bytes, ciphertext, tag of 16 bytes. The version byte is
/// authenticated together with the associated data.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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

 private:
  SealKey() = default;
  std::array<std::uint8_t, size> bytes_{};
};

/// What sealing adds to the length of a text.
inline constexpr std::size_t kSealOverhead = 1 + 24 + 16;

Bytes seal(const SealKey& key, BytesView associated_data, std::string_view plaintext);

/// An internal error ("seal.unknown_version", "seal.broken") when the bytes were cut, altered, moved to another
/// row or sealed with another key.
Result<std::string> unseal(const SealKey& key, BytesView associated_data, BytesView sealed);

/// Keyed BLAKE2b, 32 bytes.
Bytes keyed_digest(const SealKey& key, std::string_view text);
/// BLAKE2b without a key, 32 bytes.
Bytes plain_digest(BytesView bytes);

}  // namespace rapport::access
