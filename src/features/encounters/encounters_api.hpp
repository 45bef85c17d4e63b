#pragma once
#include <functional>

#include "features/context.hpp"
#include "features/encounters/encounters.hpp"

namespace rapport::encounters {

/// What else belongs to a step of an encounter (planned, moved, begun, ended, cancelled), in the step's transaction: an
/// error undoes the step. Called also when the step was taken before, and again when the transaction is.
using OnStep = std::function<Result<void>(store::WriteTx& tx, const Encounter& encounter, Time now)>;

/// Planning, holding and reading encounters, and their agenda.
void add_encounter_routes(Routes& routes, const OnStep& on_step);
/// The therapist's notes. Throws std::logic_error when the file of their sections is not as it should be.
void add_note_routes(Routes& routes);

}  // namespace rapport::encounters
