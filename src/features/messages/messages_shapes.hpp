#pragma once
/// @file What of messages crosses the wire. The descriptions give reading, writing and schema.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/attachments/attachments_shapes.hpp"
#include "features/messages/messages.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::messages {

/// What a sender sends. The id is a UUID version 7 that the sender made: sent again, it is the same message.
struct NewMessage {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 (RFC 9562) that the sender makes, once for each message and the same at every try. "
      "Lengths are Unicode code points. A `text` without anything to be seen is refused (422), unless there are "
      "`attachments`: files that were sent before and are ready.";
  MessageId id;
  http::Text<0, kLongestText> text;
  std::optional<std::vector<attachments::FileToSend>> attachments = {};
};
BOOST_DESCRIBE_STRUCT(NewMessage, (), (id, text, attachments))

/// A message as its two people read it. `at` is when the server took it; `seq` its place in the room, from 1.
struct Message {
  static constexpr std::string_view says =
      "`seq` is the message's place in its room: 1, 2, 3 … without gaps. Show messages in this order; `at` is when the "
      "server took the message, and clocks may jump.";
  MessageId id;
  RoomId room;
  std::int64_t seq = 0;
  AccountId author;
  std::string text;
  Time at;
  std::optional<std::vector<attachments::Attachment>> attachments = {};
};
BOOST_DESCRIBE_STRUCT(Message, (), (id, room, seq, author, text, at, attachments))

/// The body of a live "message" event: the frame around it has the room and the number.
struct MessageEvent {
  static constexpr http::EventKind kind{
      "message", true, "A message stands in the room under `seq`. Its sender is told too, on every connection."};
  MessageId id;
  AccountId author;
  std::string text;
  Time at;
  std::optional<std::vector<attachments::Attachment>> attachments = {};
};
BOOST_DESCRIBE_STRUCT(MessageEvent, (), (id, author, text, at, attachments))

/// Somebody has received or read up to these numbers.
struct ReceiptEvent {
  static constexpr http::EventKind kind{
      "receipt", false,
      "How far somebody has got in the room: everything up to `delivered` has reached a device of "
      "theirs, everything up to `read` was before their eyes."};
  AccountId account;
  std::int64_t delivered = 0;
  std::int64_t read = 0;
};
BOOST_DESCRIBE_STRUCT(ReceiptEvent, (), (account, delivered, read))

struct TypingEvent {
  static constexpr http::EventKind kind{
      "typing", false, "Somebody is writing, or has stopped. Forget it after some seconds without another."};
  AccountId account;
  bool typing = false;
};
BOOST_DESCRIBE_STRUCT(TypingEvent, (), (account, typing))

}  // namespace rapport::messages
