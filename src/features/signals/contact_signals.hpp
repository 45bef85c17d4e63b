#pragma once
/// @file Signals that are not made of forms: nothing comes from a client any more, or an answer is late. Pure.
#include <optional>
#include <span>
#include <vector>

#include "base/clock.hpp"
#include "features/signals/find_signals.hpp"

namespace rapport::signals {

/// What is known of the contact in an episode that is open.
struct Contact {
  Time opened_at;
  std::optional<Time> wrote_at;             ///< the client's latest message
  std::optional<Time> sent_at;              ///< the latest form
  std::optional<Time> met_at;               ///< the beginning of the latest session that was held
  bool is_session_ahead = false;            ///< planned or going on
  std::optional<Time> waits_since;          ///< the client's oldest message without an answer
  std::optional<std::int64_t> reply_hours;  ///< agreed
};

/// A signal, and the moment on which it stands: the same moment is told once.
struct ContactSignal {
  Signal signal;
  Time since;
};

std::vector<ContactSignal> find_contact_signals(const Contact& contact, std::span<const Rule> rules, Time now);

}  // namespace rapport::signals
