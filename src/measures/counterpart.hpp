#pragma once
/// @file A therapist's form beside the client's with the same questions: whose scores can be held against each other.
#include "measures/instrument_library.hpp"

namespace rapport::measures {

/// Why scores of a therapist's form cannot be held against those of the client's that it names, in a sentence; empty
/// where they can, and where it names none. `clients`: null where there is none of that name.
std::string why_no_counterpart(const Scoring& scoring, const Instrument* clients);

/// As which instrument a form of `instrument` is laid into a course: that of the client whose counterpart it is, where
/// that is in the library with the same scales, and otherwise its own.
const Instrument& laid_beside(const Instrument& instrument, const InstrumentLibrary& library);

}  // namespace rapport::measures
