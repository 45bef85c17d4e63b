#include "base/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>

namespace rapport {
namespace {

constexpr std::array<unsigned char, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

std::string to_text(int family, const void* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(family, address, text.data(), text.size());
  return text.data();
}

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
/// What may stand before the '@' besides letters and digits (RFC 5322, atext).
constexpr std::string_view kSigns = "!#$%&'*+-/=?^_`{|}~";
constexpr std::size_t kLongestLocalPart = 64;
constexpr std::size_t kLongestLabel = 63;

/// Calls `is_part` for what stands between the dots; false as soon as one is none.
template <class F>
bool all_between_dots(std::string_view text, F is_part) {
  for (;;) {
    const auto dot = text.find('.');
    if (!is_part(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_atom(std::string_view text) {
  const auto fits = [](char c) {
    return kLetters.find(c) != std::string_view::npos || kSigns.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool is_label(std::string_view text) {
  const auto fits = [](char c) { return c == '-' || kLetters.find(c) != std::string_view::npos; };
  return !text.empty() && text.size() <= kLongestLabel && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  // Where there is none, `at` is the greatest number.
  if (at > kLongestLocalPart || text.size() > kLongestMailAddress) return false;
  return all_between_dots(text.substr(0, at), is_atom) && all_between_dots(text.substr(at + 1), is_label);
}

bool is_mail_address_elsewhere(std::string_view text) {
  return is_mail_address(text) && text.find('.', text.find('@')) != std::string_view::npos;
}

std::optional<std::string> canonical_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // what follows would not be looked at
  const std::string copy(text);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return to_text(AF_INET, bytes.data());
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1) return std::nullopt;
  const bool mapped = std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
  return mapped ? to_text(AF_INET, bytes.data() + kMapped.size()) : to_text(AF_INET6, bytes.data());
}

bool is_loopback(std::string_view address) {
  return address == "localhost" || address == "::1" || address.starts_with("127.");
}

}  // namespace rapport
