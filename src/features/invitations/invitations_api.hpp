#pragma once
/// @file The routes of invitations: making them, and the page that a link leads to.
#include "features/context.hpp"

namespace rapport::invitations {

void add_invitation_routes(Routes& routes);

/// For a job that runs now and then: of invitations that nobody used nothing is left kForgottenAfter their end, no key
/// either; how many, a hundred at most.
Result<std::int64_t> forget_ended(House& house, Deadline deadline);

}  // namespace rapport::invitations
