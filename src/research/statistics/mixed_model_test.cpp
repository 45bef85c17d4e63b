#include "research/statistics/mixed_model.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "research/statistics/random.hpp"

// That the numbers are right is tested against lme4 (research/golden_test.cpp); here is what lme4 says nothing of.
namespace rapport::statistics {
namespace {

struct Truth {
  double level = 14;
  double slope = -2;
  double level_sd = 3;
  double slope_sd = 1;
  double noise_sd = 2;
};

MixedData simulate(std::uint64_t seed, std::size_t people, int sessions, const Truth& truth = {}) {
  Random random(seed);
  MixedData data;
  data.fixed_names = data.random_names = {"(Intercept)", "log(session)"};
  data.groups = people;
  for (std::size_t person = 0; person < people; ++person) {
    const auto level = truth.level + truth.level_sd * random.normal();
    const auto slope = truth.slope + truth.slope_sd * random.normal();
    for (int session = 1; session <= sessions; ++session) {
      const auto x = std::log(session);
      for (auto* rows : {&data.fixed, &data.random}) rows->insert(rows->end(), {1, x});
      data.outcome.push_back(level + slope * x + truth.noise_sd * random.normal());
      data.group.push_back(person);
    }
  }
  return data;
}

TEST(MixedModel, FindsWhatTheDataWereMadeOf) {
  const auto model = MixedModel::fit(simulate(1, 2000, 8), MixedMethod::reml);
  ASSERT_TRUE(model);
  const auto& found = model->estimates();
  EXPECT_NEAR(found.fixed[0].estimate, 14, 4 * found.fixed[0].standard_error);
  EXPECT_NEAR(found.fixed[1].estimate, -2, 4 * found.fixed[1].standard_error);
  EXPECT_NEAR(found.random[0].variance, 9, .8);
  EXPECT_NEAR(found.random[1].variance, 1, .15);
  EXPECT_NEAR(found.residual_variance, 4, .2);
  EXPECT_NEAR(*found.correlation, 0, .15);
  EXPECT_FALSE(found.singular);
}

TEST(MixedModel, DoesNotDependOnTheScaleOfAColumn) {
  auto data = simulate(2, 60, 6);
  const auto model = MixedModel::fit(data, MixedMethod::reml);
  for (std::size_t i = 1; i < data.fixed.size(); i += 2) data.fixed[i] = data.random[i] *= 1e4;
  const auto scaled = MixedModel::fit(data, MixedMethod::reml);
  ASSERT_TRUE(model && scaled);
  EXPECT_NEAR(scaled->estimates().fixed[1].estimate * 1e4, model->estimates().fixed[1].estimate, 1e-8);
  EXPECT_NEAR(scaled->estimates().random[1].variance * 1e8, model->estimates().random[1].variance, 1e-5);
  EXPECT_NEAR(*scaled->estimates().correlation, *model->estimates().correlation, 1e-5);
}

TEST(MixedModel, NamesWhatTheDataDoNotSupport) {
  const auto model = MixedModel::fit(simulate(3, 40, 5, {.slope_sd = 0, .noise_sd = 6}), MixedMethod::reml);
  ASSERT_TRUE(model);
  EXPECT_TRUE(model->estimates().singular);
}

// 95 % of new people's measurements lie within the limits, and 95 % of a known person's next ones within their own.
TEST(MixedModel, PredictsAsOftenAsItSays) {
  const auto model = MixedModel::fit(simulate(4, 400, 6), MixedMethod::reml);
  ASSERT_TRUE(model);
  const std::vector<double> ten{1, std::log(10)};
  const auto line = model->predict_new(ten, ten, .95);
  EXPECT_LT(line.low, line.value_low);
  EXPECT_LT(line.value_low, line.value);
  Random random(5);
  int within = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto score = 14 + 3 * random.normal() + (-2 + random.normal()) * ten[1] + 2 * random.normal();
    if (line.low <= score && score <= line.high) ++within;
  }
  EXPECT_NEAR(within, 1900, 40);

  // The same random numbers make the same people, and a tenth session for each.
  Random again(4);
  int own = 0;
  for (std::size_t person = 0; person < 400; ++person) {
    const auto level = 14 + 3 * again.normal();
    const auto slope = -2 + again.normal();
    for (int session = 1; session <= 6; ++session) again.normal();
    const auto expected = model->predict(person, ten, ten, .95);
    EXPECT_LT(expected.high - expected.low, line.high - line.low);
    const auto score = level + slope * ten[1] + 2 * random.normal();
    if (expected.low <= score && score <= expected.high) ++own;
  }
  EXPECT_NEAR(own, 380, 16);
}

TEST(MixedModel, PredictsAPersonFromTheirDeviations) {
  const auto data = simulate(6, 30, 5);
  const auto model = MixedModel::fit(data, MixedMethod::ml);
  ASSERT_TRUE(model);
  const std::vector<double> row{1, std::log(3)};
  const auto& fixed = model->estimates().fixed;
  const auto own = model->deviations(7);
  const auto expected = fixed[0].estimate + own[0].value + (fixed[1].estimate + own[1].value) * row[1];
  EXPECT_NEAR(model->predict(7, row, row, .9).value, expected, 1e-9);
}

TEST(MixedModel, RefusesWhatCannotBeAnswered) {
  const auto code = [](const MixedData& data) {
    const auto model = MixedModel::fit(data, MixedMethod::reml);
    return model ? "" : model.error().code;
  };
  const auto good = simulate(7, 5, 4);
  EXPECT_EQ(code(good), "");
  auto data = good;
  data.outcome.pop_back();
  EXPECT_EQ(code(data), "mixed.data");
  data = good;
  data.outcome[3] = std::nan("");
  EXPECT_EQ(code(data), "mixed.data");
  data = good;
  data.groups = 6;
  EXPECT_EQ(code(data), "mixed.data") << "the sixth has no measurement";
  EXPECT_EQ(code(simulate(7, 1, 8)), "mixed.too_few");
  EXPECT_EQ(code(simulate(7, 9, 2)), "mixed.too_few") << "two measurements cannot carry two random terms";
  data = good;
  for (std::size_t i = 1; i < data.fixed.size(); i += 2) data.fixed[i] = 3;
  EXPECT_EQ(code(data), "mixed.dependent");
  data = good;
  for (std::size_t i = 0; i < data.outcome.size(); ++i) data.outcome[i] = 2 * data.fixed[2 * i + 1];
  EXPECT_EQ(code(data), "mixed.no_variation");
}

}  // namespace
}  // namespace rapport::statistics
