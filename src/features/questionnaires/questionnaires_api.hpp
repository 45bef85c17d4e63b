#pragma once
/// @file The routes and events of forms.
#include "features/context.hpp"

namespace rapport::questionnaires {

void add_questionnaire_routes(Routes& routes);

}  // namespace rapport::questionnaires
