#pragma once
/// @file What a new password must be: long enough and hard to guess. No rule about which characters it is made of: such
/// rules make people choose what is easy to guess.
#include <cstddef>
#include <string_view>

#include "base/result.hpp"

namespace rapport::access {

inline constexpr std::size_t kShortestPassword = 10;  ///< letters, not bytes

struct NewPassword {
  std::string_view password;
  bool is_login = false;   ///< normalised it is the log-in name, which is not always known here
  std::string_view field;  ///< where it was in the body, as "/password"
};

/// Errors (invalid, about the field): "password.too_short", "password.is_login", "password.too_common".
Result<void> check_new_password(const NewPassword& wanted);

}  // namespace rapport::access
