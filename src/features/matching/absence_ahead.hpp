#pragma once
/// @file Whether a therapist is away while a first contact with a new client would be due.
#include <optional>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "features/first_contact/first_contact.hpp"
#include "features/people/absences.hpp"

namespace rapport::matching {

/// Now, or from within first_contact::usual_time. Error: that of the rule.
inline Result<bool> is_away_soon(Time now, const std::optional<people::Away>& away) {
  if (!away) return false;
  TRY_ASSIGN(const auto usual, first_contact::usual_time());
  return away->starts_at <= now + usual;
}

}  // namespace rapport::matching
