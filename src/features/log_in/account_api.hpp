#pragma once
/// @file What a person does with their own log-ins and password.
#include "features/context.hpp"

namespace rapport::log_in {

/// Code points of a new password. The shortest: access/new_password.hpp.
inline constexpr std::size_t kLongestPassword = 200;

void add_account_routes(Routes& routes);

}  // namespace rapport::log_in
