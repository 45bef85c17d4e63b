/// Against lme4, metafor and psych: tests/golden/make.R made the files.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "golden_files.hpp"
#include "research/model_table.hpp"
#include "research/statistics/pooling.hpp"
#include "research/statistics/within_between.hpp"

namespace rapport::research {
namespace {

namespace json = boost::json;

std::string_view golden(std::string_view name) {
  const auto files = golden_files();
  const auto found = std::find_if(files.begin(), files.end(), [&](const auto& file) { return file.path == name; });
  return found == files.end() ? std::string_view() : found->content;
}

double number(const json::value& value) {
  return value.to_number<double>();
}

/// `tolerance` is a share of the value.
void expect_same(double ours, const json::value& theirs, double tolerance, const std::string& what) {
  const auto expected = number(theirs);
  EXPECT_NEAR(ours, expected, tolerance * std::max(std::abs(expected), 1e-3)) << what;
}

struct Fitted {
  ModelTable table;
  statistics::MixedModel model;
};

Fitted fit(const json::object& golden_fit) {
  const auto formula = statistics::parse_formula(golden_fit.at("formula").as_string()).value();
  const auto method =
      golden_fit.at("method").as_string() == "ml" ? statistics::MixedMethod::ml : statistics::MixedMethod::reml;
  auto table = read_model_table(formula, golden(golden_fit.at("table").as_string()), "golden");
  auto model = statistics::MixedModel::fit(table.data, method).value();
  return {std::move(table), std::move(model)};
}

void expect_same_deviations(const Fitted& fitted, const json::object& golden_fit) {
  for (const auto& one : golden_fit.at("deviations").as_array()) {
    const auto& expected = one.as_object();
    const std::string client(expected.at("client").as_string());
    const auto& groups = fitted.table.groups;
    const auto group = std::find(groups.begin(), groups.end(), client) - groups.begin();
    ASSERT_LT(static_cast<std::size_t>(group), groups.size()) << client;
    const auto& names = fitted.table.data.random_names;
    const auto term = std::find(names.begin(), names.end(), expected.at("name").as_string()) - names.begin();
    const auto found = fitted.model.deviations(static_cast<std::size_t>(group)).at(static_cast<std::size_t>(term));
    expect_same(found.value, expected.at("value"), 1e-5, "deviation of " + client);
    expect_same(found.standard_error, expected.at("se"), 1e-5, "its error, of " + client);
  }
}

void expect_same_fit(const json::object& golden_fit) {
  const auto fitted = fit(golden_fit);
  const auto& ours = fitted.model.estimates();
  EXPECT_TRUE(fitted.table.errors.empty());
  EXPECT_EQ(ours.measurements, golden_fit.at("n").as_int64());
  EXPECT_EQ(ours.groups, golden_fit.at("groups").as_int64());
  EXPECT_EQ(ours.singular, golden_fit.at("singular").as_bool());
  if (ours.singular) return;  // named, not compared
  const auto& fixed = golden_fit.at("fixed").as_array();
  ASSERT_EQ(ours.fixed.size(), fixed.size());
  for (std::size_t i = 0; i < fixed.size(); ++i) {
    EXPECT_EQ(ours.fixed[i].name, fixed[i].at("name").as_string());
    expect_same(ours.fixed[i].estimate, fixed[i].at("estimate"), 1e-6, ours.fixed[i].name);
    expect_same(ours.fixed[i].standard_error, fixed[i].at("se"), 1e-6, "se of " + ours.fixed[i].name);
  }
  const auto& random = golden_fit.at("random").as_array();
  ASSERT_EQ(ours.random.size(), random.size());
  for (std::size_t i = 0; i < random.size(); ++i) {
    EXPECT_EQ(ours.random[i].name, random[i].at("name").as_string());
    expect_same(ours.random[i].variance, random[i].at("variance"), 1e-5, "variance of " + ours.random[i].name);
  }
  ASSERT_EQ(ours.correlation.has_value(), !golden_fit.at("correlation").is_null());
  if (ours.correlation) expect_same(*ours.correlation, golden_fit.at("correlation"), 1e-5, "correlation");
  expect_same(ours.residual_variance, golden_fit.at("residual_variance"), 1e-6, "residual variance");
  expect_same(ours.log_likelihood, golden_fit.at("log_likelihood"), 1e-9, "log-likelihood");
  expect_same_deviations(fitted, golden_fit);
}

TEST(Golden, MixedModelsAgreeWithLme4) {
  const auto fits = json::parse(golden("mixed.json")).as_array();
  ASSERT_EQ(fits.size(), 16U);
  for (const auto& one : fits) {
    const auto& golden_fit = one.as_object();
    SCOPED_TRACE(std::string(golden_fit.at("formula").as_string()) + ", " +
                 std::string(golden_fit.at("method").as_string()));
    expect_same_fit(golden_fit);
  }
}

TEST(Golden, PoolingAgreesWithMetafor) {
  const auto fits = json::parse(golden("pooling.json")).as_array();
  ASSERT_EQ(fits.size(), 12U);
  for (const auto& one : fits) {
    const auto& expected = one.as_object();
    SCOPED_TRACE(std::string(expected.at("name").as_string()) + ", " + std::string(expected.at("method").as_string()));
    std::vector<statistics::Effect> effects;
    for (const auto& effect : expected.at("effects").as_array()) {
      effects.push_back({number(effect.at("value")), number(effect.at("variance"))});
    }
    const auto pooled =
        statistics::pool(effects,
                         expected.at("method").as_string() == "DL" ? statistics::PoolingMethod::dersimonian_laird
                                                                   : statistics::PoolingMethod::reml,
                         expected.at("test").as_string() == "knha" ? statistics::PoolingTest::knapp_hartung
                                                                   : statistics::PoolingTest::normal);
    ASSERT_TRUE(pooled);
    const std::pair<const char*, double> values[] = {{"value", pooled->value},
                                                     {"se", pooled->standard_error},
                                                     {"low", pooled->low},
                                                     {"high", pooled->high},
                                                     {"p", pooled->p},
                                                     {"between", pooled->between},
                                                     {"q", pooled->heterogeneity},
                                                     {"share", pooled->share_between},
                                                     {"predicted_low", pooled->predicted_low},
                                                     {"predicted_high", pooled->predicted_high}};
    for (const auto& [name, value] : values) expect_same(value, expected.at(name), 1e-6, name);
  }
}

/// Each person's values of one column of the file; without rows that lack a value.
std::vector<std::vector<double>> by_person(const statistics::MixedData& data, std::size_t column) {
  std::vector<std::vector<double>> people(data.groups);
  for (std::size_t row = 0; row < data.outcome.size(); ++row) {
    people[data.group[row]].push_back(column == 0 ? data.outcome[row]
                                                  : data.fixed[row * data.fixed_names.size() + column]);
  }
  return people;
}

double correlation(const std::vector<double>& x, const std::vector<double>& y, const std::vector<double>& weights) {
  double all = 0, mean_x = 0, mean_y = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    all += weights[i];
    mean_x += weights[i] * x[i];
    mean_y += weights[i] * y[i];
  }
  mean_x /= all;
  mean_y /= all;
  double xx = 0, yy = 0, xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += weights[i] * (x[i] - mean_x) * (x[i] - mean_x);
    yy += weights[i] * (y[i] - mean_y) * (y[i] - mean_y);
    xy += weights[i] * (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

std::vector<double> joined(const std::vector<std::vector<double>>& people) {
  std::vector<double> all;
  for (const auto& values : people) all.insert(all.end(), values.begin(), values.end());
  return all;
}

/// psych's statsBy: the correlation of what differs within people, and that of their means, each counting by how many
/// values it is of.
TEST(Golden, WhatDiffersBetweenAndWithinPeopleAgreesWithPsych) {
  const auto expected = json::parse(golden("within_between.json")).as_object();
  const auto formula = statistics::parse_formula("score ~ alliance + (1 | client)").value();
  const auto table = read_model_table(formula, golden(expected.at("table").as_string()), "golden");
  ASSERT_EQ(table.data.groups, static_cast<std::size_t>(expected.at("people").as_int64()));
  const auto score = by_person(table.data, 0);
  const auto apart = statistics::decompose(score);
  const auto alliance = statistics::decompose(by_person(table.data, 1));
  std::vector<double> counts;
  for (const auto& values : score) counts.push_back(static_cast<double>(values.size()));
  const auto& means = expected.at("means").as_array();
  for (std::size_t i = 0; i < means.size(); ++i) {
    expect_same(apart.grand_mean + apart.between[i], means[i], 1e-6, "mean of person " + std::to_string(i));
  }
  const auto within = joined(apart.within);
  expect_same(correlation(joined(alliance.within), within, std::vector<double>(within.size(), 1)),
              expected.at("within"), 1e-6, "within");
  expect_same(correlation(alliance.between, apart.between, counts), expected.at("between"), 1e-6, "between");
}

}  // namespace
}  // namespace rapport::research
