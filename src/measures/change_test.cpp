#include "measures/change.hpp"

#include <gtest/gtest.h>

#include "measures/instrument_library.hpp"

namespace rapport::measures {
namespace {

const Instrument& shipped(std::string_view id) {
  static const auto library = InstrumentLibrary::shipped().value();
  return *library.find(id);
}

Change change(std::string_view id, double before, double after, std::string_view variant = "") {
  const auto& instrument = shipped(id);
  return change_between(instrument, before, after, *instrument.variant(variant));
}

ChangeClass class_of(std::string_view id, double before, double after) {
  return change(id, before, after).change_class;
}

TEST(Change, IsReliableFromThePublishedThresholdOn) {
  const auto six = change("phq-9", 20, 14);
  EXPECT_EQ(six.scale, "total");
  EXPECT_EQ(six.value, -6);
  EXPECT_EQ(six.threshold, 6);
  EXPECT_TRUE(six.reliable);
  EXPECT_EQ(six.change_class, ChangeClass::improved);
  EXPECT_NE(six.source->find("NHS"), std::string::npos);
  EXPECT_FALSE(change("phq-9", 20, 15).reliable);
  EXPECT_EQ(class_of("phq-9", 20, 15), ChangeClass::unchanged);
  EXPECT_EQ(class_of("phq-9", 12, 12), ChangeClass::unchanged);
  EXPECT_EQ(class_of("phq-9", 12, 18), ChangeClass::deteriorated);
  EXPECT_EQ(class_of("phq-9", 12, 17), ChangeClass::unchanged);
  EXPECT_EQ(class_of("gad-7", 14, 10), ChangeClass::improved);
  EXPECT_EQ(class_of("gad-7", 14, 11), ChangeClass::unchanged);
}

TEST(Change, IsRecoveryOnlyFromTheClinicalSideToTheOther) {
  EXPECT_EQ(class_of("phq-9", 15, 9), ChangeClass::recovered);
  EXPECT_EQ(class_of("phq-9", 16, 10), ChangeClass::improved);
  EXPECT_EQ(class_of("phq-9", 9, 1), ChangeClass::improved) << "was not on the clinical side";
  EXPECT_EQ(class_of("gad-7", 13, 9), ChangeClass::recovered);
  EXPECT_EQ(class_of("core-10", 17, 11), ChangeClass::improved);
  EXPECT_EQ(class_of("core-10", 17, 10), ChangeClass::recovered);
}

TEST(Change, KnowsTheClinicalRange) {
  EXPECT_TRUE(is_in_clinical_range(shipped("phq-9"), "total", 10));
  EXPECT_FALSE(is_in_clinical_range(shipped("phq-9"), "total", 9));
  EXPECT_TRUE(is_in_clinical_range(shipped("ors"), "total", 24.9)) << "where higher is better";
  EXPECT_FALSE(is_in_clinical_range(shipped("pcl-5"), "total", 32)) << "31 to 33 is on neither side";
  EXPECT_FALSE(is_in_clinical_range(shipped("srs"), "total", 10)) << "its cut-off is for talking about it";
}

TEST(Change, SaysWhereItWentIntoTheClinicalRange) {
  EXPECT_TRUE(change("phq-9", 9, 15).into_clinical_range);
  EXPECT_FALSE(change("phq-9", 10, 16).into_clinical_range) << "was there already";
  EXPECT_FALSE(change("phq-9", 8, 12).into_clinical_range) << "not reliably worse";
  EXPECT_FALSE(change("phq-9", 1, 8).into_clinical_range) << "still on the other side";
  EXPECT_FALSE(change("phq-9", 15, 9).into_clinical_range);
  EXPECT_TRUE(change("ors", 30, 24.9).into_clinical_range) << "where higher is better";
  EXPECT_FALSE(change("pcl-5", 15, 32).into_clinical_range) << "31 to 33 is on neither side";
}

TEST(Change, GoesUpwardsWhereHigherIsBetter) {
  EXPECT_EQ(class_of("ors", 20, 25), ChangeClass::recovered);
  EXPECT_EQ(class_of("ors", 19.9, 24.9), ChangeClass::improved);
  EXPECT_EQ(class_of("ors", 30, 25), ChangeClass::deteriorated);
  EXPECT_EQ(class_of("ors", 20, 24.5), ChangeClass::unchanged);
  // 19.8 + 5.2 is a little less than 25 in binary.
  EXPECT_EQ(class_of("ors", 19.8, 4.1 + 6.9 + 8.3 + 5.7), ChangeClass::recovered);
  EXPECT_EQ(change("ors", 20, 25).source, std::nullopt) << "no source was seen for it";
}

TEST(Change, SaysNothingBetweenTheTwoEndsOfAPublishedRange) {
  EXPECT_EQ(class_of("pcl-5", 60, 46), ChangeClass::unchanged);
  const auto between = change("pcl-5", 60, 44);
  EXPECT_EQ(between.change_class, ChangeClass::undetermined);
  EXPECT_FALSE(between.reliable);
  EXPECT_EQ(between.threshold, 15);
  EXPECT_EQ(class_of("pcl-5", 60, 42), ChangeClass::improved);
  EXPECT_EQ(class_of("pcl-5", 50, 31), ChangeClass::improved) << "31 to 33 is on neither side";
  EXPECT_EQ(class_of("pcl-5", 50, 30), ChangeClass::recovered);
  EXPECT_EQ(class_of("pcl-5", 32, 10), ChangeClass::improved) << "31 to 33 is on neither side";
}

TEST(Change, IsUndeterminedWithoutAReliableChange) {
  for (const auto* id : {"sparq", "risq", "audit-c", "k10", "wai-sr", "srs", "phq-2"}) {
    const auto found = change(id, 0, 4);
    EXPECT_EQ(found.change_class, ChangeClass::undetermined) << id;
    EXPECT_FALSE(found.reliable) << id;
    EXPECT_EQ(found.value, 4) << id;
    EXPECT_EQ(found.threshold, std::nullopt) << id;
  }
  EXPECT_EQ(class_of("who-5", 20, 80), ChangeClass::undetermined) << "a relevant change is not a reliable one";
  EXPECT_EQ(change("sparq", 1, 2).scale, "positive");
  EXPECT_EQ(change("risq", 1, 2).scale, "count");
}

TEST(Change, FollowsFromSpreadAndReliabilityWhereNoThresholdIsGiven) {
  auto scoring = shipped("phq-9").scoring();
  auto& rule = scoring.reliable_change.at(0);
  rule.value.reset();
  rule.sd = 5.5;
  rule.reliability = .84;
  const auto instrument = Instrument::make(shipped("phq-9").questionnaire(), scoring).value();
  const auto at = [&](double after) { return change_between(instrument, 20, after, *instrument.variant("")); };
  EXPECT_NEAR(*at(14).threshold, 6.10, 5e-3);
  EXPECT_EQ(at(14).change_class, ChangeClass::unchanged) << "6 is not more than 6.10";
  EXPECT_EQ(at(13).change_class, ChangeClass::improved);
}

}  // namespace
}  // namespace rapport::measures
