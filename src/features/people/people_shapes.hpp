#pragma once
/// @file What of people crosses the wire, and the sealed profile.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "features/people/hand_overs.hpp"
#include "features/people/people.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::people {

/// What is sealed in account.sealed_profile.
struct Profile {
  std::string name;
  std::string login;
  std::optional<std::string> email = {};     ///< where mails for this person go; nobody else sees it
  std::optional<std::string> language = {};  ///< "en" or "de": of those mails
  /// The person gave `email` themselves. Absent where nobody knows: earlier versions kept there what the invitation had
  /// been mailed to.
  std::optional<bool> gave_email = {};

  void give_email(std::optional<std::string> address) {
    email = std::move(address);
    gave_email = email ? std::optional(true) : std::nullopt;
  }
  /// Whether links that open the account may go there.
  bool has_own_email() const { return email && gave_email.value_or(false); }
};
BOOST_DESCRIBE_STRUCT(Profile, (), (name, login, email, language, gave_email))

struct Person {
  AccountId id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(Person, (), (id, name))

/// The agreed reply time in hours; `agreed` is false while there is none; a newer proposal stands beside it.
struct ReplyTime {
  std::optional<std::int64_t> hours;
  bool agreed = false;
  std::optional<std::int64_t> proposed_hours;
};
BOOST_DESCRIBE_STRUCT(ReplyTime, (), (hours, agreed, proposed_hours))

struct AwayAnswer {
  static constexpr std::string_view says =
      "The therapist is away from `from` on, until `until`, which is the first moment at which they are back. `deputy` "
      "answers meanwhile; without one nobody has agreed to it, and `asked`: somebody was asked, and has not answered "
      "yet. `now`: it has begun. Without `until` the therapist has "
      "left the practice, and `deputy` answers until the client has another therapist.";
  Time from;
  std::optional<Time> until;
  std::optional<Person> deputy;
  bool now = false;
  bool asked = false;
};
BOOST_DESCRIBE_STRUCT(AwayAnswer, (), (from, until, deputy, now, asked))

struct HandOverAnswer {
  static constexpr std::string_view says =
      "Another therapist treats from `at` on: from whom, to whom. `done`: that has begun. `called_off`: it was meant "
      "to "
      "be so, and at `at` that was called off.";
  HandOverId id;
  Person from;
  Person to;
  Time at;
  bool done = false;
  bool called_off = false;
};
BOOST_DESCRIBE_STRUCT(HandOverAnswer, (), (id, from, to, at, done, called_off))

struct EpisodeAnswer {
  static constexpr std::string_view says =
      "A client and a therapist who work together. `away` is the therapist's absence that lasts or begins within four "
      "weeks; while it lasts there is no `reply_by`, and of its deputy the episode is one more. `waiting_since` is the "
      "client's oldest message without an answer, "
      "`reply_by` until when the therapist means to answer it; `unread` counts in all rooms; `present` is about the "
      "other person. `hand_over` is one that is to come, or the latest that was done or called off in the last thirty "
      "days.";
  EpisodeId id;
  Person client;
  Person therapist;
  RoomId chat_room;
  ReplyTime reply_time;
  std::int64_t unread = 0;
  std::optional<Time> waiting_since;  ///< the client's oldest message that waits for an answer
  std::optional<Time> reply_by;  ///< until when the therapist means to answer what waits; only when a time is agreed
  std::optional<Time> last_at;
  bool present = false;  ///< whether the other person is here now
  std::optional<AwayAnswer> away;
  std::optional<HandOverAnswer> hand_over;
};
BOOST_DESCRIBE_STRUCT(EpisodeAnswer, (),
                      (id, client, therapist, chat_room, reply_time, unread, waiting_since, reply_by, last_at, present,
                       away, hand_over))

struct EpisodesAnswer {
  std::vector<EpisodeAnswer> episodes;
};
BOOST_DESCRIBE_STRUCT(EpisodesAnswer, (), (episodes))

/// A thread that its sender begins; the id is a UUID that the sender made.
struct NewThread {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 (RFC 9562) that the sender makes, the same at every try; it becomes the id of the "
      "thread's room.";
  RoomId id;
  http::Text<1, 200> subject;
};
BOOST_DESCRIBE_STRUCT(NewThread, (), (id, subject))

struct Participant {
  AccountId account;
  std::string name;
  std::string role;
  std::int64_t delivered = 0;
  std::int64_t read = 0;
  bool present = false;
};
BOOST_DESCRIBE_STRUCT(Participant, (), (account, name, role, delivered, read, present))

struct RoomAnswer {
  static constexpr std::string_view says =
      "`kind` is \"chat\" (one for each episode) or \"thread\" (with a subject). `last_seq` is the number of the "
      "latest "
      "message, 0 when there is none; `read_seq` is how far the one who asks has read.";
  RoomId id;
  std::string kind;
  std::optional<std::string> subject;
  std::int64_t last_seq = 0;
  std::int64_t read_seq = 0;  ///< how far the viewer has read
  std::int64_t unread = 0;    ///< messages of the other person that the viewer has not read
  std::optional<Time> last_at;
  std::vector<Participant> participants;
};
BOOST_DESCRIBE_STRUCT(RoomAnswer, (), (id, kind, subject, last_seq, read_seq, unread, last_at, participants))

struct RoomsAnswer {
  std::vector<RoomAnswer> rooms;
};
BOOST_DESCRIBE_STRUCT(RoomsAnswer, (), (rooms))

/// How many hours within which the therapist answers, from kShortestReply to kLongestReply.
struct ReplyHours {
  static constexpr std::string_view says = "Whole hours from 1 to 336 (14 days).";
  std::int64_t hours = 0;
};
BOOST_DESCRIBE_STRUCT(ReplyHours, (), (hours))

/// A room was opened: read the episode's rooms again.
struct RoomEvent {
  static constexpr http::EventKind kind{
      "room", false,
      "A room was opened in the episode, or who answers in it has changed; of a deputy also "
      "that something was written in `room`. Read the episodes and rooms again."};
  EpisodeId episode;
};
BOOST_DESCRIBE_STRUCT(RoomEvent, (), (episode))

struct ReplyTimeEvent {
  static constexpr http::EventKind kind{
      "reply-time", false, "A reply time was proposed or agreed to. Read the episodes again. `room` is the chat."};
  EpisodeId episode;
};
BOOST_DESCRIBE_STRUCT(ReplyTimeEvent, (), (episode))

struct PresenceEvent {
  static constexpr http::EventKind kind{
      "presence", false, "The other person of an episode is connected now, or no longer. `room` is their chat."};
  AccountId account;
  bool present = false;
};
BOOST_DESCRIBE_STRUCT(PresenceEvent, (), (account, present))

}  // namespace rapport::people
