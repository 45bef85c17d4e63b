#pragma once
/// @file What of the caseload crosses the wire.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/caseload/caseload.hpp"
#include "features/people/people_shapes.hpp"
#include "features/safety/safety.hpp"
#include "features/signals/signals.hpp"

namespace rapport::caseload {

/// The gravest first: the order of the reasons of a client, and of the clients. What was promised to a person stands
/// before what a rule found of the same urgency: a reply that is late before a signal to act on, one that is due within
/// a day (caseload_rules.hpp) before a signal to look at.
enum class ReasonKind {
  concern,
  concern_unanswered,
  urgent,
  session_open,
  reply_overdue,
  contact_overdue,
  signal_act,
  session_not_begun,
  reply_due,
  contact_due,
  signal_look,
  follow_up,
  unread,
  form_missing,
  own_form_missing,
  session_soon,
};
BOOST_DESCRIBE_ENUM(ReasonKind, concern, concern_unanswered, urgent, session_open, reply_overdue, contact_overdue,
                    signal_act, session_not_begun, reply_due, contact_due, signal_look, follow_up, unread, form_missing,
                    own_form_missing, session_soon)

struct Reason {
  static constexpr std::string_view says =
      "`concern`, `concern_unanswered`: an answer that a person must look at, or that was left out, and nobody has "
      "said yet what was done; see /api/concerns. `at` by kind: for these two when it was raised, and in `until` by "
      "when "
      "the supervisor is told if nobody looks into it, where there is one; `session_open` since "
      "when; `reply_overdue` until when an answer was agreed; `contact_overdue`, and `contact_due` within a day: by "
      "when "
      "the two of a new pair were to be in contact, and have not been; `session_not_begun` "
      "and `session_soon` when it was or is to begin; `reply_due` until when an answer is agreed, or, without an "
      "agreement, nothing: then `since` is when the client wrote; `unread` the oldest of `count` messages; "
      "`form_missing` the day of the latest of `count` forms that the client did not send, `own_form_missing` of those "
      "that the therapist did not; "
      "`signal_act` and `signal_look` when that came on which the signal `signal` stands, with its sentence in "
      "`words`, of `count` that wait: see /api/signals, and, where "
      "scores of its questionnaire came since, the latest of them in `latest` and when in `latest_at`; `follow_up` "
      "since when what was done about `signal` is to be "
      "looked at again, with what it is called in `words`; `urgent` when the client said, before a session, that "
      "something cannot wait.";
  ReasonKind kind = ReasonKind::unread;
  std::optional<Time> at;
  std::optional<Time> since;
  std::optional<std::int64_t> count;
  std::optional<std::string> questionnaire;
  std::optional<std::string> name;
  std::optional<Time> until;
  std::optional<safety::ConcernId> concern;
  std::optional<signals::SignalId> signal;
  std::optional<std::string> words;
  std::optional<double> latest;
  std::optional<Time> latest_at;
};
BOOST_DESCRIBE_STRUCT(Reason, (),
                      (kind, at, since, count, questionnaire, name, until, concern, signal, words, latest, latest_at))

struct NextSession {
  static constexpr std::string_view says = "The session that is open, or else the next one that is planned.";
  EncounterId id;
  encounters::Status status = encounters::Status::planned;
  encounters::Channel channel = encounters::Channel::chat;
  Time starts_at;
  std::int64_t minutes = 0;
  std::optional<std::int64_t> number;
};
BOOST_DESCRIBE_STRUCT(NextSession, (), (id, status, channel, starts_at, minutes, number))

struct CaseloadClient {
  static constexpr std::string_view says =
      "`reasons` are why the client needs the therapist, the gravest first; none: nothing waits. `last_contact` is the "
      "latest message of either. `present`: the client is here now. `stands_in_for`: the therapist whose client it is, "
      "and who is away; `therapist_left`: or works here no longer, so that one goes on until the client is handed "
      "over.";
  EpisodeId episode;
  people::Person client;
  RoomId chat_room;
  people::ReplyTime reply_time;
  bool present = false;
  std::optional<Time> last_contact;
  std::optional<NextSession> session;
  std::vector<Reason> reasons;
  std::optional<people::Person> stands_in_for;
  bool therapist_left = false;
};
BOOST_DESCRIBE_STRUCT(CaseloadClient, (),
                      (episode, client, chat_room, reply_time, present, last_contact, session, reasons, stands_in_for,
                       therapist_left))

struct CaseloadAnswer {
  static constexpr std::string_view says =
      "Whoever needs the therapist most first. Nothing in it, neither what is there nor what is missing, comes from "
      "answers that are for another person's eyes first (RISQ).";
  std::vector<CaseloadClient> clients;
};
BOOST_DESCRIBE_STRUCT(CaseloadAnswer, (), (clients))

}  // namespace rapport::caseload
