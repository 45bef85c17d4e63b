#include "server/mixed_command.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <sstream>

#include "server/exit_status.hpp"

namespace rapport::server {
namespace {

constexpr auto kFormula = "score ~ session + (1 | client)";
constexpr auto kScores =
    "client,session,score\n"
    "A,1,20\nA,2,17\nA,3,15\n"
    "B,1,14\nB,2,13\nB,3,10\n"
    "C,1,11\nC,2,10\nC,3,7\nC,4,\n";

struct Answer {
  int status = 0;
  std::string out;
  std::string errors;
  boost::json::object json() const { return boost::json::parse(out).as_object(); }
};

Answer run(const std::string& input, MixedOptions options = {}) {
  if (options.input.empty()) options.input = "-";
  if (options.formula.empty()) options.formula = kFormula;
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream errors;
  const auto status = fit_mixed(options, in, out, errors);
  return {status, out.str(), errors.str()};
}

// The slope is the mean of the three people's own, for they have the same sessions.
TEST(Mixed, PrintsTheModelAsPromised) {
  const auto answer = run(kScores, {.json = true});
  EXPECT_EQ(answer.status, kDone);
  EXPECT_EQ(answer.errors, "");
  const auto json = answer.json();
  EXPECT_TRUE(json.at("errors").as_array().empty());
  const auto& model = json.at("results").at(0).as_object();
  EXPECT_EQ(model.at("fixed").at(0).at("name").as_string(), "(Intercept)");
  EXPECT_NEAR(model.at("fixed").at(1).at("estimate").as_double(), -13 / 6.0, 1e-9);
  EXPECT_GT(model.at("fixed").at(1).at("se").as_double(), 0);
  EXPECT_EQ(model.at("random").at(0).at("group").as_string(), "client");
  EXPECT_EQ(model.at("random").at(0).at("name").as_string(), "(Intercept)");
  EXPECT_TRUE(model.at("correlation").is_null());
  EXPECT_GT(model.at("residual_variance").as_double(), 0);
  EXPECT_LT(model.at("log_likelihood").as_double(), 0);
  EXPECT_EQ(model.at("n").to_number<int>(), 9);
  EXPECT_EQ(model.at("groups").to_number<int>(), 3);
  EXPECT_EQ(model.at("left_out").to_number<int>(), 1);
  EXPECT_FALSE(model.at("singular").as_bool());
}

TEST(Mixed, IsReadableForPeople) {
  const auto answer = run(kScores);
  EXPECT_EQ(answer.status, kDone);
  EXPECT_NE(answer.out.find("9 measurements of 3 groups (client); 1 rows without a value left out"), std::string::npos);
  EXPECT_NE(answer.out.find("session"), std::string::npos);
  EXPECT_EQ(answer.out.find("Singular"), std::string::npos);
}

TEST(Mixed, GoesOnWithoutWhatIsRefused) {
  const auto answer = run(std::string(kScores) + "D,one,4\n", {.json = true});
  EXPECT_EQ(answer.status, kSomeRefused);
  const auto json = answer.json();
  EXPECT_EQ(json.at("results").as_array().size(), 1U);
  EXPECT_EQ(json.at("errors").at(0).at("line").to_number<int>(), 12);
  EXPECT_EQ(json.at("errors").at(0).at("column").to_number<int>(), 2);
  EXPECT_NE(run(std::string(kScores) + "D,one,4\n").errors.find("rapport: -:12:2: "), std::string::npos);
}

TEST(Mixed, SaysWhyItCannot) {
  const auto refused = [](const std::string& input, const MixedOptions& options) {
    auto told = options;
    told.json = true;
    const auto answer = run(input, told);
    EXPECT_EQ(answer.status, kNotDone);
    EXPECT_TRUE(answer.json().at("results").as_array().empty());
    EXPECT_FALSE(answer.json().at("errors").as_array().empty());
    return answer.errors;
  };
  EXPECT_NE(refused(kScores, {.formula = "score ~ session"}).find("the random part is missing"), std::string::npos);
  EXPECT_NE(refused(kScores, {.method = "gls"}).find("reml or ml"), std::string::npos);
  EXPECT_NE(refused("client,session\nA,1\n", {}).find("rapport: -:1: The column \"score\" is missing."),
            std::string::npos);
  EXPECT_NE(refused("client,session,score\nA,1,2\nA,2,3\n", {}).find("at least two groups"), std::string::npos);
  EXPECT_NE(refused("", {.input = "/nowhere.csv"}).find("/nowhere.csv"), std::string::npos);
}

}  // namespace
}  // namespace rapport::server
