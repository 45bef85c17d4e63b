#pragma once
/// @file Addresses as text: of computers, so that one is always called the same, and of mail.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rapport {

/// An IPv4 or IPv6 address in its one usual form, an IPv4 address in IPv6 clothes ("::ffff:192.0.2.1") as IPv4. Nothing
/// for what is no address: no port, no brackets, no zone, no space.
std::optional<std::string> canonical_address(std::string_view text);

/// Of this computer itself; also the name "localhost".
bool is_loopback(std::string_view address);

/// The longest address that a mail server has to take (RFC 5321, 4.5.3.1.3).
inline constexpr std::size_t kLongestMailAddress = 254;
/// Whether this is one mail address of ASCII as people have them ("name@example.org"): no quotes, no comments, nothing
/// that could be taken for more of a mail's head or of what is said to a mail server.
bool is_mail_address(std::string_view text);
/// The same of somebody who is not on this computer: with a domain of two parts at least ("a@b" is a slip of the hand).
bool is_mail_address_elsewhere(std::string_view text);

}  // namespace rapport
