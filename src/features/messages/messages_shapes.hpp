#pragma once
/// @file What of messages crosses the wire. The descriptions give reading, writing and schema.
#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "features/messages/messages.hpp"
#include "http/text.hpp"

namespace rapport::messages {

/// What a sender sends. The id is a UUID version 7 that the sender made: sent again, it is the same message.
struct NewMessage {
  MessageId id;
  http::Text<1, kLongestText> text;
};
BOOST_DESCRIBE_STRUCT(NewMessage, (), (id, text))

/// A message as its two people read it. `at` is when the server took it; `seq` its place in the room, from 1.
struct Message {
  MessageId id;
  RoomId room;
  std::int64_t seq = 0;
  AccountId author;
  std::string text;
  Time at;
};
BOOST_DESCRIBE_STRUCT(Message, (), (id, room, seq, author, text, at))

/// The body of a live "message" event: the frame around it has the room and the number.
struct MessageEvent {
  MessageId id;
  AccountId author;
  std::string text;
  Time at;
};
BOOST_DESCRIBE_STRUCT(MessageEvent, (), (id, author, text, at))

}  // namespace rapport::messages
