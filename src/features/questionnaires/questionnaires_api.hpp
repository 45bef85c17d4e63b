#pragma once
/// @file The routes and events of forms.
#include "features/context.hpp"
#include "features/safety/safety.hpp"

namespace rapport::questionnaires {

/// `rules`: what follows when an answer calls for a person to look.
void add_questionnaire_routes(Routes& routes, const safety::Rules& rules = {});

}  // namespace rapport::questionnaires
