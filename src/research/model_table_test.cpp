#include "research/model_table.hpp"

#include <gtest/gtest.h>

namespace rapport::research {
namespace {

ModelTable read(std::string_view formula, std::string_view csv) {
  return read_model_table(statistics::parse_formula(formula).value(), csv, "scores.csv");
}

constexpr auto kScores =
    "client,session,band,score\n"
    "A,1,mild,7\n"
    "A,2,mild,6\n"
    "B,1,severe,19\n"
    "B,2,severe,\n"
    "C,1,moderate,12\n";

TEST(ModelTable, HasARowForEachMeasurement) {
  const auto table = read("score ~ log(session) + (1 | client)", kScores);
  ASSERT_TRUE(table.readable);
  EXPECT_TRUE(table.errors.empty());
  EXPECT_EQ(table.left_out, 1U) << "B has no second score";
  EXPECT_EQ(table.groups, (std::vector<std::string>{"A", "B", "C"}));
  EXPECT_EQ(table.data.group, (std::vector<std::size_t>{0, 0, 1, 2}));
  EXPECT_EQ(table.data.outcome, (std::vector<double>{7, 6, 19, 12}));
  EXPECT_EQ(table.data.fixed_names, (std::vector<std::string>{"(Intercept)", "log(session)"}));
  EXPECT_EQ(table.data.random, (std::vector<double>{1, 1, 1, 1}));
}

TEST(ModelTable, CodesCategoriesAsRDoes) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(read("score ~ band + (1 | client)", kScores).data.fixed_names,
            (Names{"(Intercept)", "bandmoderate", "bandsevere"}));
  EXPECT_EQ(read("score ~ band + (1 | client)", kScores).data.fixed,
            (std::vector<double>{1, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 0}));
  EXPECT_EQ(read("score ~ 0 + band + (1 | client)", kScores).data.fixed_names,
            (Names{"bandmild", "bandmoderate", "bandsevere"}));
  EXPECT_EQ(
      read("score ~ session * band + (1 | client)", kScores).data.fixed_names,
      (Names{"(Intercept)", "session", "bandmoderate", "bandsevere", "session:bandmoderate", "session:bandsevere"}));
  EXPECT_EQ(read("score ~ band:session + (1 | client)", kScores).data.fixed_names,
            (Names{"(Intercept)", "bandmild:session", "bandmoderate:session", "bandsevere:session"}));
}

TEST(ModelTable, NamesWhatCannotBeUsed) {
  const auto table = read("score ~ log(session) + (1 | client)",
                          "client,session,score\n"
                          "A,1,7\n"
                          "A,0,6\n"
                          "A,two,5\n"
                          "A,3,good\n"
                          "A,4\n"
                          "A,5,NA\n"
                          "A,6,1e999\n"
                          "B,1,2.5e1\n");
  EXPECT_TRUE(table.readable);
  EXPECT_EQ(table.data.outcome, (std::vector<double>{7, 25}));
  EXPECT_EQ(table.left_out, 1U);
  ASSERT_EQ(table.errors.size(), 5U);
  EXPECT_EQ(table.errors[0].message, "log(session) of 0 is not defined.");
  EXPECT_EQ(table.errors[0].line, 3U);
  EXPECT_EQ(table.errors[0].column, 2U);
  EXPECT_NE(table.errors[1].message.find("\"two\" is no number"), std::string::npos);
  EXPECT_NE(table.errors[2].message.find("\"good\" is no number"), std::string::npos);
  EXPECT_EQ(table.errors[3].message, "This row has 2 fields, the header has 3.");
  EXPECT_EQ(table.errors[3].line, 6U);
  EXPECT_NE(table.errors[4].message.find("1e999"), std::string::npos);
}

TEST(ModelTable, CannotBeReadWithoutItsColumns) {
  const auto message = [](std::string_view csv) {
    const auto table = read("score ~ session + (1 | client)", csv);
    EXPECT_FALSE(table.readable);
    return table.errors.at(0).message;
  };
  EXPECT_NE(message("").find("The file is empty"), std::string::npos);
  EXPECT_EQ(message("client,session\nA,1\n"), "The column \"score\" is missing.");
  EXPECT_EQ(message("client,session,Score\nA,1,2\n"), "The column \"score\" is missing.") << "as in R, with case";
  EXPECT_NE(message("client;session;score\nA;1;2\n").find("not by semicolons"), std::string::npos);
  EXPECT_EQ(message("client,session,score,score\nA,1,2,3\n"), "The column \"score\" is there twice.");
}

TEST(ModelTable, HasAnEndToItsColumns) {
  std::string csv = "client,word,score\n";
  for (int i = 0; i < 300; ++i) csv += "A,w" + std::to_string(i) + ",1\n";
  const auto table = read("score ~ word + (1 | client)", csv);
  EXPECT_FALSE(table.readable);
  EXPECT_NE(table.errors.at(0).message.find("300 categories"), std::string::npos);
}

}  // namespace
}  // namespace rapport::research
