#pragma once
/// @file Which answers are for a person to look at, by what the scoring files say. No database and no route.
#include "access/seal.hpp"
#include "features/questionnaires/questionnaires_shapes.hpp"
#include "features/safety/safety_shapes.hpp"
#include "measures/instrument.hpp"

namespace rapport::safety {

/// The kind that answers to this instrument can raise beside `unanswered`; nothing where no answer calls for a person.
std::optional<Kind> kind_of(const measures::Instrument& instrument);

/// Items (linkIds) whose answer a person has to look at, in the order as printed.
std::vector<std::string> items_to_look_at(const measures::Instrument& instrument,
                                          const questionnaires::Answers& answers);
/// Items about harm that were left out. None for what goes to the neutral person.
std::vector<std::string> items_to_ask_about(const measures::Instrument& instrument,
                                            const questionnaires::Answers& answers);

/// What a version raises: an answer for a person to look at, else a question about harm that was left out. While a
/// concern of the form is open that knows of `before`, the version before this one, only what is new or has risen does;
/// once it was closed, the same answer is news.
std::optional<Kind> raised_by(const measures::Instrument& instrument, const questionnaires::Answers& now,
                              const std::optional<questionnaires::Answers>& before, const StillOpen& open);

/// Whether the client is shown the practice's contacts for complaints and safeguarding: an answer says that the
/// therapist might harm them.
bool calls_for_contacts(const measures::Instrument& instrument, const questionnaires::Answers& answers);

/// The questions behind a concern of that kind, in the words that were read; beside answers about harm also the
/// questions about it that were left out.
std::vector<ConcernItem> describe_items(const measures::Instrument& instrument, Kind kind,
                                        const questionnaires::Answers& answers);

/// The places of those questions in the questionnaire, from 1: what a person would call their numbers.
std::vector<std::int64_t> numbers_of_items(const measures::Instrument& instrument, Kind kind,
                                           const questionnaires::Answers& answers);

ConcernState state_of(const Concern& concern);

/// Error: invalid "concern.reason", when nothing was done and no reason is given.
Result<void> check_closing(const Closing& closing);
/// Sealed under the client's key, tied to the concern.
Bytes seal_closing(const access::SealKey& key, ConcernId concern, const Closing& closing);
Result<Closing> open_closing(const access::SealKey& key, ConcernId concern, BytesView sealed);

}  // namespace rapport::safety
