#include "access/seal.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace rapport::access {
namespace {

constexpr std::uint8_t kFirstKeysFormat = 1;
constexpr std::uint8_t kLaterKeysFormat = 2;
constexpr std::size_t kVersionSize = 4;
constexpr std::size_t kNonceSize = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagSize = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(SealKey::size == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
static_assert(SealKey::size == crypto_kdf_KEYBYTES);
static_assert(kSealOverhead == 1 + kNonceSize + kTagSize);
constexpr std::size_t kDigestSize = 32;

/// The header is authenticated: what a key sealed cannot be passed off as another's.
Bytes with_header(BytesView header, BytesView associated_data) {
  Bytes whole;
  whole.reserve(header.size() + associated_data.size());
  whole.insert(whole.end(), header.begin(), header.end());
  whole.insert(whole.end(), associated_data.begin(), associated_data.end());
  return whole;
}

/// The version of the key, and how long the header is; nothing of an unknown format.
std::optional<std::int64_t> version_in(BytesView sealed, std::size_t& header_size) {
  if (sealed[0] == kFirstKeysFormat) {
    header_size = 1;
    return 1;
  }
  if (sealed[0] != kLaterKeysFormat) return std::nullopt;
  header_size = 1 + kVersionSize;
  std::int64_t version = 0;
  for (const auto byte : sealed.subspan(1, kVersionSize)) version = version * 256 + byte;
  return version;
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

SealKey::SealKey(SealKey&& other) noexcept
    : bytes_(other.bytes_), version_(other.version_), others_(std::move(other.others_)) {
  sodium_memzero(other.bytes_.data(), other.bytes_.size());
}

SealKey& SealKey::operator=(SealKey&& other) noexcept {
  if (this == &other) return *this;
  bytes_ = other.bytes_;
  version_ = other.version_;
  others_ = std::move(other.others_);
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

const SealKey* SealKey::of_version(std::int64_t version) const {
  if (version == version_) return this;
  for (const auto& other : others_) {
    if (other->version_ == version) return other.get();
  }
  return nullptr;
}

Bytes seal_header(std::int64_t key_version) {
  if (key_version == 1) return {kFirstKeysFormat};
  Bytes header{kLaterKeysFormat};
  for (int shift = 24; shift >= 0; shift -= 8) header.push_back(static_cast<std::uint8_t>(key_version >> shift));
  return header;
}

Bytes seal(const SealKey& key, BytesView associated_data, std::string_view plaintext) {
  ensure_crypto();
  Bytes sealed = seal_header(key.version());
  const std::size_t header_size = sealed.size();
  const Bytes bound = with_header(sealed, associated_data);
  sealed.resize(header_size + kNonceSize + plaintext.size() + kTagSize);
  std::uint8_t* const nonce = sealed.data() + header_size;
  randombytes_buf(nonce, kNonceSize);
  crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + kNonceSize, nullptr, as_bytes(plaintext).data(), plaintext.size(),
                                             bound.data(), bound.size(), nullptr, nonce, key.bytes().data());
  return sealed;
}

Result<std::string> unseal(const SealKey& key, BytesView associated_data, BytesView sealed) {
  ensure_crypto();
  if (sealed.size() < kSealOverhead) return fail(seal_error("seal.broken"));
  std::size_t header_size = 0;
  const auto version = version_in(sealed, header_size);
  if (!version) return fail(seal_error("seal.unknown_version"));
  const SealKey* const own = key.of_version(*version);
  if (own == nullptr || sealed.size() < header_size + kNonceSize + kTagSize) return fail(seal_error("seal.broken"));
  const Bytes bound = with_header(sealed.first(header_size), associated_data);
  const std::uint8_t* const nonce = sealed.data() + header_size;
  std::string plaintext(sealed.size() - header_size - kNonceSize - kTagSize, '\0');
  const int outcome = crypto_aead_xchacha20poly1305_ietf_decrypt(
      reinterpret_cast<unsigned char*>(plaintext.data()), nullptr, nullptr, nonce + kNonceSize,
      sealed.size() - header_size - kNonceSize, bound.data(), bound.size(), nonce, own->bytes().data());
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
