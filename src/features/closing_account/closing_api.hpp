#pragma once
/// @file The routes by which a client's account is closed.
#include "features/closing_account/closing_account.hpp"

namespace rapport::closing_account {

void add_closing_routes(Routes& routes, const Rules& rules);

}  // namespace rapport::closing_account
