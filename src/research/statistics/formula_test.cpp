#include "research/statistics/formula.hpp"

#include <gtest/gtest.h>

namespace rapport::statistics {
namespace {

std::string names(const std::vector<Term>& terms) {
  std::string text;
  for (const auto& term : terms) {
    if (!text.empty()) text += " + ";
    if (term.empty()) text += "1";
    for (const auto& factor : term) text += (&factor == &term.front() ? "" : ":") + factor.name();
  }
  return text;
}

std::string fixed(std::string_view text) {
  const auto formula = parse_formula(text);
  return formula ? names(formula->fixed) : formula.error().detail;
}

TEST(Formula, IsReadAsRReadsIt) {
  const auto formula = parse_formula("score ~ log(session) + (1 + log(session) | client)");
  ASSERT_TRUE(formula);
  EXPECT_EQ(formula->outcome.name(), "score");
  EXPECT_EQ(names(formula->fixed), "1 + log(session)");
  EXPECT_EQ(names(formula->random), "1 + log(session)");
  EXPECT_TRUE(formula->correlated);
  EXPECT_EQ(formula->group, "client");
}

TEST(Formula, KnowsTheShortWays) {
  EXPECT_EQ(fixed("y ~ (1|g)"), "1");
  EXPECT_EQ(fixed("y~x+(x||g)"), "1 + x");
  EXPECT_FALSE(parse_formula("y~x+(x||g)")->correlated);
  EXPECT_EQ(fixed("y ~ 0 + x + (1 | g)"), "x");
  EXPECT_EQ(fixed("y ~ x - 1 + (1 | g)"), "x");
  EXPECT_EQ(fixed("y ~ a * b + (1 | g)"), "1 + a + b + a:b");
  EXPECT_EQ(fixed("y ~ a:b + a + a + b:a + (1 | g)"), "1 + a + a:b");
  EXPECT_EQ(fixed("y ~ b + a:b + a + (1 | g)"), "1 + b + a + b:a");
  EXPECT_EQ(fixed("y ~ a*b*c + (1 | g)"), "1 + a + b + c + a:b + a:c + b:c + a:b:c");
  EXPECT_EQ(fixed("y ~ I(x^2) + x + (1 | g)"), "1 + I(x^2) + x");
  EXPECT_EQ(names(parse_formula("y ~ x + (0 + x | g)")->random), "x");
  EXPECT_EQ(names(parse_formula("y ~ x + (x | g)")->random), "1 + x");
}

TEST(Formula, SaysWhereItIsWrong) {
  const auto refused = [](std::string_view text) {
    const auto formula = parse_formula(text);
    return formula ? "accepted" : formula.error().detail;
  };
  EXPECT_EQ(refused("score"), "The formula, at character 6: after the outcome comes \"~\".");
  EXPECT_EQ(refused("score ~ session"),
            "The formula, at character 16: the random part is missing, such as (1 | client).");
  EXPECT_NE(refused("y ~ lgo(x) + (1 | g)").find("at character 5: \"lgo\" is no function"), std::string::npos);
  EXPECT_NE(refused("y ~ x + (1 | g) + (1 | h)").find("only one group"), std::string::npos);
  EXPECT_NE(refused("y ~ x + (1 + x + z | g)").find("at most two random terms"), std::string::npos);
  EXPECT_NE(refused("y ~ x + (1 g)").find("\"|\""), std::string::npos);
  for (const auto* text : {"", "~ x", "y ~", "y ~ x +", "y ~ x (1 | g)", "y ~ 2 + (1 | g)", "y ~ x - 2 + (1 | g)",
                           "y ~ x - x + (1 | g)", "y ~ -1 + (1 | g)", "y ~ 0 + (1 | g)", "y ~ x + (0 | g)",
                           "y ~ x:x + (1 | g)", "y ~ a*b:c + (1 | g)", "y ~ I(x) + (1 | g)", "y ~ log(x + (1 | g)",
                           "y ~ x + (1 | g", "y ~ a:b:c:d:e + (1 | g)", "y ~ x + (1 | g) )"}) {
    EXPECT_FALSE(parse_formula(text)) << text;
  }
  EXPECT_FALSE(parse_formula(std::string(2000, 'x') + " ~ (1 | g)"));
}

TEST(Factor, IsNotDefinedEverywhere) {
  const auto log = parse_formula("log(y) ~ (1 | g)")->outcome;
  EXPECT_FALSE(log.of(0));
  EXPECT_FALSE(log.of(-1));
  EXPECT_DOUBLE_EQ(*log.of(1), 0);
  EXPECT_FALSE(parse_formula("sqrt(y) ~ (1 | g)")->outcome.of(-1));
  EXPECT_DOUBLE_EQ(*parse_formula("sqrt(y) ~ (1 | g)")->outcome.of(0), 0);
  EXPECT_FALSE(parse_formula("exp(y) ~ (1 | g)")->outcome.of(1e4));
  EXPECT_DOUBLE_EQ(*parse_formula("I(y^3) ~ (1 | g)")->outcome.of(-2), -8);
}

}  // namespace
}  // namespace rapport::statistics
