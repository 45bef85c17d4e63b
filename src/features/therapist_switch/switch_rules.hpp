#pragma once
/// @file The states of going to another therapist, and which step leads from which to which. Pure;
/// docs/how-to/switch.md has the table.
#include <boost/describe.hpp>
#include <optional>

namespace rapport::therapist_switch {

enum class SwitchState {
  started,    ///< the client alone knows
  chosen,     ///< another therapist was chosen
  written,    ///< and what goes along was confirmed
  agreed,     ///< and the day
  told,       ///< both therapists know
  waiting,    ///< the day has come, and an answer about harm still waits for somebody
  done,       ///< the new therapist treats
  withdrawn,  ///< by the client, or there is nothing left to hand over
};
BOOST_DESCRIBE_ENUM(SwitchState, started, chosen, written, agreed, told, waiting, done, withdrawn)

enum class SwitchStep {
  choose,    ///< a therapist, or another one
  write,     ///< what goes along
  set_day,   ///< when, and whether they meet before
  tell,      ///< both therapists
  hold,      ///< the day has come too early
  finish,    ///< the day
  withdraw,  ///< it stays as it is
};
BOOST_DESCRIBE_ENUM(SwitchStep, choose, write, set_day, tell, hold, finish, withdraw)

/// The client asked for it; or the treatment is handed over anyway, and the client gives a summary along.
enum class SwitchKind { asked, planned };
BOOST_DESCRIBE_ENUM(SwitchKind, asked, planned)

/// Nothing: that step is none from there.
std::optional<SwitchState> after(SwitchKind kind, SwitchState state, SwitchStep step);

bool is_open(SwitchState state);
/// Whether others than the client know of it, while it goes on.
bool is_told(SwitchState state);

}  // namespace rapport::therapist_switch
