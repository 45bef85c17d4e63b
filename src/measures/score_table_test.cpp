#include "measures/score_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <random>

#include "measures/instrument_library.hpp"

namespace rapport::measures {
namespace {

const Instrument& shipped(std::string_view id) {
  static const auto library = InstrumentLibrary::shipped().value();
  return *library.find(id);
}

ScoreTable table(std::string_view id, std::string_view csv) {
  const auto& instrument = shipped(id);
  return score_csv(instrument, *instrument.variant(""), csv, "answers.csv");
}

std::string all_errors(const ScoreTable& table) {
  std::string text;
  for (const auto& error : table.errors) {
    text += std::to_string(error.line.value_or(0)) + ":" + std::to_string(error.column.value_or(0)) + " " +
            error.message + "\n";
  }
  return text;
}

TEST(ScoreTable, AnswersAsTheContractSays) {
  const auto found =
      table("gad-2", "client,session,date,item1,item2\nA,1,2026-01-05,3,2\nA,2,,1,\nB,1,2026-02-30,1,1\n");
  EXPECT_EQ(
      boost::json::serialize(to_json(found)),
      R"({"results":[)"
      R"({"client":"A","session":1,"date":"2026-01-05","variant":null,"scores":{"total":5},"band":null,"band_citation":null,)"
      R"("complete":true,"prorated":false,"not_answered":[],"safety":[],"change":null},)"
      R"({"client":"A","session":2,"date":null,"variant":null,"scores":{"total":null},"band":null,"band_citation":null,)"
      R"("complete":false,"prorated":false,"not_answered":[2],"safety":[],"change":null}],)"
      R"("errors":[{"file":"answers.csv","line":4,"column":3,)"
      R"("message":"\"2026-02-30\" is no date; it must be like 2026-11-24."}]})");
}

TEST(ScoreTable, SaysTheChangeSinceTheFirstSessionWhereverItStands) {
  const auto found = table("gad-7",
                           "session,client,item7,item6,item5,item4,item3,item2,item1,date\n"
                           "9,A,0,0,0,0,0,1,1,2026-03-05\n"
                           "2,A,2,2,2,2,2,2,2,2026-01-05\n"
                           "1,A,,2,2,2,2,2,2,2026-01-01\n"
                           "9,B,2,2,2,2,2,2,2,2026-01-05\n");
  EXPECT_EQ(all_errors(found), "");
  ASSERT_EQ(found.results.size(), 4U);
  ASSERT_TRUE(found.results[0].change);
  EXPECT_EQ(found.results[0].change->from, 2) << "the first with a score";
  EXPECT_EQ(
      boost::json::serialize(to_json(found).at("results").at(0).at("change")),
      R"({"scale":"total","from":2,"reliable":true,"class":"recovered","value":-12,"threshold":4,)"
      R"("source":"NHS Talking Therapies manual (as quoted in secondary literature). From SD 4.5: 3.53 with alpha .92, )"
      R"(5.14 with retest .83","into_clinical_range":false})");
  for (const auto place : {1U, 2U, 3U}) EXPECT_FALSE(found.results[place].change) << place;
}

TEST(ScoreTable, RefusesARowWithLineAndColumnAndScoresTheOthers) {
  const auto found = table("gad-2",
                           "client,session,date,item1,item2\n"
                           "A,1,2026-01-05,4,0\n"
                           "B,1,2026-01-05,1.5,0\n"
                           "C,1,2026-01-05,0,yes\n"
                           ",1,2026-01-05,0,0\n"
                           "D,0,2026-01-05,0,0\n"
                           "E,1,5.1.2026,0,0\n"
                           "F,1,2026-01-05,0\n"
                           "G,1,2026-01-05,0,\"0\n");
  EXPECT_TRUE(found.results.empty());
  EXPECT_TRUE(found.readable);
  EXPECT_EQ(all_errors(found),
            "2:4 item1: 4 is no answer to this item; it must be one of 0, 1, 2, 3.\n"
            "3:4 item1: 1.5 is no answer to this item; it must be one of 0, 1, 2, 3.\n"
            "4:5 item2: \"yes\" is no number. Leave the field empty if the item was not answered.\n"
            "5:1 The client is missing.\n"
            "6:2 The session must be a whole number from 1 to 100000, not \"0\".\n"
            "7:3 \"5.1.2026\" is no date; it must be like 2026-11-24.\n"
            "8:0 This row has 4 fields, the header has 5.\n"
            "9:5 The quotation mark that opens this field is never closed.\n");
}

TEST(ScoreTable, RefusesASessionThatIsThereTwice) {
  const auto found = table("gad-2", "client,session,date,item1,item2\nA,1,,1,1\nB,1,,1,1\nA,1,,2,2\n");
  EXPECT_EQ(found.results.size(), 2U);
  EXPECT_EQ(all_errors(found), "4:2 Session 1 of this client is already on line 2.\n");
}

TEST(ScoreTable, NamesWhatAPersonHasToLookAtInARowThatItRefuses) {
  const std::string header = "client,session,date,item1,item2,item3,item4,item5,item6,item7,item8,item9,item10\n";
  const auto found = table("phq-9", header +
                                        "A,1,,7,0,0,0,0,0,0,0,3,\nB,1,,0,0,0,0,0,0,0,0,0,\nB,1,,0,0,0,0,0,0,0,0,1,\n"
                                        "C,1,5.1.,0,0,0,0,0,0,0,0,0,\nD,0,5.1.,0,0,0,0,0,0,0,0,2,\n");
  EXPECT_EQ(found.results.size(), 1U);
  EXPECT_EQ(
      all_errors(found),
      "2:4 item1: 7 is no answer to this item; it must be one of 0, 1, 2, 3. Item 9 was answered with 3: a person "
      "has to look at it now.\n"
      "4:2 Session 1 of this client is already on line 3. Item 9 was answered with 1: a person has to look at it "
      "now.\n"
      "5:3 \"5.1.\" is no date; it must be like 2026-11-24.\n"
      "6:2 The session must be a whole number from 1 to 100000, not \"0\". Item 9 was answered with 2: a person has "
      "to look at it now.\n"
      "6:3 \"5.1.\" is no date; it must be like 2026-11-24.\n");
}

