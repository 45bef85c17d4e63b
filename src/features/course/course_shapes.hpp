#pragma once
/// @file What of the course crosses the wire.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/encounters/encounters.hpp"
#include "features/questionnaires/questionnaires.hpp"
#include "features/safety/safety_shapes.hpp"

namespace rapport::course {

struct CourseSession {
  static constexpr std::string_view says =
      "`at` is when it began, or is to begin. `channels` are the ways of talking in the order in which they were used; "
      "before it began, the one that is planned.";
  EncounterId id;
  std::optional<std::int64_t> number;
  encounters::Status status = encounters::Status::planned;
  std::vector<encounters::Channel> channels;
  Time at;
  std::optional<Time> ended_at;
};
BOOST_DESCRIBE_STRUCT(CourseSession, (), (id, number, status, channels, at, ended_at))

struct CourseScale {
  std::string key;
  std::string label;
  double min = 0;
  double max = 0;
  bool higher_is_worse = true;
};
BOOST_DESCRIBE_STRUCT(CourseScale, (), (key, label, min, max, higher_is_worse))

struct CourseBand {
  static constexpr std::string_view says = "A name for a range of scores, both ends included.";
  std::string scale;
  double min = 0;
  double max = 0;
  std::string label;
  std::optional<std::string> source;
};
BOOST_DESCRIBE_STRUCT(CourseBand, (), (scale, min, max, label, source))

struct CourseThreshold {
  static constexpr std::string_view says =
      "From this size on a change on the first scale is more than the measurement error explains.";
  double value = 0;
  std::optional<std::string> source;
};
BOOST_DESCRIBE_STRUCT(CourseThreshold, (), (value, source))

struct CourseValue {
  static constexpr std::string_view says = "`value` is absent when too much was left unanswered.";
  std::string scale;
  std::optional<double> value;
  bool prorated = false;
};
BOOST_DESCRIBE_STRUCT(CourseValue, (), (scale, value, prorated))

struct CourseChange {
  static constexpr std::string_view says =
      "`value` is this score minus that one; `change` is recovered, improved, unchanged, deteriorated or undetermined. "
      "`into_clinical_range`: it became reliably worse and crossed the clinical cut-off.";
  double value = 0;
  std::string change;
  bool into_clinical_range = false;
};
BOOST_DESCRIBE_STRUCT(CourseChange, (), (value, change, into_clinical_range))

struct CourseConcern {
  static constexpr std::string_view says =
      "The form has answers for a person to look at; `kind` as in GET /api/concerns. A client learns no more than "
      "that. "
      "Whoever is told of them also finds `id`, `state`, the `questions` behind it by their numbers (none: the "
      "questionnaire is no longer known), and in `by` who has said that they look into it (empty: their account was "
      "closed since).";
  safety::Kind kind = safety::Kind::safety;
  std::optional<safety::ConcernId> id;
  std::optional<safety::ConcernState> state;
  std::optional<std::vector<std::int64_t>> questions;
  std::optional<std::string> by;
};
BOOST_DESCRIBE_STRUCT(CourseConcern, (), (kind, id, state, questions, by))

struct CoursePoint {
  static constexpr std::string_view says =
      "A form that was sent, with its latest scores. `session` is the one it was asked for; without one, filled in "
      "before a session, the next that was not over; after one, the last that had begun. A form that was not sent goes "
      "by when it was "
      "asked for. For the client a form with `concerns` has neither `band` nor changes, and its series no `bands`: "
      "beside such an answer they would say that all is well.";
  questionnaires::FormId form;
  Time at;
  questionnaires::Occasion occasion = questionnaires::Occasion::on_request;
  std::optional<EncounterId> session;
  std::vector<CourseValue> values;
  std::optional<std::string> band;
  std::optional<CourseChange> since_first;
  std::optional<CourseChange> since_previous;
  std::vector<CourseConcern> concerns;
};
BOOST_DESCRIBE_STRUCT(CoursePoint, (),
                      (form, at, occasion, session, values, band, since_first, since_previous, concerns))

struct CourseSeries {
  static constexpr std::string_view says =
      "One questionnaire over time, filled in by `respondent`, the oldest point first. Where it has several scales and "
      "no total, there is none. Scores of versions whose scales differ cannot be drawn on one axis: then there are "
      "several series of it, each with its `scoring_version`. `name`, `bands` and `reliable_change` are those of the "
      "latest form.";
  std::string questionnaire;
  std::string name;
  std::optional<std::string> scoring_version;
  questionnaires::Respondent respondent = questionnaires::Respondent::client;
  std::vector<CourseScale> scales;
  std::vector<CourseBand> bands;
  std::optional<CourseThreshold> reliable_change;
  std::vector<CoursePoint> points;
};
BOOST_DESCRIBE_STRUCT(CourseSeries, (),
                      (questionnaire, name, scoring_version, respondent, scales, bands, reliable_change, points))

enum class CourseEventKind { opened, closed, asked, overdue, missing };
BOOST_DESCRIBE_ENUM(CourseEventKind, opened, closed, asked, overdue, missing)

struct CourseEvent {
  static constexpr std::string_view says =
      "`opened` and `closed`: the episode. `asked`: a form that was asked for and not sent; `overdue`: its day has "
      "passed. `missing`: a session that went by without a form that was asked for before it, or that came with at "
      "least half "
      "of the sessions since it first did. `respondent` is who fills the form in.";
  CourseEventKind kind = CourseEventKind::opened;
  Time at;
  std::optional<std::string> questionnaire;
  std::optional<std::string> name;
  std::optional<questionnaires::FormId> form;
  std::optional<EncounterId> session;
  std::optional<questionnaires::Respondent> respondent = {};
};
BOOST_DESCRIBE_STRUCT(CourseEvent, (), (kind, at, questionnaire, name, form, session, respondent))

struct CourseAnswer {
  static constexpr std::string_view says =
      "Everything oldest first. `more`: there are older sessions than the 500 given. A therapist does not find forms "
      "in "
      "it whose scores would tell of single answers that the client has not allowed them to see.";
  std::vector<CourseSession> sessions;
  std::vector<CourseSeries> series;
  std::vector<CourseEvent> events;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(CourseAnswer, (), (sessions, series, events, more))

}  // namespace rapport::course
