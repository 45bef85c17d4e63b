#pragma once
/// @file The routes of invitations: making them, and the page that a link leads to.
#include "features/context.hpp"

namespace rapport::invitations {

void add_invitation_routes(Routes& routes);

}  // namespace rapport::invitations
