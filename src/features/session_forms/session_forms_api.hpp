#pragma once
/// @file The routes by which the two of an episode see which forms go with its sessions, and the therapist chooses.
#include "features/context.hpp"
#include "features/session_forms/session_forms.hpp"

namespace rapport::session_forms {

/// `usual`: what holds for an episode as long as nothing was chosen for it.
void add_session_form_routes(Routes& routes, Choice usual);

}  // namespace rapport::session_forms
