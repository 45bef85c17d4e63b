#pragma once
/// @file The routes by which a client says where they are during a session, and the therapist reads it.
#include "features/context.hpp"
#include "features/safety_gate/safety_gate.hpp"

namespace rapport::safety_gate {

void add_safety_gate_routes(Routes& routes, const Rules& rules);

}  // namespace rapport::safety_gate
