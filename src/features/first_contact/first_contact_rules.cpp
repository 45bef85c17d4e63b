#include <algorithm>

#include "features/first_contact/first_contact.hpp"

namespace rapport::first_contact {

Time contact_due(Time began_at, std::chrono::hours usual, const Due& known) {
  const auto by_rule = began_at + usual;
  const auto& agreed = known.agreed;
  if (agreed && agreed->hours == 0) return by_rule;
  if (agreed) {
    const auto by = agreed->by.value_or(agreed->decided_at + std::chrono::hours(agreed->hours));
    if (agreed->decided_at >= began_at) return by;
    return known.spoke_before ? by_rule : std::min(by, by_rule);
  }
  return known.spoke_before ? by_rule : std::min(known.proposed.value_or(by_rule), by_rule);
}

}  // namespace rapport::first_contact
