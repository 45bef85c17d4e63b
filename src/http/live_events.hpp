#pragma once
/// @file Events of the live connection. A kind of event is a struct that is declared once, beside the routes of its
/// feature; the frame that is sent and its JSON Schema both come from that struct.
///
///   struct TypingEvent {
///     static constexpr http::EventKind kind{"typing", false, "Somebody is writing, or has stopped."};
///     AccountId account;
///     bool typing = false;
///   };
///   BOOST_DESCRIBE_STRUCT(TypingEvent, (), (account, typing))
///   …
///   routes.event<TypingEvent>();
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "http/shape.hpp"

namespace rapport::http {

struct EventKind {
  std::string_view name;  ///< lower case, words joined by '-'
  bool kept = false;      ///< stands in the room's log under a number and is read again; otherwise it passes by
  std::string_view says;  ///< what has happened, for the schema
};

/// A kind as the table of routes holds it.
struct EventDeclaration {
  EventKind kind;
  boost::json::object (*body_schema)(Components&);
};

/// The names of the kinds that this program can send, whether they were declared or not.
const std::vector<std::string_view>& sendable_events();

namespace live_events {

/// {"room":…,"seq":…,"kind":…,"body":…}, without "seq" when it is 0.
std::string frame(RoomId room, std::int64_t seq, std::string_view kind, std::string_view body);
bool note_sendable(std::string_view kind);
/// Code that makes a frame of E refers to this, and so notes E before main begins.
template <class E>
inline const bool is_noted = note_sendable(E::kind.name);

}  // namespace live_events

/// The frame of an event that is not kept.
template <class E>
std::string passing_frame(RoomId room, const E& event) {
  static_assert(!E::kind.kept, "a kept event has a number");
  static_cast<void>(live_events::is_noted<E>);
  std::string body;
  write(body, event);
  return live_events::frame(room, 0, E::kind.name, body);
}

/// The frame of a kept event, `seq` from 1. `body` is the JSON text of an E: it is written before the transaction that
/// gives the number, so that nobody waits for it.
template <class E>
std::string kept_frame(RoomId room, std::int64_t seq, std::string_view body) {
  static_assert(E::kind.kept, "an event that passes by has no number");
  static_cast<void>(live_events::is_noted<E>);
  return live_events::frame(room, seq, E::kind.name, body);
}

}  // namespace rapport::http
