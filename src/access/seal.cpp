#include "access/seal.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace rapport::access {
namespace {

constexpr std::uint8_t kSealVersion = 1;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(SealKey::size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(SealKey::size == crypto_kdf_KEYBYTES);
static_assert(kSealOverhead == 1 + kNonceSize + kTagSize);
constexpr std::size_t kDigestSize = 32;

/// The version is authenticated: a later format cannot be passed off as this one.
Bytes with_version(BytesView associated_data) {
  Bytes whole;
  whole.reserve(associated_data.size() + 1);
  whole.push_back(kSealVersion);
  whole.insert(whole.end(), associated_data.begin(), associated_data.end());
  return whole;
}

Error seal_error(std::string code) {
  return Error{ErrorKind::internal, std::move(code), "Stored data could not be opened."};
}

}  // namespace

void ensure_crypto() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) throw std::runtime_error("the crypto library cannot start: no source of randomness");
}

SealKey SealKey::random() {
  ensure_crypto();
  SealKey key;
  randombytes_buf(key.bytes_.data(), key.bytes_.size());
  return key;
}

std::optional<SealKey> SealKey::from_bytes(BytesView bytes) {
  if (bytes.size() != size) return std::nullopt;
  SealKey key;
  std::copy(bytes.begin(), bytes.end(), key.bytes_.begin());
  return key;
}

SealKey::SealKey(SealKey&& other) noexcept : bytes_(other.bytes_) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

SealKey& SealKey::operator=(SealKey&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
  return *this;
}

SealKey::~SealKey() {
  sodium_memzero(bytes_.data(), bytes_.size());
}

SealKey SealKey::subkey(std::string_view context, std::uint64_t number) const {
  if (context.size() != crypto_kdf_CONTEXTBYTES) throw std::logic_error("a subkey's context has 8 characters");
  ensure_crypto();
  SealKey key;
  crypto_kdf_derive_from_key(key.bytes_.data(), key.bytes_.size(), number, context.data(), bytes_.data());
  return key;
}

Bytes seal(const SealKey& key, BytesView associated_data, std::string_view plaintext) {
  ensure_crypto();
  const Bytes bound = with_version(associated_data);
  Bytes sealed(kSealOverhead + plaintext.size());
  sealed[0] = kSealVersion;
  std::uint8_t* const nonce = sealed.data() + 1;
  randombytes_buf(nonce, kNonceSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceSize, nullptr, as_bytes(plaintext).data(), plaintext.size(),
                                             bound.data(), bound.size(), nullptr, nonce, key.bytes().data());
  return sealed;
}

Result<std::string> unseal(const SealKey& key, BytesView associated_data, BytesView sealed) {
  ensure_crypto();
  if (sealed.size() < kSealOverhead) return fail(seal_error("seal.broken"));
  if (sealed[0] != kSealVersion) return fail(seal_error("seal.unknown_version"));
  const Bytes bound = with_version(associated_data);
  const std::uint8_t* const nonce = sealed.data() + 1;
  std::string plaintext(sealed.size() - kSealOverhead, '\0');
  const int outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(plaintext.data()), nullptr, nullptr, nonce + kNonceSize,
      sealed.size() - 1 - kNonceSize, bound.data(), bound.size(), nonce, key.bytes().data());
  if (outcome != 0) return fail(seal_error("seal.broken"));
  return plaintext;
}

Bytes keyed_digest(const SealKey& key, std::string_view text) {
  ensure_crypto();
  Bytes digest(kDigestSize);
  crypto_generichash(digest.data(), digest.size(), as_bytes(text).data(), text.size(), key.bytes().data(),
                     key.bytes().size());
  return digest;
}

Bytes plain_digest(BytesView bytes) {
  ensure_crypto();
  Bytes digest(kDigestSize);
  crypto_generichash(digest.data(), digest.size(), bytes.data(), bytes.size(), nullptr, 0);
  return digest;
}

}  // namespace rapport::access
