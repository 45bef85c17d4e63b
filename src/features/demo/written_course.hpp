#pragma once
/// @file What a file in resources/demo/courses holds: the sessions of one written client, the forms around them with
/// every answer, what was to be talked about, and what the therapist noted. Times are counted back from now.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "features/achievements/achievements.hpp"
#include "features/check_in/check_in.hpp"
#include "features/demo/written_practice.hpp"
#include "features/encounters/encounters.hpp"
#include "features/encounters/note_sections.hpp"
#include "features/goals/goals.hpp"
#include "features/homework/homework_rules.hpp"

namespace rapport::demo {

/// What the forms of a client show; the tests hold the scores against it.
enum class Course {
  steady_gain,
  sudden_gain,
  deterioration,
  rupture_and_repair,
  no_change,
  drop_out,
  perfect_rater,
  four_years,  ///< sixteen sessions with long gaps
  beginning,   ///< too few forms to show anything
};
BOOST_DESCRIBE_ENUM(Course, steady_gain, sudden_gain, deterioration, rupture_and_repair, no_change, drop_out,
                    perfect_rater, four_years, beginning)

/// The answers of one form, a sign for each question in the order as printed: the digit that was chosen, '-' for what
/// was left out. Shorter than the form: begun and not sent. Empty: asked for and not begun. Absent: not asked for.
using WrittenAnswers = std::optional<std::string>;

struct WrittenForms {
  WrittenAnswers phq9;
  WrittenAnswers gad7;
  WrittenAnswers sparq;
  WrittenAnswers risq;
};
BOOST_DESCRIBE_STRUCT(WrittenForms, (), (phq9, gad7, sparq, risq))

struct WrittenPoint {
  Author by = Author::client;
  http::Text<1, encounters::kLongestPoint> text;
};
BOOST_DESCRIBE_STRUCT(WrittenPoint, (), (by, text))

/// What the two wrote at the end of a session, and the client confirmed.
struct WrittenRecap {
  std::vector<WrittenPoint> lines;
  std::string with_us;
};
BOOST_DESCRIBE_STRUCT(WrittenRecap, (), (lines, with_us))

/// A session that was held. It has the time of what was said in the chat on that day, or, with `over_days`, of the
/// letters that were written from that day on for so many days.
struct HeldSession {
  std::int64_t days = 0;  ///< before now
  std::optional<std::int64_t> over_days;
  WrittenForms forms;
  std::optional<std::vector<WrittenPoint>> agenda;
  std::optional<std::vector<encounters::WrittenSection>> notes;
  std::optional<check_in::CheckInContent> check_in = {};  ///< what the client said some hours before
  std::optional<WrittenRecap> recap = {};
};
BOOST_DESCRIBE_STRUCT(HeldSession, (), (days, over_days, forms, agenda, notes, check_in, recap))

/// At a full hour (UTC) of a day to come. Its forms that come before a session may be asked for already.
struct PlannedSession {
  std::int64_t in_days = 0;
  std::int64_t hour = 0;
  std::int64_t minutes = 0;
  encounters::Channel channel = encounters::Channel::chat;
  WrittenForms forms;
  std::vector<WrittenPoint> agenda;
};
BOOST_DESCRIBE_STRUCT(PlannedSession, (), (in_days, hour, minutes, channel, forms, agenda))

/// Forms asked for between sessions, `days` and `minutes` before now.
struct FormsBetween {
  std::int64_t days = 0;
  std::int64_t minutes = 0;
  WrittenForms forms;
};
BOOST_DESCRIBE_STRUCT(FormsBetween, (), (days, minutes, forms))

/// What the two keep between sessions. Days are before now.
struct WrittenRating {
  std::int64_t days = 0;
  std::int64_t progress = 0;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(WrittenRating, (), (days, progress, note))

struct WrittenGoal {
  Author by = Author::client;
  std::int64_t days = 0;
  std::string text;
  std::optional<std::string> sign;
  std::optional<bool> mine;
  std::optional<std::int64_t> accepted_days;
  std::optional<std::vector<WrittenRating>> ratings;
  std::optional<std::int64_t> reached_days;
};
BOOST_DESCRIBE_STRUCT(WrittenGoal, (), (by, days, text, sign, mine, accepted_days, ratings, reached_days))

struct WrittenApproach {
  Author by = Author::therapist;
  std::int64_t days = 0;
  std::vector<std::string> models;
  std::string style;
  std::optional<std::string> words;
  std::optional<std::int64_t> agreed_days;
};
BOOST_DESCRIBE_STRUCT(WrittenApproach, (), (by, days, models, style, words, agreed_days))

struct WrittenEntry {
  std::int64_t days = 0;
  std::optional<bool> shared;
  homework::EntryContent content;
};
BOOST_DESCRIBE_STRUCT(WrittenEntry, (), (days, shared, content))

struct WrittenHomework {
  Author by = Author::therapist;
  homework::HomeworkKind kind = homework::HomeworkKind::task;
  std::int64_t days = 0;
  std::string title;
  std::optional<std::string> text;
  std::optional<std::int64_t> due_in_days;  ///< from now
  std::optional<homework::HomeworkOutcome> outcome;
  std::optional<std::int64_t> outcome_days;
  std::optional<std::vector<WrittenEntry>> entries;
};
BOOST_DESCRIBE_STRUCT(WrittenHomework, (), (by, kind, days, title, text, due_in_days, outcome, outcome_days, entries))

struct WrittenAchievement {
  achievements::AchievementKind kind = achievements::AchievementKind::achievement;
  std::int64_t days = 0;
  std::optional<std::string> text;
  std::optional<std::int64_t> mood;
  std::optional<bool> shared;
};
BOOST_DESCRIBE_STRUCT(WrittenAchievement, (), (kind, days, text, mood, shared))

struct WrittenBetween {
  std::vector<WrittenGoal> goals;
  std::vector<WrittenApproach> approaches;
  std::vector<WrittenHomework> homework;
  std::vector<WrittenAchievement> achievements;
};
BOOST_DESCRIBE_STRUCT(WrittenBetween, (), (goals, approaches, homework, achievements))

struct WrittenCourse {
  Course course = Course::beginning;
  std::string language;           ///< in which forms are read where there is official wording in it
  bool items_allowed = false;     ///< the client lets the therapist see single answers
  std::vector<HeldSession> held;  ///< the oldest first
  std::vector<FormsBetween> between;
  std::vector<PlannedSession> planned;
  std::optional<WrittenBetween> kept = {};  ///< between sessions
};
BOOST_DESCRIBE_STRUCT(WrittenCourse, (), (course, language, items_allowed, held, between, planned, kept))

/// Reads the client's file (courses/LOGIN.json), which is part of the program.
Result<WrittenCourse> read_written_course(const std::string& login);

}  // namespace rapport::demo
