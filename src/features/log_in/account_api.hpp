#pragma once
/// @file What a person does with their own log-ins and password.
#include "features/context.hpp"

namespace rapport::log_in {

/// Code points of a new password; older ones stay as they are.
inline constexpr std::size_t kShortestPassword = 12;
inline constexpr std::size_t kLongestPassword = 200;

void add_account_routes(Routes& routes);

}  // namespace rapport::log_in
