#pragma once
#include "features/context.hpp"

namespace rapport::encounters {

/// Planning, holding and reading encounters, and their agenda.
void add_encounter_routes(Routes& routes);
/// The therapist's notes. Throws std::logic_error when the file of their sections is not as it should be.
void add_note_routes(Routes& routes);

}  // namespace rapport::encounters
