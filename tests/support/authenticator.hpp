#pragma once
/// @file For tests: a device that makes a passkey and answers with it, as a browser would hand that on.
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <sodium.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "webauthn/webauthn.hpp"

namespace rapport::testing {

/// What is sent to the server. Of a new passkey there is no signature.
struct Sent {
  std::string client_data;
  Bytes authenticator_data;
  Bytes signature = {};
  webauthn::Registration registration() const { return {as_bytes(client_data), authenticator_data}; }
  webauthn::Assertion assertion() const { return {as_bytes(client_data), authenticator_data, signature}; }
};

class Authenticator {
 public:
  explicit Authenticator(webauthn::Algorithm algorithm = webauthn::Algorithm::es256)
      : algorithm_(algorithm), key_(make_key(algorithm), EVP_PKEY_free) {
    if (sodium_init() < 0 || !key_) throw std::runtime_error("no key could be made");
    randombytes_buf(id.data(), id.size());
  }

  Bytes id = Bytes(20);
  std::uint32_t sign_count = 0;  ///< raised by each answer, unless `counts` is off
  bool counts = true;
  std::uint8_t flags = kPresent | kVerified;
  static constexpr std::uint8_t kPresent = 0x01;
  static constexpr std::uint8_t kVerified = 0x04;

  Sent make(const webauthn::Site& site, const std::string& challenge) const {
    Sent sent{client_data("webauthn.create", site.origin, challenge), beginning(site, flags | kHasCredential)};
    auto& data = sent.authenticator_data;
    data.insert(data.end(), 16, 0);  // the make of the device, which is not told
    append(data, {static_cast<std::uint8_t>(id.size() >> 8U), static_cast<std::uint8_t>(id.size())});
    append(data, id);
    append(data, public_key());
    return sent;
  }
  Sent answer(const webauthn::Site& site, const std::string& challenge) {
    if (counts) ++sign_count;
    Sent sent{client_data("webauthn.get", site.origin, challenge), beginning(site, flags)};
    sent.signature = sign(sent);
    return sent;
  }
  /// Of whatever stands in the other two, so that a test may change them first.
  Bytes sign(const Sent& sent) const {
    auto message = sent.authenticator_data;
    append(message, digest(sent.client_data));
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    const auto* md = algorithm_ == webauthn::Algorithm::eddsa ? nullptr : EVP_sha256();
    std::size_t size = 512;
    Bytes signature(size);
    if (EVP_DigestSignInit(context.get(), nullptr, md, nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
      throw std::runtime_error("it could not be signed");
    }
    signature.resize(size);
    return signature;
  }
  static std::string client_data(const std::string& type, const std::string& origin, const std::string& challenge) {
    return R"({"type":")" + type + R"(","challenge":")" + challenge + R"(","origin":")" + origin +
           R"(","crossOrigin":false})";
  }

 private:
  static constexpr std::uint8_t kHasCredential = 0x40;

  static EVP_PKEY* make_key(webauthn::Algorithm algorithm) {
    constexpr std::size_t rsa_bits = 2048;
    switch (algorithm) {
      case webauthn::Algorithm::es256:
        return EVP_EC_gen("P-256");
      case webauthn::Algorithm::eddsa:
        return EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
      case webauthn::Algorithm::rs256:
        return EVP_RSA_gen(rsa_bits);
    }
    return nullptr;
  }
  static void append(Bytes& to, BytesView more) { to.insert(to.end(), more.begin(), more.end()); }
  static void append(Bytes& to, std::initializer_list<std::uint8_t> more) {
    to.insert(to.end(), more.begin(), more.end());
  }
  static Bytes digest(std::string_view text) {
    Bytes made(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(made.data(), as_bytes(text).data(), text.size());
    return made;
  }
  Bytes beginning(const webauthn::Site& site, unsigned with_flags) const {
    auto data = digest(site.rp_id);
    append(data, {static_cast<std::uint8_t>(with_flags), static_cast<std::uint8_t>(sign_count >> 24U),
                  static_cast<std::uint8_t>(sign_count >> 16U), static_cast<std::uint8_t>(sign_count >> 8U),
                  static_cast<std::uint8_t>(sign_count)});
    return data;
  }
  Bytes number(const char* name) const {
    BIGNUM* found = nullptr;
    EVP_PKEY_get_bn_param(key_.get(), name, &found);
    const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> owned(found, BN_free);
    Bytes bytes(static_cast<std::size_t>(algorithm_ == webauthn::Algorithm::rs256 ? 256 : 32));
    BN_bn2binpad(found, bytes.data(), static_cast<int>(bytes.size()));
    return bytes;
  }
  /// As COSE (RFC 9053) in CBOR.
  Bytes public_key() const {
    Bytes cose;
    switch (algorithm_) {
      case webauthn::Algorithm::es256:
        append(cose, {0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20});
        append(cose, number("qx"));
        append(cose, {0x22, 0x58, 0x20});
        append(cose, number("qy"));
        break;
      case webauthn::Algorithm::eddsa: {
        Bytes point(32);
        std::size_t size = point.size();
        EVP_PKEY_get_raw_public_key(key_.get(), point.data(), &size);
        append(cose, {0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20});
        append(cose, point);
        break;
      }
      case webauthn::Algorithm::rs256:
        append(cose, {0xa4, 0x01, 0x03, 0x03, 0x39, 0x01, 0x00, 0x20, 0x59, 0x01, 0x00});
        append(cose, number("n"));
        append(cose, {0x21, 0x43, 0x01, 0x00, 0x01});
        break;
    }
    return cose;
  }

  webauthn::Algorithm algorithm_;
  std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

}  // namespace rapport::testing
