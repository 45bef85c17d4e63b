#pragma once
/// @file Tokens: secrets that a link or a cookie carries. Stored is only the digest, so that a copy of the database
/// opens nothing.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace rapport::access {

inline constexpr std::size_t kTokenChars = 43;

/// Without padding.
std::string to_base64url(BytesView bytes);
/// Nothing when it is none, or has padding.
std::optional<Bytes> from_base64url(std::string_view text);
/// 32 random bytes as base64url: kTokenChars characters. A secret, never logged.
std::string random_token();

}  // namespace rapport::access
