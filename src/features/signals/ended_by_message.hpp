#pragma once
/// @file For the statement that takes a message in: whether one may end what is said of its episode, so that nobody who
/// has answered is told until the night that the answer is late. Part of a statement that runs anyway: a message costs
/// no more than a look into an index.
#include <string_view>

#include "features/signals/signals.hpp"

namespace rapport::signals {

/// `kind` (a parameter, see `ended_by_message`) of the episode is said, holds, and waits for somebody.
#define IS_SAID_OF(episode, kind)                                \
  "EXISTS (SELECT 1 FROM signal x WHERE x.episode_id = " episode \
  " AND x.state IN ('open', 'deferred') AND x.holds = 1"         \
  " AND x.is_private = 0 AND x.level <> 'info'"                  \
  " AND x.kind = " kind ")"

/// What a message of the client's ends, or one of whoever treats them.
inline std::string_view ended_by_message(bool by_client) {
  return name(by_client ? Kind::silence : Kind::late_reply);
}

}  // namespace rapport::signals
