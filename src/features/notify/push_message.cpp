#include "features/notify/push_message.hpp"

#include <fmt/format.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>
#include <openssl/rand.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <stdexcept>

#include "access/tokens.hpp"

namespace rapport::notify {
namespace {

constexpr std::size_t kNumberBytes = 32;
constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kContentKeyBytes = 16;
constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kLongestText = 3000;
constexpr std::uint32_t kRecordBytes = 4096;
constexpr std::chrono::hours kTrustedFor{12};

struct Free {
  void operator()(BIGNUM* it) const { BN_clear_free(it); }
  void operator()(EC_GROUP* it) const { EC_GROUP_free(it); }
  void operator()(EC_POINT* it) const { EC_POINT_free(it); }
  void operator()(OSSL_PARAM_BLD* it) const { OSSL_PARAM_BLD_free(it); }
  void operator()(OSSL_PARAM* it) const { OSSL_PARAM_free(it); }
  void operator()(EVP_PKEY* it) const { EVP_PKEY_free(it); }
  void operator()(EVP_PKEY_CTX* it) const { EVP_PKEY_CTX_free(it); }
  void operator()(EVP_MD_CTX* it) const { EVP_MD_CTX_free(it); }
  void operator()(EVP_CIPHER_CTX* it) const { EVP_CIPHER_CTX_free(it); }
  void operator()(ECDSA_SIG* it) const { ECDSA_SIG_free(it); }
};
template <class T>
using Own = std::unique_ptr<T, Free>;

[[noreturn]] void fail_here() {
  throw std::runtime_error("OpenSSL does not do what push messages need");
}
template <class T>
Own<T> made(T* it) {
  if (it == nullptr) fail_here();
  return Own<T>(it);
}
void must(bool done) {
  if (!done) fail_here();
}

int size_of(std::size_t size) {
  return static_cast<int>(size);
}

Own<BIGNUM> to_number(BytesView bytes) {
  return made(BN_bin2bn(bytes.data(), size_of(bytes.size()), nullptr));
}

Own<EC_GROUP> curve() {
  return made(EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1));
}

/// Of a public key alone, or of a pair.
Own<EVP_PKEY> to_key(BytesView public_key, const BIGNUM* number) {
  const auto build = made(OSSL_PARAM_BLD_new());
  must(OSSL_PARAM_BLD_push_utf8_string(build.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1);
  must(OSSL_PARAM_BLD_push_octet_string(build.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key.data(), public_key.size()) ==
       1);
  if (number != nullptr) must(OSSL_PARAM_BLD_push_BN(build.get(), OSSL_PKEY_PARAM_PRIV_KEY, number) == 1);
  const auto parameters = made(OSSL_PARAM_BLD_to_param(build.get()));
  const auto context = made(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr));
  EVP_PKEY* key = nullptr;
  must(EVP_PKEY_fromdata_init(context.get()) == 1);
  must(EVP_PKEY_fromdata(context.get(), &key, number == nullptr ? EVP_PKEY_PUBLIC_KEY : EVP_PKEY_KEYPAIR,
                         parameters.get()) == 1);
  return made(key);
}

Bytes point_of(const BIGNUM& number) {
  const auto group = curve();
  const auto point = made(EC_POINT_new(group.get()));
  must(EC_POINT_mul(group.get(), point.get(), &number, nullptr, nullptr, nullptr) == 1);
  Bytes bytes(kPointBytes);
  must(EC_POINT_point2oct(group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED, bytes.data(), bytes.size(),
                          nullptr) == kPointBytes);
  return bytes;
}

Bytes hmac(BytesView key, BytesView text) {
  Bytes digest(kHashBytes);
  must(HMAC(EVP_sha256(), key.data(), size_of(key.size()), text.data(), text.size(), digest.data(), nullptr) !=
       nullptr);
  return digest;
}

void append(Bytes& to, BytesView more) {
  to.insert(to.end(), more.begin(), more.end());
}

/// HKDF (RFC 5869) for no more than one hash: `from` is what was extracted.
Bytes expand(BytesView from, BytesView about, std::size_t length) {
  Bytes text(about.begin(), about.end());
  text.push_back(1);
  auto bytes = hmac(from, text);
  bytes.resize(length);
  return bytes;
}

/// With the NUL at its end that the standards put after these words.
Bytes words(std::string_view text) {
  Bytes bytes(text.begin(), text.end());
  bytes.push_back(0);
  return bytes;
}

/// RFC 8291, 3.4: what both sides make of their keys and of what they share.
Bytes first_secret(const PushTarget& target, const CurveKey& once) {
  auto about = words("WebPush: info");
  append(about, target.public_key);
  append(about, once.public_key());
  return expand(hmac(target.secret, once.shared_with(target.public_key)), about, kHashBytes);
}

/// AES-128-GCM: as long as the text and kTagBytes more.
Bytes encrypt(BytesView key, BytesView nonce, BytesView text) {
  const auto context = made(EVP_CIPHER_CTX_new());
  Bytes sealed(text.size() + kTagBytes);
  int length = 0;
  must(EVP_EncryptInit_ex(context.get(), EVP_aes_128_gcm(), nullptr, key.data(), nonce.data()) == 1);
  must(EVP_EncryptUpdate(context.get(), sealed.data(), &length, text.data(), size_of(text.size())) == 1);
  must(EVP_EncryptFinal_ex(context.get(), sealed.data() + length, &length) == 1);
  must(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, size_of(kTagBytes), sealed.data() + text.size()) == 1);
  return sealed;
}

