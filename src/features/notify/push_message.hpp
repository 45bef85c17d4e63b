#pragma once
/// @file What is handed to a push service for one browser: a text that only that browser can read (RFC 8291), and the
/// word of who sends it (RFC 8292).
#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "access/seal.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace rapport::notify {

inline constexpr std::size_t kPointBytes = 65;       ///< of P-256, uncompressed
inline constexpr std::size_t kPushSecretBytes = 16;  ///< that a browser and its sender share

/// Where a browser can be reached, as it says itself.
struct PushTarget {
  std::string endpoint;  ///< https://…
  Bytes public_key;      ///< kPointBytes
  Bytes secret;          ///< kPushSecretBytes
};

/// Whether these bytes are a public key that something can be sealed for.
bool is_public_key(BytesView bytes);

/// A key pair of P-256. Throws std::runtime_error when OpenSSL fails.
class CurveKey {
 public:
  static CurveKey random();
  /// Always the same pair for the same key, for a purpose of its own.
  static CurveKey derived(const access::SealKey& key);
  /// `number`: 32 bytes, from 1 to the order of the curve less 1.
  static CurveKey from_number(BytesView number);

  const Bytes& public_key() const { return public_key_; }
  /// 32 bytes that both sides come to. `other` is a public key (is_public_key).
  Bytes shared_with(BytesView other) const;
  /// ECDSA with SHA-256: 64 bytes, r and s.
  Bytes sign(std::string_view text) const;

 private:
  struct Free {
    void operator()(void* key) const;
  };
  CurveKey(std::unique_ptr<void, Free> key, Bytes public_key)
      : key_(std::move(key)), public_key_(std::move(public_key)) {}
  std::unique_ptr<void, Free> key_;
  Bytes public_key_;
};

using PushSalt = std::array<std::uint8_t, 16>;

/// The body of a push message. `text` has at most 3,000 bytes; `once` and `salt` must never be used again.
Bytes seal_push(const PushTarget& target, std::string_view text, const CurveKey& once, const PushSalt& salt);
Bytes seal_push(const PushTarget& target, std::string_view text);

/// The header Authorization for a push service. `origin` is the service's, https://HOST; `contact` an https:// or
/// mailto: address of who sends. Good for 12 hours.
std::string push_authorization(const CurveKey& sender, std::string_view origin, std::string_view contact, Time now);

}  // namespace rapport::notify
