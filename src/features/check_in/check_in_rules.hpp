#pragma once
/// @file The rules of what is said before a session that need neither a database nor a route.
#include "features/check_in/check_in.hpp"

namespace rapport::check_in {

/// Where it stands: the table is in docs/how-to/session-opening.md.
CheckInState state_of(const encounters::Encounter& encounter, bool was_sent, Time now);

/// conflict "check_in.closed" before it is open and when it is over, "check_in.begun" once it was sent and the session
/// has begun.
Result<void> check_step(const encounters::Encounter& encounter, bool was_sent, Time now);

/// invalid "check_in.content", with a place for each mistake: a number that is none, texts that are too long or not fit
/// to be shown, too many of a list, two of one id, an id that is of no version 7, an outcome that says nothing.
Result<void> check_content(const CheckInContent& content);

bool is_urgent(const CheckInContent& content);

/// What is to happen to the agenda so that it says what the client ticked.
struct AgendaChange {
  std::vector<CheckInTopic> put;
  std::vector<encounters::AgendaItemId> remove;
};
AgendaChange agenda_change(const std::optional<CheckInContent>& before, const CheckInContent& now);

}  // namespace rapport::check_in
