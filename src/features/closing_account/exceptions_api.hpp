#pragma once
/// @file The routes with which a locked record is read by exception.
#include "features/context.hpp"

namespace rapport::closing_account {

void add_exception_routes(Routes& routes);

}  // namespace rapport::closing_account
