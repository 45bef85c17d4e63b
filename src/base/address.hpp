#pragma once
/// @file Addresses of the internet as text, so that one computer is always called the same.
#include <optional>
#include <string>
#include <string_view>

namespace rapport {

/// An IPv4 or IPv6 address in its one usual form, an IPv4 address in IPv6 clothes ("::ffff:192.0.2.1") as IPv4. Nothing
/// for what is no address: no port, no brackets, no zone, no space.
std::optional<std::string> canonical_address(std::string_view text);

}  // namespace rapport
