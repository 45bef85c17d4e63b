#pragma once
/// @file What of going to another therapist crosses the wire.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/matching/therapists.hpp"
#include "features/people/people_shapes.hpp"
#include "features/therapist_switch/switch_summary.hpp"
#include "features/therapist_switch/therapist_switch.hpp"
#include "http/given_time.hpp"
#include "http/live_events.hpp"
#include "http/text.hpp"

namespace rapport::therapist_switch {

/// What becomes of sessions that are planned.
enum class SwitchSessions { keep, cancel };
BOOST_DESCRIBE_ENUM(SwitchSessions, keep, cancel)

struct SwitchDuties {
  static constexpr std::string_view says =
      "What is left to do for whoever treats now. `to_look_into`: an answer of the client's still waits for somebody "
      "to "
      "look into it, and the treatment is not handed over before. `sessions`: how many are planned. `message_waits`: "
      "for an answer.";
  bool to_look_into = false;
  std::int64_t sessions = 0;
  bool message_waits = false;
};
BOOST_DESCRIBE_STRUCT(SwitchDuties, (), (to_look_into, sessions, message_waits))

struct OwnSwitch {
  static constexpr std::string_view says =
      "On the way to another therapist. Nobody else knows of it until `state` is `told`. `kind` `planned`: the "
      "treatment is handed over anyway, and the client gives a summary along. `revision`: what a step is based on. "
      "`summary` is what was confirmed, and while `drafted` what the service suggests. `waiting`: the day has come, "
      "and "
      "`duties.to_look_into`. `proposals`: therapists who could fit and have room, in an order that says nothing; "
      "`nobody`: wishes that nobody who has room meets; both while one can choose.";
  SwitchId id;
  EpisodeId episode;
  SwitchKind kind = SwitchKind::asked;
  SwitchState state = SwitchState::started;
  std::int64_t revision = 0;
  people::Person from;
  std::optional<people::Person> to;
  SwitchHistory history = SwitchHistory::everything;
  SwitchMeeting meeting = SwitchMeeting::none;
  SwitchSessions sessions = SwitchSessions::keep;
  SwitchSummary summary;
  bool drafted = false;
  std::optional<Time> at;
  std::optional<Time> told_at;
  std::optional<Time> ended_at;
  std::optional<EpisodeId> new_episode;
  SwitchDuties duties;
  std::vector<matching::ProposedTherapist> proposals;
  std::vector<matching::FitReason> nobody;
};
BOOST_DESCRIBE_STRUCT(OwnSwitch, (),
                      (id, episode, kind, state, revision, from, to, history, meeting, sessions, summary, drafted, at,
                       told_at, ended_at, new_episode, duties, proposals, nobody))

struct OwnSwitches {
  static constexpr std::string_view says =
      "`current` is the latest, whatever became of it; absent: there never was one.";
  std::optional<OwnSwitch> current;
};
BOOST_DESCRIBE_STRUCT(OwnSwitches, (), (current))

struct SwitchToStart {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 (RFC 9562) that the sender makes, the same at every try. `planned`: a summary for "
      "whom the treatment is to be handed over to anyway.";
  SwitchId id;
  SwitchKind kind = SwitchKind::asked;
};
BOOST_DESCRIBE_STRUCT(SwitchToStart, (), (id, kind))

struct SwitchTherapist {
  static constexpr std::string_view says =
      "Whom the client wants; absent: whoever fits best by their wishes and has room.";
  std::int64_t based_on = 0;
  std::optional<AccountId> therapist;
};
BOOST_DESCRIBE_STRUCT(SwitchTherapist, (), (based_on, therapist))

using SwitchPart = http::Text<0, kLongestPart>;
struct SwitchSummaryToGive {
  static constexpr std::string_view says =
      "What the new therapist is to read, and whether all that was written goes along or nothing but this.";
  std::int64_t based_on = 0;
  SwitchHistory history = SwitchHistory::everything;
  SwitchPart goals;
  SwitchPart approach;
  SwitchPart reached;
  SwitchPart helped;
  SwitchPart not_helped;
  SwitchPart more;
};
BOOST_DESCRIBE_STRUCT(SwitchSummaryToGive, (), (based_on, history, goals, approach, reached, helped, not_helped, more))

struct SwitchDay {
  static constexpr std::string_view says =
      "From when on the other therapist treats, at most a year ahead; a moment that has passed: at once. `joint`: all "
      "three meet before; `therapists`: those two do.";
  std::int64_t based_on = 0;
  http::GivenTime at;
  SwitchMeeting meeting = SwitchMeeting::none;
  SwitchSessions sessions = SwitchSessions::keep;
};
BOOST_DESCRIBE_STRUCT(SwitchDay, (), (based_on, at, meeting, sessions))

struct SwitchToTell {
  std::int64_t based_on = 0;
};
BOOST_DESCRIBE_STRUCT(SwitchToTell, (), (based_on))

enum class SwitchPlace { from, to };
BOOST_DESCRIBE_ENUM(SwitchPlace, from, to)

struct ToldSwitch {
  static constexpr std::string_view says =
      "That a client goes to another therapist on `at`; `place`: whether one is whom they leave or whom they come to. "
      "`history` `summary`: nothing of what was written goes along. Absent `episode`: it is not open to one.";
  SwitchId id;
  std::string client;
  SwitchPlace place = SwitchPlace::from;
  SwitchKind kind = SwitchKind::asked;
  SwitchState state = SwitchState::told;
  people::Person from;
  people::Person to;
  SwitchHistory history = SwitchHistory::everything;
  SwitchMeeting meeting = SwitchMeeting::none;
  SwitchSessions sessions = SwitchSessions::keep;
  Time at;
  std::optional<Time> ended_at;
  std::optional<EpisodeId> episode;
};
BOOST_DESCRIBE_STRUCT(ToldSwitch, (),
                      (id, client, place, kind, state, from, to, history, meeting, sessions, at, ended_at, episode))

struct ToldSwitches {
  std::vector<ToldSwitch> switches;
};
BOOST_DESCRIBE_STRUCT(ToldSwitches, (), (switches))

struct ToldSwitchDetails {
  static constexpr std::string_view says =
      "`summary`: what the client wrote for whom they come to; absent for whom they leave.";
  ToldSwitch one;
  std::optional<SwitchSummary> summary;
  SwitchDuties duties;
};
BOOST_DESCRIBE_STRUCT(ToldSwitchDetails, (), (one, summary, duties))

struct TherapistSwitchEvent {
  static constexpr http::EventKind kind{"therapist-switch", false,
                                        "Something about going to another therapist has changed for whoever receives "
                                        "this. Read it again."};
  SwitchId therapist_switch;
};
BOOST_DESCRIBE_STRUCT(TherapistSwitchEvent, (), (therapist_switch))

}  // namespace rapport::therapist_switch
