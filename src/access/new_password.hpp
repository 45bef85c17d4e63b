#pragma once
/// @file What a new password must be: long enough and hard to guess. No rule about which characters it is made of: such
/// rules make people choose what is easy to guess.
#include <cstddef>
#include <string_view>

#include "base/result.hpp"

namespace rapport::access {

inline constexpr std::size_t kShortestPassword = 10;  ///< letters, not bytes

/// Errors (invalid, about "/password"): "password.too_short", "password.is_login", "password.too_common".
Result<void> check_new_password(std::string_view password, std::string_view login);

}  // namespace rapport::access
