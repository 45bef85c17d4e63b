#pragma once
/// @file The routes by which people read what they are asked to agree to, agree and withdraw.
#include <vector>

#include "features/consent/consent.hpp"
#include "features/context.hpp"

namespace rapport::consent {

/// `when_withdrawn`: what other features end when somebody withdraws.
void add_consent_routes(Routes& routes, const std::vector<WhenWithdrawn>& when_withdrawn);

}  // namespace rapport::consent
