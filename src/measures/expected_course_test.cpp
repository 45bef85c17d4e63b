#include "measures/expected_course.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "research/statistics/random.hpp"

// That the model is right is tested against lme4 (research/golden_test.cpp); here is what is made of it, by simulated
// treatments of which the truth is known.
namespace rapport::measures {
namespace {

using statistics::Direction;
using statistics::Random;
using Treatment = std::vector<SessionScore>;

constexpr double kShare = .8;
constexpr int kSessions = 16;

struct Truth {
  double slope = -2;  ///< on the logarithm of the session
  double slope_sd = 1;
  double worsens = 0;  ///< points a session, from the eighth on
  double noise = 2.2;
  int sessions = kSessions;
};

/// Who begins higher falls faster, by a tenth of a point a point.
Treatment simulate(const Truth& truth, Random& random) {
  const auto start = 14 + 3 * random.normal();
  const auto slope = truth.slope - .1 * (start - 14) + truth.slope_sd * random.normal();
  Treatment treatment;
  for (int session = 1; session <= truth.sessions; ++session) {
    const auto worse = truth.worsens * std::max(session - 7, 0);
    treatment.push_back({session, start + slope * std::log(session) + worse + truth.noise * random.normal()});
  }
  return treatment;
}

std::vector<Treatment> simulate(int count, std::uint64_t seed, const Truth& truth = {}) {
  Random random(seed);
  std::vector<Treatment> all;
  for (int i = 0; i < count; ++i) all.push_back(simulate(truth, random));
  return all;
}

/// Of people whom the limits do not know: in how many of 100 scores, and in how many of 100 courses, one is beyond.
struct Beyond {
  double scores = 0;
  double courses = 0;
  double first = 0;  ///< session, on average, of the courses with one
};
Beyond beyond(const ExpectedCourse& expected, const std::vector<Treatment>& people, int from = 2, double above = -1e9,
              double below = 1e9) {
  double scores = 0, out = 0, courses = 0, with = 0, first = 0;
  for (const auto& person : people) {
    const auto intake = *intake_of(person);
    if (intake < above || intake >= below) continue;
    bool found = false;
    bool judged = false;
    for (const auto& now : person) {
      if (now.session < from) continue;
      const auto standing = judge(expected, intake, now, kShare, Direction::higher_worse);
      if (!standing) continue;
      judged = true;
      ++scores;
      if (!standing->is_beyond) continue;
      ++out;
      if (!found) first += now.session;
      found = true;
    }
    courses += judged ? 1 : 0;
    with += found ? 1 : 0;
  }
  return {100 * out / scores, 100 * with / courses, first / with};
}

TEST(ExpectedCourse, LimitsLeaveOutAsManyOfNewPeoplesScoresAsTheySayWhereverTheyBegan) {
  const auto built = build_expected_course(simulate(1000, 1), 100);
  ASSERT_EQ(built.expectation, Expectation::known);
  EXPECT_EQ(built.cases, 1000);
  EXPECT_EQ(built.course->cases, 1000);
  EXPECT_EQ(built.course->sessions.front().session, 2);
  EXPECT_EQ(built.course->sessions.back().session, kSessions);
  const auto people = simulate(4000, 2);
  // 80 % lie between the two limits: 10 % are worse than the one.
  EXPECT_NEAR(beyond(*built.course, people).scores, 10, 1.2);
  EXPECT_NEAR(beyond(*built.course, people, 2, -1e9, 11).scores, 10, 1.5);
  EXPECT_NEAR(beyond(*built.course, people, 2, 11, 17).scores, 10, 1);
  EXPECT_NEAR(beyond(*built.course, people, 2, 17).scores, 10, 1.5);
  EXPECT_NEAR(beyond(*built.course, people, 13).scores, 10, 1);
}

TEST(ExpectedCourse, OfAHundredCasesTheyAreNearEnough) {
  double scores = 0;
  for (std::uint64_t seed = 10; seed < 20; ++seed) {
    const auto built = build_expected_course(simulate(100, seed), 100);
    ASSERT_EQ(built.expectation, Expectation::known);
    scores += beyond(*built.course, simulate(400, 100 + seed)).scores / 10;
  }
  EXPECT_NEAR(scores, 10, 1.5);
}

TEST(ExpectedCourse, FindsWhoGetsWorseAndLeavesThoseAloneWhoGetBetter) {
  const auto built = build_expected_course(simulate(1000, 1), 100);
  ASSERT_TRUE(built.course);
  const auto worse = beyond(*built.course, simulate(2000, 3, {.worsens = 2}), 8);
  EXPECT_GT(worse.courses, 95);
  EXPECT_LT(worse.first, 11.5);
  // Of those who fall by a point more than most on the logarithm of the session.
  const auto better = beyond(*built.course, simulate(2000, 4, {.slope = -3, .slope_sd = .5}));
  EXPECT_LT(better.scores, 3);
  EXPECT_GT(worse.courses, 2 * better.courses);
}

TEST(ExpectedCourse, WhatIsExpectedFollowsTheFirstScore) {
  const auto built = build_expected_course(simulate(2000, 5), 100);
  ASSERT_TRUE(built.course);
  const auto at = [&](double intake, int session) {
    return *judge(*built.course, intake, {session, 0}, kShare, Direction::higher_worse);
  };
  // A first score is partly noise: of somebody 6 above the mean, 9 / (9 + 2.2²) of it is expected to be real.
  const auto real = 9 / (9 + 2.2 * 2.2);
  EXPECT_NEAR(at(14, 8).expected, 14 - 2 * std::log(8), .3);
  EXPECT_NEAR(at(19, 8).expected, 14 + 5 * real - (2 + .1 * 5 * real) * std::log(8), .5);
  EXPECT_GT(at(19, 8).limit, at(14, 8).limit);
  EXPECT_GT(at(14, 16).limit - at(14, 16).expected, at(14, 2).limit - at(14, 2).expected);  // their ways part
}

TEST(ExpectedCourse, TooFewCasesExpectNothing) {
  auto treatments = simulate(99, 6);
  EXPECT_EQ(build_expected_course(treatments, 100).expectation, Expectation::too_few);
  EXPECT_FALSE(build_expected_course(treatments, 100).course);
  // What has no beginning, or nothing after it, is no case.
  treatments.push_back({{3, 14}, {4, 12}, {5, 11}});
  treatments.push_back({{1, 14}});
  treatments.push_back({{1, 14}, {1, 12}});
  treatments.emplace_back();
  const auto built = build_expected_course(treatments, 100);
  EXPECT_EQ(built.expectation, Expectation::too_few);
  EXPECT_EQ(built.cases, 99);
  treatments.push_back({{2, 14}, {3, 12}});
  EXPECT_EQ(build_expected_course(treatments, 100).expectation, Expectation::known);
  EXPECT_EQ(build_expected_course({}, 0).expectation, Expectation::too_few);
}

TEST(ExpectedCourse, WhatTheCasesDoNotSupportIsNamedAndNotUsed) {
  // Nobody has a course of their own: after the first score all is noise, and that there was a first is chance.
  int singular = 0;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Random random(seed);
    std::vector<Treatment> treatments(100);
    for (auto& treatment : treatments) {
      for (int session = 1; session <= 5; ++session) treatment.push_back({session, 12 + 4 * random.normal()});
    }
    const auto built = build_expected_course(treatments, 100);
    EXPECT_EQ(built.course.has_value(), built.expectation == Expectation::known);
    EXPECT_EQ(built.cases, 100);
    singular += built.expectation == Expectation::singular ? 1 : 0;
  }
  EXPECT_GE(singular, 2);
  const std::vector<Treatment> same(120, {{1, 10}, {2, 9}, {3, 8}});
  const auto unfitted = build_expected_course(same, 100);
  EXPECT_EQ(unfitted.expectation, Expectation::not_fitted);
  EXPECT_FALSE(unfitted.course);
}

// Of a hundred treatments a level and a slope of each person's own are often more than they support.
TEST(ExpectedCourse, TakesTheSimplerModelWhereTheDataSupportNoMore) {
  for (const auto& truth :
       {Truth{.noise = 4, .sessions = 5}, Truth{.slope_sd = 2, .noise = 1}, Truth{.slope_sd = .3}}) {
    double scores = 0;
    for (std::uint64_t seed = 30; seed < 50; ++seed) {
      const auto built = build_expected_course(simulate(100, seed, truth), 100);
      ASSERT_EQ(built.expectation, Expectation::known) << seed;
      scores += beyond(*built.course, simulate(300, 100 + seed, truth)).scores / 20;
    }
    EXPECT_NEAR(scores, 10, 1.5) << truth.slope_sd;
  }
}

TEST(ExpectedCourse, EndsWhereFewWereAndSaysNothingOfWhoBeganElsewhere) {
  auto treatments = simulate(200, 7, {.sessions = 6});
  for (const auto& longer : simulate(19, 8, {.sessions = 30})) treatments.push_back(longer);
  auto built = build_expected_course(treatments, 100);
  ASSERT_TRUE(built.course);
  EXPECT_EQ(built.course->sessions.back().session, 6);
  const auto& course = *built.course;
  EXPECT_FALSE(judge(course, 14, {7, 14}, kShare, Direction::higher_worse));
  EXPECT_FALSE(judge(course, 14, {1, 14}, kShare, Direction::higher_worse));
  EXPECT_TRUE(judge(course, 14, {6, 14}, kShare, Direction::higher_worse));
  EXPECT_FALSE(judge(course, course.intake_high + .1, {6, 14}, kShare, Direction::higher_worse));
  EXPECT_FALSE(judge(course, course.intake_low - .1, {6, 14}, kShare, Direction::higher_worse));
  int below = 0;
  for (const auto& one : treatments) below += *intake_of(one) <= course.intake_low ? 1 : 0;
  EXPECT_EQ(below, static_cast<int>(kFewestBeyond));

  treatments.push_back(simulate(1, 9, {.sessions = 30}).front());  // the twentieth
  built = build_expected_course(treatments, 100);
  EXPECT_EQ(built.course->sessions.back().session, 30);
}

TEST(ExpectedCourse, OfAScaleOnWhichMoreIsBetterTheLowerLimitCounts) {
  auto treatments = simulate(500, 1);
  const auto worse = *build_expected_course(treatments, 100).course;
  for (auto& treatment : treatments) {
    for (auto& one : treatment) one.score = 27 - one.score;
  }
  const auto better = *build_expected_course(treatments, 100).course;
  const auto a = *judge(worse, 15, {8, 18}, kShare, Direction::higher_worse);
  const auto b = *judge(better, 12, {8, 9}, kShare, Direction::higher_better);
  EXPECT_NEAR(b.limit, 27 - a.limit, 1e-4);
  EXPECT_TRUE(a.is_beyond);
  EXPECT_TRUE(b.is_beyond);
  EXPECT_FALSE(judge(worse, 15, {8, 2}, kShare, Direction::higher_worse)->is_beyond);
  EXPECT_FALSE(judge(better, 12, {8, 25}, kShare, Direction::higher_better)->is_beyond);
}

}  // namespace
}  // namespace rapport::measures
