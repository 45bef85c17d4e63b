#pragma once
/// @file Whether the numbers of a scoring are possible: a threshold that no form can reach, or two that contradict each
/// other, would be silent for ever.
#include "base/result.hpp"
#include "measures/instrument.hpp"

namespace rapport::measures {

/// What names a scale or an item that is not there is passed over. Errors: invalid "instrument.inconsistent", with all
/// that was found: bands that leave a score without a name or give it two; a cut-off outside its scale; a reliable
/// change larger than its scale, or another than its own standard deviation and reliability give; an answer to be seen
/// by a person that cannot be given; a reversed item that no scale counts.
Result<void> check_values(const Instrument& instrument);

}  // namespace rapport::measures
