#pragma once
/// @file The states of a concern about the relationship, and which step leads from which to which. Pure.
#include <boost/describe.hpp>
#include <optional>

namespace rapport::relationship_concern {

enum class State {
  kept,        ///< the client alone knows
  told,        ///< somebody was told
  heard,       ///< and has said that they read it
  agreed,      ///< the client has agreed to what is to change
  asked,       ///< the client is asked whether it is better
  better,      ///< the client has said so
  not_better,  ///< it is about the same, or worse
  closed,      ///< by the client; those who heard it still read it
  withdrawn,   ///< by the client; nobody else reads it any more
};
BOOST_DESCRIBE_ENUM(State, kept, told, heard, agreed, asked, better, not_better, closed, withdrawn)

enum class Step {
  tell,            ///< the client tells one, or one more
  hear,            ///< one who was told says that they read it
  agree,           ///< the client agrees to what one of them wrote down
  ask,             ///< a session is over
  say_better,      ///< the client's answer to that
  say_not_better,  ///< the same
  close,           ///< the client: it is settled
  withdraw,        ///< the client takes it back
};
BOOST_DESCRIBE_ENUM(Step, tell, hear, agree, ask, say_better, say_not_better, close, withdraw)

/// As what somebody is told.
enum class Part { therapist, neutral_person };
BOOST_DESCRIBE_ENUM(Part, therapist, neutral_person)

/// Where a step leads; nothing: it cannot be taken there. This is the table, and there is no other.
std::optional<State> after(State state, Step step);

/// It goes on: neither closed nor withdrawn.
bool is_open(State state);

}  // namespace rapport::relationship_concern
