#include "access/tokens.hpp"

#include <sodium.h>

#include <array>

#include "access/seal.hpp"

namespace rapport::access {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr int kBase64Form = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

}  // namespace

std::string to_base64url(BytesView bytes) {
  std::string text(sodium_base64_encoded_len(bytes.size(), kBase64Form), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(), kBase64Form);
  text.pop_back();  // the terminating NUL
  return text;
}

std::optional<Bytes> from_base64url(std::string_view text) {
  Bytes bytes(text.size() * 3 / 4 + 1);
  std::size_t length = 0;
  if (sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(), nullptr, &length, nullptr, kBase64Form) !=
      0) {
    return std::nullopt;
  }
  bytes.resize(length);
  // The library takes some bytes beyond ASCII for letters: one text for one meaning.
  if (to_base64url(bytes) != text) return std::nullopt;
  return bytes;
}

std::string random_token() {
  ensure_crypto();
  std::array<std::uint8_t, kTokenBytes> random{};
  randombytes_buf(random.data(), random.size());
  std::string token = to_base64url(random);
  sodium_memzero(random.data(), random.size());
  return token;
}

}  // namespace rapport::access
