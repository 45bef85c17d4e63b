#include "features/first_contact/first_contact.hpp"

namespace rapport::first_contact {

Time contact_due(Time began_at, std::chrono::hours usual, const std::optional<AgreedContact>& agreed) {
  if (!agreed || agreed->hours == 0 || agreed->decided_at < began_at) return began_at + usual;
  return agreed->by.value_or(agreed->decided_at + std::chrono::hours(agreed->hours));
}

}  // namespace rapport::first_contact