TEST(ScoreTable, TakesAClientWithSpacesAroundForTheSame) {
  const auto found = table("gad-2", "client,session,date,item1,item2\nA,1,,1,1\n A ,2,,2,2\nA ,1,,1,1\n");
  ASSERT_EQ(found.results.size(), 2U);
  EXPECT_EQ(found.results[1].client, "A");
  EXPECT_TRUE(found.results[1].change);
  EXPECT_EQ(all_errors(found), "4:2 Session 1 of this client is already on line 2.\n");
}

TEST(ScoreTable, TakesAClientOverSeveralLines) {
  const auto found = table("gad-2", "client,session,date,item1,item2\n\"A\nB\",1,,1,1\nC\x1b,1,,1,1\n");
  ASSERT_EQ(found.results.size(), 1U);
  EXPECT_EQ(found.results[0].client, "A\nB");
  EXPECT_EQ(all_errors(found), "4:1 The client contains control characters.\n");
}

TEST(ScoreTable, PassesOverColumnsPastTheLastItemOnlyWhenTheyAreEmpty) {
  const auto found = table("gad-2", "client,session,date,item1,item2,item3,item99,note\nA,1,,1,1,,,x\nB,1,,1,1,,0,\n");
  EXPECT_EQ(found.results.size(), 1U);
  EXPECT_EQ(all_errors(found), "3:7 item99: GAD-2 has only 2 items.\n");
}

TEST(ScoreTable, NeedsNoColumnForAnItemThatIsNotScored) {
  const auto found = table(
      "phq-9", "client,session,date,item1,item2,item3,item4,item5,item6,item7,item8,item9\nA,1,,1,1,1,1,1,1,1,1,0\n");
  ASSERT_EQ(found.results.size(), 1U);
  EXPECT_TRUE(found.results[0].form.complete);
  EXPECT_EQ(found.results[0].form.scores[0].value, 8);
}

TEST(ScoreTable, ReadsWhatSpreadsheetsWrite) {
  const auto found = table("gad-2",
                           "\xEF\xBB\xBF"
                           "Client,Session,Date,Item1,ITEM2,,\r\n\"Müller, A\",1,2026-01-05, 3 ,2.0,,\r\n");
  EXPECT_EQ(all_errors(found), "");
  ASSERT_EQ(found.results.size(), 1U);
  EXPECT_EQ(found.results[0].client, "Müller, A");
  EXPECT_EQ(found.results[0].form.scores[0].value, 5);
}

TEST(ScoreTable, SaysWhyAFileCannotBeUsed) {
  const auto refused = [](std::string_view csv) {
    const auto found = table("gad-2", csv);
    EXPECT_FALSE(found.readable) << csv;
    EXPECT_TRUE(found.results.empty()) << csv;
    return all_errors(found);
  };
  EXPECT_EQ(refused("client,session,item1,item2\n"), "1:0 The column \"date\" is missing.\n");
  EXPECT_EQ(refused("client,session,date,item1\nA,1,,1\n"), "1:0 The column \"item2\" is missing.\n");
  EXPECT_EQ(refused("client,session,date,item1,item02\n"), "1:0 The column \"item2\" is missing.\n");
  EXPECT_EQ(refused("client,session,date,item1,item2,Item1\n"), "1:6 The column \"item1\" is there twice.\n");
  EXPECT_EQ(refused("client;session;date;item1;item2\n"),
            "1:0 The column \"client\" is missing. Columns must be separated by commas, not by semicolons.\n");
  EXPECT_EQ(refused("client,\"session\n"), "1:2 The quotation mark that opens this field is never closed.\n");
  EXPECT_NE(refused("").find("The file is empty"), std::string::npos);
}

TEST(ScoreTable, RefusesOnlyTheRowThatIsNotUtf8) {
  const auto found = table("gad-2", "client,session,date,item1,item2\nM\xFCller,1,,1,1\nB,1,,1,1\n");
  EXPECT_EQ(found.results.size(), 1U);
  EXPECT_EQ(all_errors(found), "2:1 This is not UTF-8 text.\n");
}

RC_GTEST_PROP(ScoreTable, DoesNotDependOnTheOrderOfTheColumns, ()) {
  std::vector<std::pair<std::string, std::string>> columns{{"client", "A"}, {"session", "1"}, {"date", "2026-01-05"}};
  for (int item = 1; item <= 10; ++item) {
    columns.emplace_back("item" + std::to_string(item),
                         *rc::gen::element<std::string>("", "0", "1", "2", "3", "4", "5"));
  }
  const auto scored = [&] {
    std::string names;
    std::string values;
    for (const auto& [name, value] : columns) {
      names += (names.empty() ? "" : ",") + name;
      values += (&value == &columns.front().second ? "" : ",") + value;
    }
    auto found = table("core-10", names + "\n" + values + "\n");
    return std::pair(boost::json::serialize(to_json(found).at("results")), found.errors.size());
  };
  const auto straight = scored();
  std::shuffle(columns.begin(), columns.end(), std::mt19937(*rc::gen::arbitrary<unsigned>()));
  RC_ASSERT(scored() == straight);
}

}  // namespace
}  // namespace rapport::measures
