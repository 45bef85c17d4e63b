#pragma once
/// @file The record as a program reads it; the page for people is made from the same.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/audit.hpp"
#include "features/achievements/achievements.hpp"
#include "features/check_in/check_in.hpp"
#include "features/encounters/encounters.hpp"
#include "features/goals/goals.hpp"
#include "features/homework/homework.hpp"
#include "features/preferences/preferences.hpp"
#include "features/questionnaires/questionnaires_shapes.hpp"
#include "features/recap/recap.hpp"
#include "features/relationship_concern/relationship_concern_shapes.hpp"
#include "features/safety_gate/safety_gate.hpp"
#include "features/signals/signals_shapes.hpp"
#include "features/therapist_switch/switch_summary.hpp"
#include "features/therapist_switch/therapist_switch.hpp"

namespace rapport::record {

struct RecordFile {
  static constexpr std::string_view says =
      "A file that went with a message; `content` is base64, and left out where the files come to more than 32 MiB.";
  std::string name;
  std::string type;
  std::int64_t bytes = 0;
  std::optional<std::string> description;
  std::optional<std::string> content;
};
BOOST_DESCRIBE_STRUCT(RecordFile, (), (name, type, bytes, description, content))

struct RecordMessage {
  static constexpr std::string_view says =
      "`by` is client, therapist or deputy, who stood in for the therapist of that time; `name` is the author's own, "
      "and left out where nobody knows it any more. `read`: it was before the eyes of the other person.";
  Time at;
  std::string by;
  std::optional<std::string> name;
  std::string text;
  bool read = false;
  std::vector<RecordFile> files = {};
};
BOOST_DESCRIBE_STRUCT(RecordMessage, (), (at, by, name, text, read, files))

struct RecordRoom {
  static constexpr std::string_view says = "`kind` is chat or thread; a thread has a subject.";
  std::string kind;
  std::optional<std::string> subject;
  std::vector<RecordMessage> messages;
};
BOOST_DESCRIBE_STRUCT(RecordRoom, (), (kind, subject, messages))

struct RecordChannel {
  encounters::Channel channel = encounters::Channel::chat;
  Time from;
  std::optional<Time> until;
};
BOOST_DESCRIBE_STRUCT(RecordChannel, (), (channel, from, until))

struct RecordPoint {
  static constexpr std::string_view says = "A point of the agenda; `by` and `name` as of a message.";
  std::string by;
  std::optional<std::string> name;
  std::string text;
  bool done = false;
};
BOOST_DESCRIBE_STRUCT(RecordPoint, (), (by, name, text, done))

struct RecordSession {
  static constexpr std::string_view says = "`starts_at` is when it was planned for.";
  EncounterId id;
  std::optional<std::int64_t> number;
  encounters::Status status = encounters::Status::planned;
  Time starts_at;
  std::int64_t minutes = 0;
  std::optional<Time> began_at;
  std::optional<Time> ended_at;
  std::vector<RecordChannel> channels;
  std::vector<RecordPoint> agenda;
};
BOOST_DESCRIBE_STRUCT(RecordSession, (), (id, number, status, starts_at, minutes, began_at, ended_at, channels, agenda))

struct RecordItem {
  static constexpr std::string_view says =
      "A question as it was read, and what was chosen (of a mark on a line: the line); without `value` it was not "
      "answered.";
  std::string item;
  std::string question;
  std::optional<double> value;
  std::optional<std::string> answer;
};
BOOST_DESCRIBE_STRUCT(RecordItem, (), (item, question, value, answer))

struct RecordVersion {
  static constexpr std::string_view says =
      "What was sent, with the scores that were made of it; a correction is a version.";
  std::int64_t version = 0;
  Time completed_at;
  std::string language;
  questionnaires::Scores scores;
  std::vector<RecordItem> answers;
};
BOOST_DESCRIBE_STRUCT(RecordVersion, (), (version, completed_at, language, scores, answers))

struct RecordCare {
  static constexpr std::string_view says =
      "How often the two decided to meet: so many sessions in so many weeks; a first contact within so many hours "
      "unless they had met already, and what was said about support and safety. A name that nobody knows is left out.";
  Time at;
  std::optional<std::string> by;
  std::int64_t sessions = 1;
  std::int64_t weeks = 1;
  std::optional<std::int64_t> first_contact_hours;
  std::string support;
  std::string safety;
};
BOOST_DESCRIBE_STRUCT(RecordCare, (), (at, by, sessions, weeks, first_contact_hours, support, safety))

struct RecordForm {
  static constexpr std::string_view says =
      "A form that was asked for; without `versions` it was not sent, or it is a therapist's own (`respondent`) that "
      "the "
      "therapist does not show. `session` is the one that it was asked for.";
  questionnaires::FormId id;
  std::string questionnaire;
  std::string name;
  questionnaires::Respondent respondent = questionnaires::Respondent::client;
  questionnaires::Occasion occasion = questionnaires::Occasion::on_request;
  std::optional<EncounterId> session;
  Time asked_at;
  std::optional<Time> due_at;
  bool items_allowed = false;
  std::optional<std::string> copyright;
  std::vector<RecordVersion> versions;
};
BOOST_DESCRIBE_STRUCT(RecordForm, (),
                      (id, questionnaire, name, respondent, occasion, session, asked_at, due_at, items_allowed,
                       copyright, versions))

struct RecordSignal {
  static constexpr std::string_view says =
      "Something that a rule found in the course and showed to whoever treated: a reason to look, no diagnosis. The "
      "sentence stands in English and in German. `holds` is false when what it stood on was corrected, or is over; "
      "`outcome` is what was done about it last; with `deferred` it was put off until then.";
  signals::Kind kind = signals::Kind::missing;
  std::string rule;
  std::string version;
  Time at;
  Time found_at;
  bool holds = true;
  std::string reason_en;
  std::string reason_de;
  std::optional<signals::Outcome> outcome;
  std::optional<Time> answered_at;
  std::optional<Time> deferred_until;
};
BOOST_DESCRIBE_STRUCT(RecordSignal, (),
                      (kind, rule, version, at, found_at, holds, reason_en, reason_de, outcome, answered_at,
                       deferred_until))

struct RecordGoalStep {
  goals::GoalState state = goals::GoalState::proposed;
  between_sessions::Side by = between_sessions::Side::client;
  Time at;
};
BOOST_DESCRIBE_STRUCT(RecordGoalStep, (), (state, by, at))

struct RecordRating {
  Time at;
  std::int64_t progress = 0;
  std::string note;
};
BOOST_DESCRIBE_STRUCT(RecordRating, (), (at, progress, note))

struct RecordGoal {
  static constexpr std::string_view says =
      "A goal in the words of whoever proposed it, how one would notice that it is reached, its steps, and how far the "
      "client said that it is (0 to 10).";
  std::string text;
  std::string sign;
  goals::GoalState state = goals::GoalState::proposed;
  std::vector<RecordGoalStep> steps;
  std::vector<RecordRating> ratings;
};
BOOST_DESCRIBE_STRUCT(RecordGoal, (), (text, sign, state, steps, ratings))

struct RecordApproach {
  static constexpr std::string_view says =
      "How the two want to work, as it was proposed: `models` and `style` in English. The latest that is agreed holds.";
  Time at;
  between_sessions::Side by = between_sessions::Side::client;
  goals::ApproachState state = goals::ApproachState::proposed;
  std::optional<Time> answered_at;
  std::vector<std::string> models;
  std::string style;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(RecordApproach, (), (at, by, state, answered_at, models, style, words))

struct RecordEntry {
  static constexpr std::string_view says = "What the client wrote for a homework; `shown`: to the therapist.";
  Time at;
  bool shown = false;
  homework::EntryContent content;
};
BOOST_DESCRIBE_STRUCT(RecordEntry, (), (at, shown, content))

struct RecordHomework {
  homework::HomeworkKind kind = homework::HomeworkKind::task;
  Time given_at;
  between_sessions::Side by = between_sessions::Side::client;
  std::string title;
  std::string text;
  std::optional<Time> due_at;
  homework::HomeworkState state = homework::HomeworkState::open;
  std::vector<RecordEntry> entries;
};
BOOST_DESCRIBE_STRUCT(RecordHomework, (), (kind, given_at, by, title, text, due_at, state, entries))

struct RecordAchievement {
  static constexpr std::string_view says =
      "What went well, a mood (0 to 10), or what the therapist noticed; `shown`: to the therapist.";
  achievements::AchievementKind kind = achievements::AchievementKind::achievement;
  Time at;
  bool shown = false;
  std::string text;
  std::optional<std::int64_t> mood;
};
BOOST_DESCRIBE_STRUCT(RecordAchievement, (), (kind, at, shown, text, mood))

struct RecordCheckIn {
  static constexpr std::string_view says = "What the client said before a session; without `version` it is not sent.";
  EncounterId session;
  Time at;
  std::optional<std::int64_t> version;
  check_in::CheckInContent content;
};
BOOST_DESCRIBE_STRUCT(RecordCheckIn, (), (session, at, version, content))

struct RecordWhereabouts {
  static constexpr std::string_view says = "Where the client was in a session; without `answers` they did not say.";
  EncounterId session;
  Time at;
  std::optional<safety_gate::Whereabouts> answers;
};
BOOST_DESCRIBE_STRUCT(RecordWhereabouts, (), (session, at, answers))
struct RecordRecapVersion {
  std::int64_t version = 0;
  Time confirmed_at;
  recap::RecapContent content;
};
BOOST_DESCRIBE_STRUCT(RecordRecapVersion, (), (version, confirmed_at, content))

struct RecordSentBack {
  Time at;
  between_sessions::Side by = between_sessions::Side::client;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(RecordSentBack, (), (at, by, words))

struct RecordSessionFeedback {
  Time at;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(RecordSessionFeedback, (), (at, words))

struct RecordRecap {
  static constexpr std::string_view says =
      "What the two took with them from a session (`session` is its number): each version that the client confirmed, "
      "how "
      "it stands where it was changed since (`content`), what was not right when somebody sent it back, and what the "
      "client said of the session to the therapist of then.";
  std::int64_t session = 0;
  recap::RecapState state = recap::RecapState::none;
  std::optional<recap::RecapContent> content;
  std::vector<RecordRecapVersion> versions;
  std::vector<RecordSentBack> sent_back;
  std::optional<RecordSessionFeedback> feedback;
};
BOOST_DESCRIBE_STRUCT(RecordRecap, (), (session, state, content, versions, sent_back, feedback))

struct RecordHandOver {
  static constexpr std::string_view says = "From `at` on somebody else treated; a name that nobody knows is left out.";
  Time at;
  std::optional<std::string> from;
  std::optional<std::string> to;
};
BOOST_DESCRIBE_STRUCT(RecordHandOver, (), (at, from, to))

struct RecordEpisode {
  static constexpr std::string_view says =
      "`therapist` treats now, or did at the end; who did before stands in `hand_overs`, the earliest first.";
  EpisodeId id;
  std::string therapist;
  std::vector<RecordHandOver> hand_overs;
  Time opened_at;
  std::optional<Time> closed_at;
  std::optional<std::int64_t> reply_hours;
  std::vector<RecordCare> care;
  std::vector<RecordSession> sessions;
  std::vector<RecordForm> forms;
  std::vector<RecordRoom> rooms;
  std::vector<RecordSignal> signals;
  std::vector<RecordGoal> goals = {};
  std::vector<RecordApproach> approaches = {};
  std::vector<RecordHomework> homework = {};
  std::vector<RecordAchievement> achievements = {};
  std::vector<RecordCheckIn> check_ins = {};
  std::vector<RecordWhereabouts> whereabouts = {};
  std::optional<safety_gate::UsualPlace> usual_place = {};
  std::vector<RecordRecap> recaps = {};
};
BOOST_DESCRIBE_STRUCT(RecordEpisode, (),
                      (id, therapist, hand_overs, opened_at, closed_at, reply_hours, care, sessions, forms, rooms,
                       signals, goals, approaches, homework, achievements, check_ins, whereabouts, usual_place, recaps))

struct RecordConsent {
  static constexpr std::string_view says =
      "Something that was agreed to, or withdrawn. `title` as it was read, `digest` that of the words; `by` and `note` "
      "where somebody else wrote it down. With `put_back_to` nobody withdrew it: the practice was put back to its "
      "state "
      "of then, and asks anew.";
  std::string purpose;
  std::string title;
  std::string version;
  std::string language;
  std::string digest;
  bool given = false;
  Time at;
  std::optional<std::string> by;
  std::optional<std::string> note;
  std::optional<Time> put_back_to;
};
BOOST_DESCRIBE_STRUCT(RecordConsent, (), (purpose, title, version, language, digest, given, at, by, note, put_back_to))

struct RecordWishes {
  static constexpr std::string_view says = "What the client wished for in the work from `at` on.";
  std::int64_t version = 0;
  Time at;
  preferences::Wishes wishes;
};
BOOST_DESCRIBE_STRUCT(RecordWishes, (), (version, at, wishes))

struct RecordAccess {
  static constexpr std::string_view says =
      "Somebody else read or changed something of this record: `action` as in the audit, `view` the page or list. "
      "Without a name it was the program by itself, or somebody whose account is gone.";
  Time at;
  std::optional<std::string> name;
  std::string role;
  std::string action;
  std::optional<std::string> view;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(RecordAccess, (), (at, name, role, action, view, count))

struct AccessLine {
  static constexpr std::string_view says =
      "Somebody else read or changed something of the asker's: `who` is their name, or words for the program by itself "
      "and for somebody whose account is gone; `role` and `what` are words, `action` is as in the audit. Without "
      "`role` "
      "it was the program.";
  access::AuditId id;
  Time at;
  std::string who;
  std::optional<std::string> role;
  std::string action;
  std::string what;
  std::int64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(AccessLine, (), (id, at, who, role, action, what, count))

struct AccessAnswer {
  static constexpr std::string_view says = "The latest first. `more`: ask again with the last `id` as `before`.";
  std::vector<AccessLine> access;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(AccessAnswer, (), (access, more))

struct RecordSwitch {
  static constexpr std::string_view says =
      "That one asked for another therapist, and what one gave along; `told_at` absent: nobody was told.";
  Time started_at;
  therapist_switch::SwitchState state = therapist_switch::SwitchState::started;
  std::string from;
  std::optional<std::string> to;
  std::optional<Time> told_at;
  std::optional<Time> at;
  std::optional<Time> ended_at;
  therapist_switch::SwitchHistory history = therapist_switch::SwitchHistory::everything;
  std::optional<therapist_switch::SwitchSummary> summary;
};
BOOST_DESCRIBE_STRUCT(RecordSwitch, (), (started_at, state, from, to, told_at, at, ended_at, history, summary))

struct RecordAnswer {
  static constexpr std::string_view says =
      "Everything of one client, the oldest first; `access` the latest first, at most 20,000 (`more_access`). "
      "`left_out` "
      "says in words what is not in it.";
  Time made_at;
  std::string practice;
  bool synthetic = false;
  std::string name;
  std::vector<RecordEpisode> episodes;
  std::vector<RecordConsent> consents;
  std::vector<relationship_concern::OwnConcern> relationship_concerns;
  std::vector<RecordSwitch> switches;
  std::vector<RecordWishes> wishes;
  std::vector<RecordAccess> access;
  bool more_access = false;
  std::vector<std::string> left_out;
};
BOOST_DESCRIBE_STRUCT(RecordAnswer, (),
                      (made_at, practice, synthetic, name, episodes, consents, relationship_concerns, switches, wishes,
                       access, more_access, left_out))

}  // namespace rapport::record
