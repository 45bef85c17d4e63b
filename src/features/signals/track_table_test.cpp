#include "features/signals/track_table.hpp"

#include <gtest/gtest.h>

namespace rapport::signals {
namespace {

TrackTable track(std::string_view csv) {
  static const auto instruments = measures::InstrumentLibrary::shipped().value();
  static const auto rules = shipped_rules(instruments).value();
  return track_csv(instruments, rules, csv, "scores.csv");
}

constexpr std::string_view kHeader = "client,session,date,instrument,respondent,score\n";

TEST(Track, FindsTheSignalsOfEachClient) {
  const auto table = track(std::string(kHeader) +
                           "B,2,2026-01-12,PHQ 9,client,16\n"
                           "B,1,2026-01-05,phq-9,client,9\n"
                           "A,1,,phq-9,client,9\n"
                           "A,2,,phq-9,Client,9\n");
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 1U);
  const auto json = to_json(table).at("results").at(0).as_object();
  EXPECT_EQ(json.at("client").as_string(), "B");
  EXPECT_EQ(json.at("session").as_int64(), 2);
  EXPECT_EQ(json.at("date").as_string(), "2026-01-12");
  EXPECT_EQ(json.at("instrument").as_string(), "phq-9");
  EXPECT_EQ(json.at("signal").as_string(), "deterioration");
  EXPECT_EQ(json.at("rule").as_string(), "deterioration-from-start");
  EXPECT_EQ(json.at("version").as_string(), "2");
  EXPECT_EQ(json.at("level").as_string(), "act");
  EXPECT_NE(json.at("reason").as_string().find("7 points worse"), std::string::npos);
  EXPECT_EQ(json.at("values").at("change").as_int64(), 7);
}

TEST(Track, TakesItemsBeforeTheScore) {
  const auto table = track(
      "client,session,date,instrument,respondent,score,scale,item1,item2,item3,item4,item5,item6,item7,item8,item9\n"
      "A,1,,phq-9,client,27,,0,0,0,0,0,0,0,0,1\n"
      "A,2,,phq-9,client,3,,,,,,,,,,\n");
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 1U);
  EXPECT_EQ(table.results[0].signal.kind, Kind::safety);
}

TEST(Track, TakesARowWithoutAScoreForAFormThatDidNotCome) {
  const auto table = track(std::string(kHeader) + "A,1,,phq-9,client,9\nA,2,,phq-9,client,9\nA,3,,phq-9,client,\n");
  ASSERT_EQ(table.results.size(), 1U);
  EXPECT_EQ(table.results[0].signal.kind, Kind::missing);
  EXPECT_EQ(table.results[0].signal.session, 3);
}

TEST(Track, TellsOfAFormThatCameWithoutAScore) {
  const auto table = track(
      "client,session,date,instrument,respondent,item1,item2,item3,item4,item5,item6,item7,item8,item9\n"
      "A,1,,phq-9,client,1,1,1,1,1,1,1,1,0\n"
      "A,2,,phq-9,client,1,1,1,,,,,,\n"
      "A,2,,gad-7,client,1,,,,,,,,\n");
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 2U) << "a row for each";
  const auto& signal = table.results[1].signal;
  EXPECT_EQ(signal.kind, Kind::missing);
  EXPECT_EQ(signal.level, Level::info);
  EXPECT_EQ(signal.rule, "form-without-score");
  EXPECT_EQ(signal.reason, "PHQ-9 came for session 2, but gave no score (3 of 9 questions answered).");
}

TEST(Track, JoinsTheScalesOfOneForm) {
  const auto table = track(
      "client,session,date,instrument,respondent,score,scale\n"
      "A,1,,sparq,client,13,positive\nA,1,,sparq,client,2,negative\n"
      "A,2,,sparq,client,13,positive\nA,2,,sparq,client,2,negative\n"
      "A,3,,sparq,client,2,negative\nA,3,,sparq,client,8,positive\n");
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 1U);
  EXPECT_EQ(table.results[0].signal.kind, Kind::rupture_candidate);
}

TEST(Track, HoldsATherapistsFormAgainstTheClientsAsTheServiceDoes) {
  const auto table = track(std::string(kHeader) +
                           "A,1,,check-in,client,9\nA,1,,check-in-therapist,therapist,14\n"
                           "A,2,,check-in,client,9\nA,2,,check-in-therapist,therapist,14\n");
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 1U);
  EXPECT_EQ(table.results[0].signal.kind, Kind::divergence);
  EXPECT_EQ(table.results[0].signal.instrument, "check-in");
}

