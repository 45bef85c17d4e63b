#include "research/statistics/control_chart.hpp"

#include <gtest/gtest.h>

#include <array>

namespace rapport::statistics {
namespace {

// Working alliance 5.8 5.9 6.0 5.7 5.9, and then 4.2.
constexpr std::array kSteady{5.8, 5.9, 6.0, 5.7, 5.9};

TEST(ControlChart, FindsTheDropOfTheExample) {
  const auto chart = control_chart(kSteady, 0);
  ASSERT_TRUE(chart);
  EXPECT_NEAR(chart->centre, 5.86, 1e-12);
  EXPECT_NEAR(chart->moving_range, .175, 1e-12);
  EXPECT_NEAR(chart->sigma, .15514, 5e-6);
  EXPECT_NEAR(chart->lower(3), 5.3945, 1e-4);
  EXPECT_NEAR(chart->lower(2), 5.5497, 1e-4);
  EXPECT_NEAR(chart->upper(3), 6.3254, 1e-4);
  EXPECT_FALSE(chart->is_floored);
  EXPECT_LT(4.2, chart->lower(3));
}

TEST(ControlChart, IsNeverNarrowerThanTheMeasurementError) {
  constexpr std::array kCeiling{7.0, 7.0, 7.0, 7.0, 7.0, 7.0};
  const auto chart = control_chart(kCeiling, .27);
  ASSERT_TRUE(chart);
  EXPECT_TRUE(chart->is_floored);
  EXPECT_DOUBLE_EQ(chart->sigma, .27);
  EXPECT_GT(6.8, chart->lower(2));
}

TEST(ControlChart, NeedsFiveValues) {
  EXPECT_FALSE(control_chart(std::span(kSteady).first(4), 0));
  EXPECT_TRUE(control_chart(std::span(kSteady).first(5), 0));
}

}  // namespace
}  // namespace rapport::statistics
