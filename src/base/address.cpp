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

}  // namespace

std::optional<std::string> canonical_address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // what follows would not be looked at
  const std::string copy(text);
  std::array<unsigned char, 16> bytes{};
  if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) return to_text(AF_INET, bytes.data());
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) != 1) return std::nullopt;
  const bool mapped = std::equal(kMapped.begin(), kMapped.end(), bytes.begin());
  return mapped ? to_text(AF_INET, bytes.data() + kMapped.size()) : to_text(AF_INET6, bytes.data());
}

}  // namespace rapport
