#pragma once
/// @file From answers by the names of their questions to what scoring takes.
#include <vector>

#include "features/questionnaires/questionnaires_shapes.hpp"
#include "measures/score.hpp"

namespace rapport::questionnaires {

/// One for each question, in order; none where it was left out. What the instrument does not ask counts for nothing.
std::vector<measures::Answer> in_order(const measures::Instrument& instrument, const Answers& answers);

}  // namespace rapport::questionnaires
