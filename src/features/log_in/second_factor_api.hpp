#pragma once
/// @file How a person sets up, renews and removes their second factor.
#include "features/context.hpp"

namespace rapport::log_in {

void add_second_factor_routes(Routes& routes);

}  // namespace rapport::log_in
