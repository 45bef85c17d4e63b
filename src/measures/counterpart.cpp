#include "measures/counterpart.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace rapport::measures {

std::string why_no_counterpart(const Scoring& scoring, const Instrument* clients) {
  if (!scoring.counterpart) return "";
  if (scoring.respondent != Respondent::therapist) return "Only a form of the therapist's has a counterpart.";
  if (clients == nullptr) return fmt::format("There is no instrument \"{}\".", *scoring.counterpart);
  const auto& others = clients->scoring();
  if (others.respondent != Respondent::client) return fmt::format("{} is no form of the client's.", others.name);
  for (const auto& scale : scoring.scales) {
    const bool is_there = std::any_of(others.scales.begin(), others.scales.end(), [&](const Scale& other) {
      return other.key == scale.key && other.min == scale.min && other.max == scale.max &&
             other.direction == scale.direction;
    });
    if (!is_there) {
      return fmt::format("{} has no scale \"{}\" from {} to {} in the same direction.", others.name, scale.key,
                         scale.min, scale.max);
    }
  }
  return "";
}

const Instrument& laid_beside(const Instrument& instrument, const InstrumentLibrary& library) {
  const auto& scoring = instrument.scoring();
  if (!scoring.counterpart) return instrument;
  const auto* clients = library.find(*scoring.counterpart);
  return why_no_counterpart(scoring, clients).empty() ? *clients : instrument;
}

}  // namespace rapport::measures
