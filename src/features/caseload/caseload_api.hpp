#pragma once
/// @file The route of the caseload.
#include "features/context.hpp"

namespace rapport::caseload {

void add_caseload_routes(Routes& routes);

}  // namespace rapport::caseload
