#include "features/therapist_switch/switch_rules.hpp"

namespace rapport::therapist_switch {

bool is_open(SwitchState state) {
  return state != SwitchState::done && state != SwitchState::withdrawn;
}

bool is_told(SwitchState state) {
  return state == SwitchState::told || state == SwitchState::waiting;
}

std::optional<SwitchState> after(SwitchKind kind, SwitchState state, SwitchStep step) {
  if (!is_open(state)) return std::nullopt;
  const auto only = [](bool may, SwitchState next) { return may ? std::optional(next) : std::nullopt; };
  const bool is_asked = kind == SwitchKind::asked;
  switch (step) {
    case SwitchStep::choose:
      // What was written was confirmed for somebody else: it is confirmed anew. A planned one names its therapist.
      return only(is_asked && !is_told(state), SwitchState::chosen);
    case SwitchStep::write:
      return only(state != SwitchState::started && !is_told(state), SwitchState::written);
    case SwitchStep::set_day:
      return only(is_asked && (state == SwitchState::written || state == SwitchState::agreed), SwitchState::agreed);
    case SwitchStep::tell:
      return only(state == (is_asked ? SwitchState::agreed : SwitchState::written), SwitchState::told);
    case SwitchStep::hold:
      return only(is_asked && is_told(state), SwitchState::waiting);
    case SwitchStep::finish:
      return only(is_told(state), SwitchState::done);
    case SwitchStep::withdraw:
      return SwitchState::withdrawn;
  }
  return std::nullopt;
}

}  // namespace rapport::therapist_switch
