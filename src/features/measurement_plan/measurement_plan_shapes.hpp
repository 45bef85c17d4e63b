#pragma once
/// @file What of the measurement plan crosses the wire.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/measurement_plan/measurement_plan.hpp"
#include "http/text.hpp"

namespace rapport::measurement_plan {

enum class When { before_session, after_session, at_start, every_weeks, at_end };
BOOST_DESCRIBE_ENUM(When, before_session, after_session, at_start, every_weeks, at_end)

struct PlannedForm {
  static constexpr std::string_view says =
      "`weeks` and `next_at` (when it is asked for next) where it comes every few weeks. `questions` is the most that "
      "are asked. `kept`: it goes to the neutral person and is the practice's to choose; it stays whatever the "
      "therapist "
      "plans. `items_shown`, for the client alone and where there is something to choose: whether forms asked for from "
      "now on let the therapist see single answers.";
  std::string questionnaire;
  std::string name;
  questionnaires::Respondent respondent = questionnaires::Respondent::client;
  When when = When::before_session;
  std::optional<std::int64_t> weeks;
  std::optional<Time> next_at;
  std::int64_t questions = 0;
  bool about_relationship = false;
  bool kept = false;
  std::optional<bool> items_shown;
};
BOOST_DESCRIBE_STRUCT(PlannedForm, (),
                      (questionnaire, name, respondent, when, weeks, next_at, questions, about_relationship, kept,
                       items_shown))

struct PlanBurden {
  static constexpr std::string_view says =
      "Seconds that answering takes, by our own rule of `seconds_for_question` for each question: with one session, in "
      "a "
      "month of `sessions_a_month` sessions, and once at the start and at the end together.";
  std::int64_t session_seconds = 0;
  std::int64_t month_seconds = 0;
  std::int64_t once_seconds = 0;
};
BOOST_DESCRIBE_STRUCT(PlanBurden, (), (session_seconds, month_seconds, once_seconds))

struct MeasurementPlan {
  static constexpr std::string_view says =
      "What is asked of whom and when, in order. `usual`: nothing was chosen for this episode, the practice's plan "
      "holds. "
      "`end_near_at`: since when the therapist says that the end is near. `reminders`: the client is reminded of a "
      "form "
      "a day before it is due, by day and once. What goes with a session is asked for a day before it begins or when "
      "it "
      "ends, and is due when it begins or two days after it ended; what goes by the calendar is due after a week.";
  std::vector<PlannedForm> forms;
  bool usual = true;
  std::optional<Time> chosen_at;
  std::optional<Time> end_near_at;
  PlanBurden client;
  PlanBurden therapist;
  std::int64_t seconds_for_question = kSecondsForQuestion;
  double sessions_a_month = 0;
  bool reminders = true;
};
BOOST_DESCRIBE_STRUCT(MeasurementPlan, (),
                      (forms, usual, chosen_at, end_near_at, client, therapist, seconds_for_question, sessions_a_month,
                       reminders))

struct FormToPlan {
  static constexpr std::string_view says =
      "`questionnaire` as GET /api/questionnaires has it; `weeks`, 1 to 52, where it comes every few weeks.";
  http::Text<1, 64> questionnaire;
  When when = When::before_session;
  std::optional<std::int64_t> weeks;
};
BOOST_DESCRIBE_STRUCT(FormToPlan, (), (questionnaire, when, weeks))

struct PlanWanted {
  static constexpr std::string_view says =
      "In place of what held before, in order, at most six for each occasion; what is `kept` stays. It holds from now "
      "on: "
      "what is new at the start or every few weeks is asked for at once.";
  std::vector<FormToPlan> forms;
};
BOOST_DESCRIBE_STRUCT(PlanWanted, (), (forms))

struct EndWanted {
  bool near = false;
};
BOOST_DESCRIBE_STRUCT(EndWanted, (), (near))

struct RemindersWanted {
  bool wanted = true;
};
BOOST_DESCRIBE_STRUCT(RemindersWanted, (), (wanted))

struct MissedOne {
  static constexpr std::string_view says =
      "A form that was due and not sent. `is_over`: its session went by and it is no longer asked for; the others can "
      "still be sent.";
  questionnaires::FormId form;
  std::string questionnaire;
  std::string name;
  questionnaires::Respondent respondent = questionnaires::Respondent::client;
  questionnaires::Occasion occasion = questionnaires::Occasion::on_request;
  std::optional<Moment> moment;
  std::optional<EncounterId> encounter;
  Time asked_at;
  std::optional<Time> due_at;
  bool is_over = false;
};
BOOST_DESCRIBE_STRUCT(MissedOne, (),
                      (form, questionnaire, name, respondent, occasion, moment, encounter, asked_at, due_at, is_over))

struct MissedForms {
  static constexpr std::string_view says =
      "The latest due first, at most 500. What goes to the neutral person is left out for everybody but the client.";
  std::vector<MissedOne> forms;
};
BOOST_DESCRIBE_STRUCT(MissedForms, (), (forms))

}  // namespace rapport::measurement_plan
