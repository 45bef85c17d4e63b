#pragma once
/// @file What of encounters crosses the wire. The descriptions give reading, writing and schema.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "features/encounters/encounters.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::encounters {

using ZoneText = http::Text<0, 64>;

/// An encounter that a therapist plans.
struct NewEncounter {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 (RFC 9562) that the sender makes, the same at every try. `minutes` is the expected "
      "length, from 5 to 43200 (30 days). `channel` \"chat\" means now, in the chat room; \"messages\" means over "
      "days. "
      "`zone` is the sender's time zone (IANA), shown to the other where theirs differs.";
  EncounterId id;
  http::GivenTime start;
  std::int64_t minutes = 0;
  Channel channel = Channel::chat;
  std::optional<ZoneText> zone;
};
BOOST_DESCRIBE_STRUCT(NewEncounter, (), (id, start, minutes, channel, zone))

/// What is to be different about one.
struct EncounterChange {
  static constexpr std::string_view says =
      "What is left out stays. Once an encounter is open only its channel can change; the times of each are kept.";
  std::optional<http::GivenTime> start;
  std::optional<std::int64_t> minutes;
  std::optional<Channel> channel;
  std::optional<ZoneText> zone;
};
BOOST_DESCRIBE_STRUCT(EncounterChange, (), (start, minutes, channel, zone))

struct EncounterAnswer {
  static constexpr std::string_view says =
      "`number` counts the encounters of the episode that have begun: 1, 2, 3 …; it is given when one begins and never "
      "changes. `agenda_left` is how many points of the agenda are not done.";
  EncounterId id;
  EpisodeId episode;
  Status status = Status::planned;
  Channel channel = Channel::chat;
  Time starts_at;
  std::int64_t minutes = 0;
  std::optional<std::string> zone;
  std::optional<std::int64_t> number;
  std::optional<Time> began_at;
  std::optional<Time> ended_at;
  std::int64_t agenda_left = 0;
};
BOOST_DESCRIBE_STRUCT(EncounterAnswer, (),
                      (id, episode, status, channel, starts_at, minutes, zone, number, began_at, ended_at, agenda_left))

struct EncountersAnswer {
  static constexpr std::string_view says =
      "`more`: the list goes on; ask again with `before` = the id of the last one.";
  std::vector<EncounterAnswer> encounters;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(EncountersAnswer, (), (encounters, more))

struct ChannelUseAnswer {
  Channel channel = Channel::chat;
  Time from;
  std::optional<Time> until;
};
BOOST_DESCRIBE_STRUCT(ChannelUseAnswer, (), (channel, from, until))

struct AgendaItemAnswer {
  AgendaItemId id;
  AccountId author;
  std::string text;
  std::int64_t place = 0;
  bool done = false;
};
BOOST_DESCRIBE_STRUCT(AgendaItemAnswer, (), (id, author, text, place, done))

/// One encounter with what belongs to it for both people.
struct EncounterDetails {
  static constexpr std::string_view says = "`channels` says which way of talking was used when; empty before it began.";
  EncounterAnswer encounter;
  std::vector<ChannelUseAnswer> channels;
  std::vector<AgendaItemAnswer> agenda;
};
BOOST_DESCRIBE_STRUCT(EncounterDetails, (), (encounter, channels, agenda))

/// A point of the agenda as it is to stand.
struct AgendaPoint {
  static constexpr std::string_view says =
      "The id in the address is one that the sender makes: sent again it is the same point. `text` may be left out for "
      "one that is there; only its author may change it. `place` (0 to 1000) orders the points.";
  std::optional<http::Text<1, kLongestPoint>> text;
  std::int64_t place = 0;
  bool done = false;
};
BOOST_DESCRIBE_STRUCT(AgendaPoint, (), (text, place, done))

struct EncounterEvent {
  static constexpr http::EventKind kind{"encounter", false,
                                        "An encounter was planned, moved, cancelled, opened or closed, or its agenda "
                                        "changed. Read it again. `room` is the chat of the episode."};
  EpisodeId episode;
  EncounterId encounter;
  Status status = Status::planned;
};
BOOST_DESCRIBE_STRUCT(EncounterEvent, (), (episode, encounter, status))

}  // namespace rapport::encounters
