#include "features/log_in/totp.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace rapport::log_in {
namespace {

constexpr std::chrono::seconds kStep{30};
constexpr std::size_t kDigits = 6;

/// Anything but letters and digits with its percent sign.
std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string without_blanks(std::string_view code) {
  std::string digits;
  for (const char c : code) {
    if (c != ' ') digits.push_back(c);
  }
  return digits;
}

}  // namespace

std::int64_t code_step(Time now) {
  return std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) / kStep;
}

std::string code_at(BytesView secret, std::int64_t step) {
  constexpr std::size_t counter_bytes = 8;
  std::array<std::uint8_t, counter_bytes> counter{};
  auto rest = static_cast<std::uint64_t>(step);
  for (std::size_t i = counter_bytes; i-- > 0; rest >>= 8U) counter[i] = static_cast<std::uint8_t>(rest);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> mac{};
  unsigned length = 0;
  if (HMAC(EVP_sha1(), secret.data(), static_cast<int>(secret.size()), counter.data(), counter.size(), mac.data(),
           &length) == nullptr) {
    throw std::runtime_error("the crypto library computes no HMAC");
  }
  const std::size_t at = mac[length - 1] & 0xFU;  // RFC 4226, 5.3
  const std::uint32_t number = (mac[at] & 0x7FU) << 24U | mac[at + 1] << 16U | mac[at + 2] << 8U | mac[at + 3];
  return fmt::format("{:06}", number % 1'000'000);
}

std::optional<std::int64_t> step_of_code(BytesView secret, std::string_view code, Time now, std::int64_t last_step) {
  const auto digits = without_blanks(code);
  if (digits.size() != kDigits) return std::nullopt;
  std::optional<std::int64_t> found;
  const auto current = code_step(now);
  for (std::int64_t step = current - 1; step <= current + 1; ++step) {
    const auto right = code_at(secret, step);
    if (sodium_memcmp(right.data(), digits.data(), kDigits) == 0 && step > last_step) found = step;
  }
  return found;
}

std::int64_t next_step(Time now, std::int64_t last_step) {
  return std::max(code_step(now), last_step + 1);
}

std::string to_base32(BytesView bytes) {
  constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  constexpr unsigned bits_each = 5;
  std::string out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const auto byte : bytes) {
    held = (held << 8U | byte) & 0xFFFU;
    for (bits += 8; bits >= bits_each; bits -= bits_each) out.push_back(letters[held >> (bits - bits_each) & 0x1FU]);
  }
  if (bits > 0) out.push_back(letters[held << (bits_each - bits) & 0x1FU]);
  return out;
}

std::string code_uri(std::string_view issuer, BytesView secret) {
  const auto name = percent_encoded(issuer);
  return fmt::format("otpauth://totp/{}?secret={}&issuer={}", name, to_base32(secret), name);
}

}  // namespace rapport::log_in
