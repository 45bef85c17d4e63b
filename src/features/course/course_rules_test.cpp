#include "features/course/course_rules.hpp"

#include <gtest/gtest.h>

#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::course {
namespace {

using encounters::Channel;
using encounters::Status;
using questionnaires::Occasion;
using std::chrono::days;
using std::chrono::hours;

const Time kStart = from_micros(1'790'000'000'000'000);

class Course : public ::testing::Test {
 protected:
  Course() {
    material.span = {EpisodeId::make(kStart), client, kStart, {}};
    material.is_own = true;
  }

  /// One that began on that day and lasted an hour.
  EncounterId held(int day, std::optional<hours> lasted = hours(1)) {
    encounters::Encounter one;
    one.id = EncounterId::make(kStart + days(day));
    one.status = lasted ? Status::closed : Status::open;
    one.number = std::ssize(material.sessions) + 1;
    one.began_at = kStart + days(day);
    one.plan.starts_at = *one.began_at;
    if (lasted) one.ended_at = *one.began_at + *lasted;
    material.sessions.push_back(one);
    return one.id;
  }
  questionnaires::StoredForm& asked(const std::string& instrument, Occasion occasion, Time at) {
    CourseForm form;
    form.form.id = questionnaires::FormId::make(at);
    form.form.client = client;
    form.form.instrument = instrument;
    form.form.occasion = occasion;
    form.form.asked_at = at;
    material.forms.push_back(std::move(form));
    return material.forms.back().form;
  }
  /// Sent with the same answer to every question.
  void sent(const std::string& instrument, Occasion occasion, Time at, double value = 1) {
    asked(instrument, occasion, at).completed_at = at;
    const auto& found = *questionnaires::instruments().find(instrument);
    questionnaires::Answers answers{"en", {}};
    for (const auto& question : found.questions()) answers.answers.push_back({question.link_id, value});
    material.forms.back().scores = questionnaires::score_answers(found, answers).value();
  }
  CourseAnswer drawn(int day = 100) { return draw_course(material, kStart + days(day)); }
  std::vector<CourseEvent> missing(int day = 100) {
    auto events = drawn(day).events;
    std::erase_if(events, [](const CourseEvent& one) { return one.kind != CourseEventKind::missing; });
    return events;
  }

  const AccountId client = AccountId::make(kStart);
  Material material;
};

TEST_F(Course, HoldsSessionsInTheirOrderWithTheChannelsThatWereUsed) {
  const auto second = held(8);
  const auto first = held(1);
  material.channels[first] = {Channel::chat, Channel::messages};
  const auto course = drawn();
  ASSERT_EQ(course.sessions.size(), 2U);
  EXPECT_EQ(course.sessions[0].id, first);
  EXPECT_EQ(course.sessions[0].channels, (std::vector{Channel::chat, Channel::messages}));
  EXPECT_EQ(course.sessions[1].id, second);
  EXPECT_EQ(course.sessions[1].channels, std::vector{Channel::chat}) << "planned, and none noted";
  ASSERT_EQ(course.events.size(), 1U);
  EXPECT_EQ(course.events[0].kind, CourseEventKind::opened);
}

TEST_F(Course, AFormBelongsToTheSessionItWasAskedForWhateverItsTime) {
  const auto planned = [&](int day, Status status) {
    const auto id = held(day, std::nullopt);
    auto& one = material.sessions.back();
    one.status = status;
    one.began_at.reset();
    return id;
  };
  const auto soon = planned(10, Status::planned);
  const auto later = planned(17, Status::planned);
  const auto cancelled = planned(3, Status::cancelled);
  const auto before = held(5);
  sent("phq-9", Occasion::before_session, kStart + days(4));
  material.forms.back().form.encounter = later;
  asked("gad-7", Occasion::before_session, kStart + days(4)).encounter = soon;
  sent("k6", Occasion::before_session, kStart + days(4));
  material.forms.back().form.encounter = cancelled;
  const auto course = drawn(9);
  EXPECT_EQ(course.series.at(0).points.at(0).session, later) << "not the one that was held next";
  EXPECT_EQ(course.series.at(1).points.at(0).session, before) << "the other was cancelled";
  const auto waiting = std::find_if(course.events.begin(), course.events.end(),
                                    [](const CourseEvent& one) { return one.questionnaire == "gad-7"; });
  ASSERT_NE(waiting, course.events.end());
  EXPECT_EQ(waiting->session, soon);
}

TEST_F(Course, VersionsOnOneAxisAreOneSeriesAndOthersStandApart) {
  const auto sent_with = [&](int day, const std::string& version, double max, const std::string& digest = "") {
    sent("phq-9", Occasion::on_request, kStart + days(day));
    auto& form = material.forms.back();
    form.form.digest = digest;
    form.scores->scoring_version = version;
    form.scores->scales.front().max = max;
  };
  sent_with(1, "1", 27, "no longer known");
  sent_with(2, "1", 27);
  sent_with(3, "2", 27);
  auto course = drawn();
  ASSERT_EQ(course.series.size(), 1U);
  EXPECT_EQ(course.series[0].points.size(), 3U);
  EXPECT_EQ(course.series[0].name, "PHQ-9") << "as the latest has it";
  EXPECT_FALSE(course.series[0].bands.empty());
  EXPECT_FALSE(course.series[0].scoring_version) << "there is no other";
  sent_with(4, "3", 54);
  sent_with(5, "3", 54, "another digest");
  course = drawn();
  ASSERT_EQ(course.series.size(), 2U);
  EXPECT_EQ(course.series[0].scoring_version, "2");
  EXPECT_EQ(course.series[0].scales[0].max, 27);
  EXPECT_EQ(course.series[1].scoring_version, "3");
  EXPECT_EQ(course.series[1].scales[0].max, 54);
  EXPECT_EQ(course.series[1].points.size(), 2U);
}

TEST_F(Course, AFormBelongsToTheSessionItWasFilledInFor) {
  const auto first = held(1);
  const auto second = held(8);
  sent("gad-7", Occasion::before_session, kStart + hours(23));
  sent("gad-7", Occasion::before_session, kStart + days(8) + hours(1) / 2);  // as it began
  sent("sparq", Occasion::after_session, kStart + days(3));
  sent("sparq", Occasion::after_session, kStart + hours(1));  // of no session
  sent("k6", Occasion::on_request, kStart + days(2));
  const auto course = drawn();
  ASSERT_EQ(course.series.size(), 3U);
  const auto of = [&](const std::string& id) {
    return *std::find_if(course.series.begin(), course.series.end(),
                         [&](const CourseSeries& one) { return one.questionnaire == id; });
  };
  ASSERT_EQ(of("gad-7").points.size(), 2U);
  EXPECT_EQ(of("gad-7").points[0].session, first);
  EXPECT_EQ(of("gad-7").points[1].session, second);
  EXPECT_EQ(of("sparq").points[0].session, std::nullopt);
  EXPECT_EQ(of("sparq").points[1].session, first);
  EXPECT_EQ(of("k6").points[0].session, std::nullopt);
}

TEST_F(Course, SaysWhatAScoreIsCalledAndWhatHasChanged) {
  sent("gad-7", Occasion::on_request, kStart + days(1), 2);
  sent("gad-7", Occasion::on_request, kStart + days(2), 2);
  sent("gad-7", Occasion::on_request, kStart + days(3), 1);
  const auto series = drawn().series.at(0);
  EXPECT_EQ(series.name, "GAD-7");
  ASSERT_EQ(series.bands.size(), 4U);
  EXPECT_NE(series.bands[0].source, std::nullopt);
  ASSERT_EQ(series.points.size(), 3U);
  EXPECT_EQ(series.points[0].band, "Moderate");
  EXPECT_EQ(series.points[0].since_first, std::nullopt);
  EXPECT_EQ(series.points[1].since_previous->change, "unchanged");
  EXPECT_EQ(series.points[2].since_first->value, -7);
  EXPECT_EQ(series.points[2].since_first->change, "recovered") << "from the clinical side of 10 to the other";
  ASSERT_TRUE(series.reliable_change);
  EXPECT_EQ(series.reliable_change->value, 4);
}

/// As the therapist finds it.
CourseConcern concern(safety::Kind kind) {
  return {kind, safety::ConcernId::make(kStart), safety::ConcernState::closed, std::vector<std::int64_t>{9}, "Berger"};
}

TEST_F(Course, SaysNothingToTheClientThatWouldSoundWellBesideAnAnswerAboutHarm) {
  for (const int day : {1, 2, 3}) sent("phq-9", Occasion::on_request, kStart + days(day), 0);
  for (const int day : {1, 2}) sent("gad-7", Occasion::on_request, kStart + days(day), 0);
  for (const auto kind : {safety::Kind::safety, safety::Kind::unanswered, safety::Kind::rift}) {
    // A form may have raised several, and those may be closed: it stays a form with such an answer.
    material.forms[1].concerns = {concern(safety::Kind::unanswered), concern(kind)};
    const auto course = drawn();
    const auto& raised = course.series.at(0);
    EXPECT_EQ(raised.questionnaire, "phq-9");
    EXPECT_TRUE(raised.bands.empty()) << "no ground that is called Minimal below such a point";
    EXPECT_EQ(raised.points[1].values[0].value, 0);
    EXPECT_EQ(raised.points[1].band, std::nullopt);
    EXPECT_EQ(raised.points[1].since_first, std::nullopt);
    EXPECT_EQ(raised.points[1].since_previous, std::nullopt);
    ASSERT_EQ(raised.points[1].concerns.size(), 1U);
    EXPECT_EQ(raised.points[1].concerns[0].kind, std::min(kind, safety::Kind::unanswered));
    EXPECT_EQ(raised.points[1].concerns[0].id, std::nullopt);
    EXPECT_EQ(raised.points[1].concerns[0].state, std::nullopt);
    EXPECT_EQ(raised.points[1].concerns[0].questions, std::nullopt);
    EXPECT_EQ(raised.points[1].concerns[0].by, std::nullopt);
    EXPECT_EQ(raised.points[2].band, std::nullopt) << "the series has no ranges to name";
    EXPECT_TRUE(raised.points[2].since_previous);
    EXPECT_EQ(course.series.at(1).bands.size(), 4U);
    EXPECT_EQ(course.series.at(1).points[1].band, "Minimal");
  }
}

TEST_F(Course, MarksForTheTherapistWhatARaisedConcernIsAboutAndLeavesNothingOut) {
  sent("phq-9", Occasion::on_request, kStart + days(1), 0);
  sent("phq-9", Occasion::on_request, kStart + days(2), 0);
  material.forms[1].concerns = {concern(safety::Kind::unanswered), concern(safety::Kind::safety)};
  material.is_own = false;
  const auto series = drawn().series.at(0);
  EXPECT_TRUE(series.points[0].concerns.empty());
  ASSERT_EQ(series.points[1].concerns.size(), 2U);
  EXPECT_EQ(series.points[1].concerns[1].kind, safety::Kind::safety);
  EXPECT_EQ(series.points[1].concerns[1].by, "Berger");
  EXPECT_EQ(series.points[1].band, "Minimal");
  EXPECT_TRUE(series.points[1].since_first);
  EXPECT_FALSE(series.bands.empty());
}

TEST_F(Course, SparqHasTwoScalesAndNoTotal) {
  sent("sparq", Occasion::on_request, kStart + days(1), 3);
  const auto series = drawn().series.at(0);
  ASSERT_EQ(series.scales.size(), 2U);
  EXPECT_EQ(series.scales[0].key, "positive");
  EXPECT_FALSE(series.scales[0].higher_is_worse);
  EXPECT_EQ(series.scales[1].key, "negative");
  ASSERT_EQ(series.points[0].values.size(), 2U);
  EXPECT_TRUE(series.bands.empty());
}

TEST_F(Course, AFormNotSentIsAskedForAndThenOverdue) {
  const auto session = held(1);
  asked("gad-7", Occasion::before_session, kStart).due_at = kStart + days(1);
  EXPECT_EQ(draw_course(material, kStart + hours(1)).events.back().kind, CourseEventKind::asked);
  const auto events = drawn().events;
  EXPECT_EQ(events.back().kind, CourseEventKind::overdue);
  EXPECT_EQ(events.back().session, session);
  EXPECT_EQ(events.back().name, "GAD-7");
}

TEST_F(Course, ASessionWithoutItsUsualFormHasAGap) {
  for (const int day : {1, 8, 15, 22, 29}) held(day);
  for (const int day : {1, 8, 22}) sent("gad-7", Occasion::before_session, kStart + days(day) - hours(2));
  const auto gaps = missing();
  ASSERT_EQ(gaps.size(), 2U);
  EXPECT_EQ(gaps[0].session, material.sessions[2].id);
  EXPECT_EQ(gaps[1].session, material.sessions[4].id);
  EXPECT_EQ(gaps[0].name, "GAD-7");
}

TEST_F(Course, WhatNoLongerComesIsMissedForAsLongAsItCameAndNoLonger) {
  for (int day = 1; day <= 10; ++day) held(day);
  for (const int day : {1, 2}) sent("gad-7", Occasion::before_session, kStart + days(day) - hours(2));
  EXPECT_EQ(missing().size(), 3U);
}

TEST_F(Course, AFormAboutASessionIsMissedOnlyADayAfterIt) {
  held(1);
  sent("sparq", Occasion::after_session, kStart + days(1) + hours(2));
  held(8);
  EXPECT_TRUE(missing(8).empty());
  EXPECT_EQ(draw_course(material, kStart + days(9)).events.size(), 1U);
  EXPECT_EQ(draw_course(material, kStart + days(9) + hours(1)).events.size(), 2U);
}

TEST_F(Course, AGapIsNotSaidTwiceWhereTheFormWasAskedFor) {
  held(1);
  held(8);
  sent("gad-7", Occasion::before_session, kStart + hours(2));
  asked("gad-7", Occasion::before_session, kStart + days(7)).due_at = kStart + days(8);
  EXPECT_TRUE(missing().empty());
  EXPECT_EQ(drawn().events.back().kind, CourseEventKind::overdue);
}

TEST_F(Course, WhatWasAskedForBeforeASessionThatWentByIsMissedOnce) {
  held(1);
  const auto second = held(8);
  sent("gad-7", Occasion::before_session, kStart + hours(2));
  auto& form = asked("gad-7", Occasion::before_session, kStart + days(7));
  form.encounter = second;
  form.due_at = kStart + days(8);
  material.missed = {form};
  material.forms.pop_back();
  ASSERT_EQ(missing().size(), 1U) << "not for being asked for and for being usual";
  EXPECT_EQ(missing().front().session, second);
  EXPECT_EQ(missing().front().questionnaire, "gad-7");
  EXPECT_FALSE(missing().front().form) << "there is nothing to open";
}

TEST_F(Course, RisqIsForTheTherapistOnlyWhereTheClientAllowsItAndItsGapsNever) {
  const auto therapist = AccountId::make(kStart);
  auto& form = asked("risq", Occasion::after_session, kStart);
  form.therapist = therapist;
  EXPECT_TRUE(is_shown(form, client));
  EXPECT_FALSE(is_shown(form, therapist));
  form.items_allowed = true;
  EXPECT_TRUE(is_shown(form, therapist));
  EXPECT_TRUE(is_shown(asked("sparq", Occasion::after_session, kStart), therapist));
  EXPECT_TRUE(is_shown(asked("phq-9", Occasion::after_session, kStart), therapist));
  EXPECT_FALSE(is_shown(asked("no longer known", Occasion::after_session, kStart), therapist));
  material.forms.clear();

  for (const int day : {1, 8}) held(day);
  sent("risq", Occasion::after_session, kStart + days(1) + hours(2));
  EXPECT_EQ(missing().size(), 1U);
  material.is_own = false;
  EXPECT_TRUE(missing().empty());
}

}  // namespace
}  // namespace rapport::course
