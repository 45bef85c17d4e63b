#pragma once
/// @file What is told over the live line of recaps and of what is said of a session.
#include <boost/describe.hpp>

#include "http/live_events.hpp"

namespace rapport::recap {

struct RecapEvent {
  static constexpr http::EventKind kind{"recap", false,
                                        "The recap of a session changed, or the client said something of the session. "
                                        "Read it again. `room` is the chat of the episode."};
  EpisodeId episode;
  EncounterId encounter;
};
BOOST_DESCRIBE_STRUCT(RecapEvent, (), (episode, encounter))

}  // namespace rapport::recap
