#include "features/relationship_concern/relationship_concern_rules.hpp"

namespace rapport::relationship_concern {
namespace {

/// Of a concern that goes on and that somebody was told.
std::optional<State> after_told(State state, Step step) {
  const bool is_answered = state == State::better || state == State::not_better;
  switch (step) {
    case Step::tell:
      return is_answered ? State::told : state;
    case Step::hear:
      return state == State::told ? State::heard : state;
    case Step::agree:
      return state == State::asked ? state : State::agreed;
    case Step::ask:
      return State::asked;
    case Step::say_better:
      return state == State::asked ? std::optional(State::better) : std::nullopt;
    case Step::say_not_better:
      return state == State::asked ? std::optional(State::not_better) : std::nullopt;
    case Step::close:
      return State::closed;
    case Step::withdraw:
      return State::withdrawn;
  }
  return std::nullopt;
}

std::optional<State> after_kept(Step step) {
  switch (step) {
    case Step::tell:
      return State::told;
    case Step::close:
      return State::closed;
    case Step::withdraw:
      return State::withdrawn;
    default:
      return std::nullopt;
  }
}

}  // namespace

bool is_open(State state) {
  return state != State::closed && state != State::withdrawn;
}

std::optional<State> after(State state, Step step) {
  if (!is_open(state)) {
    // What is settled can still be taken back; what was taken back stays so.
    return state == State::closed && step == Step::withdraw ? std::optional(State::withdrawn) : std::nullopt;
  }
  return state == State::kept ? after_kept(step) : after_told(state, step);
}

}  // namespace rapport::relationship_concern