std::string to_json_base64(const boost::json::object& object) {
  return access::to_base64url(as_bytes(boost::json::serialize(object)));
}

}  // namespace

bool is_public_key(BytesView bytes) {
  constexpr std::uint8_t uncompressed = 4;
  if (bytes.size() != kPointBytes || bytes.front() != uncompressed) return false;
  const auto group = curve();
  const auto point = made(EC_POINT_new(group.get()));
  return EC_POINT_oct2point(group.get(), point.get(), bytes.data(), bytes.size(), nullptr) == 1;
}

void CurveKey::Free::operator()(void* key) const {
  EVP_PKEY_free(static_cast<EVP_PKEY*>(key));
}

CurveKey CurveKey::from_number(BytesView number) {
  const auto scalar = to_number(number);
  auto point = point_of(*scalar);
  auto key = to_key(point, scalar.get());
  return {std::unique_ptr<void, Free>(key.release()), std::move(point)};
}

CurveKey CurveKey::random() {
  const auto group = curve();
  const auto number = made(BN_secure_new());
  do {
    must(BN_priv_rand_range(number.get(), EC_GROUP_get0_order(group.get())) == 1);
  } while (BN_is_zero(number.get()) == 1);
  Bytes bytes(kNumberBytes);
  must(BN_bn2binpad(number.get(), bytes.data(), size_of(bytes.size())) == size_of(kNumberBytes));
  return from_number(bytes);
}

CurveKey CurveKey::derived(const access::SealKey& key) {
  // 64 bytes, so that what is left of them by the curve's order is as good as even.
  Bytes wide = access::keyed_digest(key, "push 1");
  append(wide, access::keyed_digest(key, "push 2"));
  const auto group = curve();
  const auto below = made(BN_dup(EC_GROUP_get0_order(group.get())));
  const auto number = to_number(wide);
  std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> context(BN_CTX_new(), BN_CTX_free);
  must(context != nullptr && BN_sub_word(below.get(), 1) == 1);
  must(BN_mod(number.get(), number.get(), below.get(), context.get()) == 1 && BN_add_word(number.get(), 1) == 1);
  Bytes bytes(kNumberBytes);
  must(BN_bn2binpad(number.get(), bytes.data(), size_of(bytes.size())) == size_of(kNumberBytes));
  return from_number(bytes);
}

Bytes CurveKey::shared_with(BytesView other) const {
  const auto theirs = to_key(other, nullptr);
  const auto context = made(EVP_PKEY_CTX_new(static_cast<EVP_PKEY*>(key_.get()), nullptr));
  Bytes secret(kHashBytes);
  std::size_t length = secret.size();
  must(EVP_PKEY_derive_init(context.get()) == 1 && EVP_PKEY_derive_set_peer(context.get(), theirs.get()) == 1);
  must(EVP_PKEY_derive(context.get(), secret.data(), &length) == 1 && length == kHashBytes);
  return secret;
}

Bytes CurveKey::sign(std::string_view text) const {
  const auto context = made(EVP_MD_CTX_new());
  const auto bytes = as_bytes(text);
  std::size_t length = 0;
  must(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, static_cast<EVP_PKEY*>(key_.get())) == 1);
  must(EVP_DigestSign(context.get(), nullptr, &length, bytes.data(), bytes.size()) == 1);
  Bytes der(length);
  must(EVP_DigestSign(context.get(), der.data(), &length, bytes.data(), bytes.size()) == 1);
  const unsigned char* at = der.data();
  const auto signature = made(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(length)));
  Bytes both(2 * kNumberBytes);
  must(BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), both.data(), size_of(kNumberBytes)) > 0);
  must(BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), both.data() + kNumberBytes, size_of(kNumberBytes)) > 0);
  return both;
}

Bytes seal_push(const PushTarget& target, std::string_view text, const CurveKey& once, const PushSalt& salt) {
  if (text.size() > kLongestText) throw std::logic_error("a push message is too long");
  const auto secret = hmac(salt, first_secret(target, once));
  const auto key = expand(secret, words("Content-Encoding: aes128gcm"), kContentKeyBytes);
  const auto nonce = expand(secret, words("Content-Encoding: nonce"), kNonceBytes);
  Bytes plain(text.begin(), text.end());
  plain.push_back(2);  // the last record
  Bytes body(salt.begin(), salt.end());
  for (const int shift : {24, 16, 8, 0}) body.push_back(static_cast<std::uint8_t>(kRecordBytes >> shift));
  body.push_back(static_cast<std::uint8_t>(kPointBytes));
  append(body, once.public_key());
  append(body, encrypt(key, nonce, plain));
  return body;
}

Bytes seal_push(const PushTarget& target, std::string_view text) {
  PushSalt salt{};
  must(RAND_bytes(salt.data(), size_of(salt.size())) == 1);
  return seal_push(target, text, CurveKey::random(), salt);
}

std::string push_authorization(const CurveKey& sender, std::string_view origin, std::string_view contact, Time now) {
  const auto until = std::chrono::duration_cast<std::chrono::seconds>((now + kTrustedFor).time_since_epoch()).count();
  const auto signed_part = to_json_base64({{"typ", "JWT"}, {"alg", "ES256"}}) + "." +
                           to_json_base64({{"aud", origin}, {"exp", until}, {"sub", contact}});
  return fmt::format("vapid t={}.{}, k={}", signed_part, access::to_base64url(sender.sign(signed_part)),
                     access::to_base64url(sender.public_key()));
}

}  // namespace rapport::notify
