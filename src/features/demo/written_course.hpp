#pragma once
/// @file What a file in resources/demo/courses holds: the sessions of one written client, the forms around them with
/// every answer, what was to be talked about, and what the therapist noted. Times are counted back from now.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "features/demo/written_practice.hpp"
#include "features/encounters/encounters.hpp"
#include "features/encounters/note_sections.hpp"

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

/// A session that was held. It has the time of what was said in the chat on that day, or, with `over_days`, of the
/// letters that were written from that day on for so many days.
struct HeldSession {
  std::int64_t days = 0;  ///< before now
  std::optional<std::int64_t> over_days;
  WrittenForms forms;
  std::optional<std::vector<WrittenPoint>> agenda;
  std::optional<std::vector<encounters::WrittenSection>> notes;
};
BOOST_DESCRIBE_STRUCT(HeldSession, (), (days, over_days, forms, agenda, notes))

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

struct WrittenCourse {
  Course course = Course::beginning;
  std::string language;           ///< in which forms are read where there is official wording in it
  bool items_allowed = false;     ///< the client lets the therapist see single answers
  std::vector<HeldSession> held;  ///< the oldest first
  std::vector<FormsBetween> between;
  std::vector<PlannedSession> planned;
};
BOOST_DESCRIBE_STRUCT(WrittenCourse, (), (course, language, items_allowed, held, between, planned))

/// Reads the client's file (courses/LOGIN.json), which is part of the program.
Result<WrittenCourse> read_written_course(const std::string& login);

}  // namespace rapport::demo