TEST(Track, MakesOneCandidateOfAYesAndAFallInTheSameSession) {
  const auto table = track(
      "client,session,date,instrument,respondent,score,scale\n"
      "A,1,,sparq,client,13,positive\nA,2,,sparq,client,13,positive\nA,3,,sparq,client,13,positive\n"
      "A,3,,risq,client,1,count\n"
      "A,4,,risq,client,2,count\nA,4,,sparq,client,8,positive\n");
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 2U);
  EXPECT_EQ(table.results[0].signal.instrument, "risq") << "alone in its session";
  const auto& both = table.results[1].signal;
  EXPECT_EQ(both.session, 4);
  EXPECT_EQ(both.instrument, "sparq");
  EXPECT_EQ(both.kind, Kind::rupture_candidate);
  EXPECT_NE(both.reason.find("below the 13 that was usual"), std::string::npos) << both.reason;
  EXPECT_NE(both.reason.find("2 answered with yes"), std::string::npos) << both.reason;
}

TEST(Track, NamesWhatItRefuses) {
  const auto table = track(
      "client,session,date,instrument,respondent,score,scale,item9,item11\n"
      "A,1,,phq-9,client,28,,,\n"
      "A,one,,phq-9,client,9,,,\n"
      "A,1,,phq-7,client,9,,,\n"
      "A,1,,phq-9,mother,9,,,\n"
      "A,1,,phq-9,client,many,,,\n"
      "A,1,,phq-9,client,9,sum,,\n"
      "A,1,,phq-9,client,,,2,5\n"
      "A,1,,phq-9,client,,,7,\n"
      "A,1,2026-02-30,phq-9,client,9,,,\n"
      "A,1,,phq-9,client,9,,,\n"
      "A,1,,phq-9,client,9,,,\n"
      ",1,,phq-9,client,9,,,\n");
  EXPECT_TRUE(table.readable);
  const std::vector<std::pair<std::size_t, std::string>> expected{
      {2, "28 is not from 0 to 27"}, {3, "whole number"},          {4, "no instrument \"phq-7\""},
      {5, "client or therapist"},    {6, "\"many\" is no number"}, {7, "no scale \"sum\""},
      {8, "only 10 items"},          {9, "item9: 7 is no answer"}, {10, "no date"},
      {12, "is already on line 11"}, {13, "The client is missing"}};
  ASSERT_EQ(table.errors.size(), expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_EQ(table.errors[i].file, "scores.csv");
    EXPECT_EQ(table.errors[i].line, expected[i].first);
    EXPECT_NE(table.errors[i].message.find(expected[i].second), std::string::npos) << table.errors[i].message;
  }
  EXPECT_NE(table.errors[6].message.find("a person has to look at it now"), std::string::npos)
      << "what is refused may still say that somebody is in danger";
}

TEST(Track, ReadsWhatSpreadsheetsWriteInAnyOrder) {
  const auto table = track(
      "\xEF\xBB\xBF"
      "Respondent,Instrument,Note,Score,Session,Date,Client\r\n"
      "CLIENT,PHQ 9,, 16 ,3,2026-01-19,A \r\n"
      "client,phq-9,\"a, b\",9,1,2026-01-05,A\r\n"
      "Client,PHQ9,,9, 2 ,2026-01-12, A\r\n");
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 1U);
  EXPECT_EQ(table.results[0].client, "A");
  EXPECT_EQ(table.results[0].signal.session, 3);
  EXPECT_EQ(table.results[0].signal.kind, Kind::deterioration);
}

TEST(Track, TakesALongFileOfOnePersonInItsStride) {
  std::string csv(kHeader);
  for (int session = 30'000; session >= 1; --session) {
    csv += "A," + std::to_string(session) + ",,sparq,client," + (session == 30'000 ? "7" : "13") + "\n";
  }
  const auto table = track(csv);
  EXPECT_TRUE(table.errors.empty());
  ASSERT_EQ(table.results.size(), 1U);
  EXPECT_EQ(table.results[0].signal.session, 30'000);
  EXPECT_EQ(table.results[0].signal.kind, Kind::rupture_candidate);
}

TEST(Track, CannotReadAFileWithoutItsColumns) {
  EXPECT_FALSE(track("").readable);
  const auto table = track("client,session,date,instrument,respondent\n");
  EXPECT_FALSE(table.readable);
  EXPECT_EQ(table.errors.at(0).message, "The column \"score\" is missing.");
  EXPECT_EQ(track("client;session;date;instrument;respondent;score\nA;1;;phq-9;client;9\n").errors.at(0).message,
            "The column \"client\" is missing. Columns must be separated by commas, not by semicolons.");
  EXPECT_FALSE(track("\xEF\xBB\xBF").readable);
  EXPECT_FALSE(track("\xFF\xFE"
                     "c")
                   .readable)
      << "UTF-16";
  EXPECT_TRUE(track(kHeader).readable) << "nobody has sent a form yet";
}

}  // namespace
}  // namespace rapport::signals
