#pragma once
/// @file What of check-ins crosses the wire.
#include "features/check_in/check_in_rules.hpp"

namespace rapport::check_in {

struct CheckInAhead {
  static constexpr std::string_view says = "A session of one's own that one can say something for, or soon can.";
  EncounterId encounter;
  EpisodeId episode;
  Time starts_at;
  encounters::Status status = encounters::Status::planned;
  CheckInState state = CheckInState::not_asked;
};
BOOST_DESCRIBE_STRUCT(CheckInAhead, (), (encounter, episode, starts_at, status, state))

struct CheckInsAnswer {
  static constexpr std::string_view says = "The session that is open first, then the soonest.";
  std::vector<CheckInAhead> check_ins;
};
BOOST_DESCRIBE_STRUCT(CheckInsAnswer, (), (check_ins))

struct CheckInVersion {
  std::int64_t version = 0;
  Time sent_at;
  CheckInContent content;
};
BOOST_DESCRIBE_STRUCT(CheckInVersion, (), (version, sent_at, content))

struct CheckInHomeworkName {
  homework::HomeworkId id;
  std::string title;
  homework::HomeworkState state = homework::HomeworkState::open;
};
BOOST_DESCRIBE_STRUCT(CheckInHomeworkName, (), (id, title, state))

struct CheckInAnswer {
  static constexpr std::string_view says =
      "`versions` what was sent, the latest first. `homework`: what is open, and what a version speaks of. To the "
      "client "
      "alone: `may_send`, `reminds`, `revision`, and `draft` with what is not sent.";
  EncounterId encounter;
  EpisodeId episode;
  Time starts_at;
  CheckInState state = CheckInState::not_asked;
  std::vector<CheckInVersion> versions;
  std::vector<CheckInHomeworkName> homework;
  std::optional<bool> may_send;
  std::optional<bool> reminds;
  std::optional<std::int64_t> revision;
  std::optional<Time> draft_at;
  std::optional<CheckInContent> draft;
};
BOOST_DESCRIBE_STRUCT(CheckInAnswer, (),
                      (encounter, episode, starts_at, state, versions, homework, may_send, reminds, revision, draft_at,
                       draft))

struct CheckInToSave {
  static constexpr std::string_view says =
      "`based_on` is the revision that this goes on from, 0 when nothing was saved before. Nothing need be answered. "
      "`feeling` is 0 (very bad) to 10 (very well). A topic has an id that the sender makes; with `on_agenda` it comes "
      "on the agenda of the session under that id when this is sent.";
  std::int64_t based_on = 0;
  CheckInContent content;
};
BOOST_DESCRIBE_STRUCT(CheckInToSave, (), (based_on, content))

struct CheckInSaved {
  std::int64_t revision = 0;
  Time saved_at;
};
BOOST_DESCRIBE_STRUCT(CheckInSaved, (), (revision, saved_at))

struct CheckInSent {
  std::int64_t revision = 0;
  std::int64_t version = 0;
  Time sent_at;
};
BOOST_DESCRIBE_STRUCT(CheckInSent, (), (revision, version, sent_at))

struct CheckInReminder {
  bool wanted = false;
};
BOOST_DESCRIBE_STRUCT(CheckInReminder, (), (wanted))

}  // namespace rapport::check_in
