#pragma once
/// @file The routes by which a client says that something between the two is not right, and by which whoever was told
/// reads and answers it.
#include "features/context.hpp"

namespace rapport::relationship_concern {

void add_relationship_concern_routes(Routes& routes);

}  // namespace rapport::relationship_concern
