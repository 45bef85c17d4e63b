#include "features/therapist_profiles/therapist_profiles.hpp"

#include <set>

#include "features/therapist_profiles/approaches.hpp"
#include "support/full_house.hpp"

namespace rapport::therapist_profiles {
namespace {

TherapistProfile usual() {
  return {.approaches = {"systemic"},
          .languages = {"de", "tr"},
          .reasons = {"sleep"},
          .focus = "People who work at night",
          .gender = Gender::woman,
          .times = {{2, DayPart::evening}},
          .way = {.tasks = -2},
          .about = "I like to laugh."};
}

std::vector<std::string> places(const TherapistProfile& profile, std::int64_t capacity = 3) {
  std::vector<std::string> found;
  const auto checked = check_profile(profile, capacity);
  if (checked) return found;
  EXPECT_EQ(checked.error().code, "therapist_profile.invalid");
  for (const auto& field : checked.error().fields) found.push_back(field.path);
  return found;
}

TEST(Approaches, OfTheProgramAreWellFormed) {
  const auto& all = approaches();
  EXPECT_FALSE(all.version.empty());
  EXPECT_GE(all.approaches.size(), 10U);
  EXPECT_GE(all.reasons.size(), 10U);
  EXPECT_TRUE(all.has_approach("systemic"));
  EXPECT_FALSE(all.has_approach("sleep"));
  EXPECT_TRUE(all.has_reason("sleep"));
  std::set<std::string> keys;
  for (const auto& one : all.approaches) {
    EXPECT_TRUE(keys.insert(one.key).second) << one.key;
    EXPECT_FALSE(one.name.en.empty() || one.name.de.empty()) << one.key;
    EXPECT_FALSE(one.about.en.empty() || one.about.de.empty()) << one.key;
  }
}

TEST(ReasonsToCome, AFileWithAMistakeIsRefused) {
  const std::string word = R"({"en":"a","de":"b"})";
  const auto file = [&](const std::string& id, const std::string& name) {
    return R"({"version":"1","reasons":[{"id":"one","name":)" + word + R"(},{"id":")" + id + R"(","name":)" + name +
           R"(}]})";
  };
  EXPECT_TRUE(read_reasons(file("two", word)));
  EXPECT_FALSE(read_reasons(file("one", word))) << "twice";
  EXPECT_FALSE(read_reasons(file("two", R"({"en":"a","de":""})"))) << "no German word";
  EXPECT_FALSE(read_reasons(R"({"version":"1","reasons":[]})"));
}

TEST(TherapistProfile, WhatCannotBeRightIsNamed) {
  EXPECT_EQ(places(usual()), std::vector<std::string>{});
  auto profile = usual();
  profile.approaches = {"systemic", "palmistry", "systemic"};
  profile.languages = {"German"};
  profile.times = {{8, DayPart::morning}, {1, DayPart::evening}, {1, DayPart::evening}};
  profile.way.lead = 3;
  EXPECT_EQ(places(profile, 201), (std::vector<std::string>{"/approaches/1", "/approaches/2", "/languages/0",
                                                            "/times/0", "/times/2", "/way/lead", "/capacity"}));
  profile = usual();
  profile.languages.clear();
  EXPECT_EQ(places(profile), std::vector<std::string>{"/languages"});
  EXPECT_EQ(places(usual(), -1), std::vector<std::string>{"/capacity"});
  EXPECT_EQ(places(usual(), 0), std::vector<std::string>{}) << "takes nobody now";
}

class TherapistProfiles : public testing::FullHouseTest {
 protected:
  StoredProfile sealed(std::int64_t revision, const TherapistProfile& profile, std::int64_t capacity = 3) {
    const auto key = house->keys.key_for(therapist, soon()).value();
    return {therapist, revision, capacity, seal_profile(*key, therapist, profile), clock.now()};
  }
  Result<bool> store(std::int64_t revision, const TherapistProfile& profile) {
    const auto made = sealed(revision, profile);
    return write([&](store::WriteTx& tx) {
      return store_profile(tx, made, [&](const StoredProfile& stored) { return opened(stored) == profile; });
    });
  }
  TherapistProfile opened(const StoredProfile& stored) {
    const auto key = house->keys.key_for(stored.therapist, soon()).value();
    return open_profile(*key, stored).value_or(TherapistProfile{});
  }
  std::optional<StoredProfile> kept() {
    return read([&](store::ReadTx& tx) -> Result<std::optional<StoredProfile>> { return find_profile(tx, therapist); })
        .value();
  }
};

TEST_P(TherapistProfiles, AreKeptSealedAndReadAgain) {
  EXPECT_FALSE(kept());
  EXPECT_TRUE(store(1, usual()).value());
  ASSERT_TRUE(kept());
  EXPECT_EQ(opened(*kept()), usual());
  EXPECT_EQ(kept()->capacity, 3);
  const auto stored = *kept();
  EXPECT_EQ(as_text(stored.sealed).find("night"), std::string_view::npos);
}

TEST_P(TherapistProfiles, OfTwoDevicesTheSecondIsToldAndTheSameTwiceIsNoChange) {
  ASSERT_TRUE(store(1, usual()));
  EXPECT_FALSE(store(1, usual()).value()) << "sent again";
  auto other = usual();
  other.about = "I like silence.";
  const auto refused = store(1, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "therapist_profile.older");
  EXPECT_TRUE(store(2, other).value());
  EXPECT_EQ(store(4, usual()).error().code, "therapist_profile.older") << "nobody has seen a third";
  EXPECT_EQ(opened(*kept()), other);
}

INSTANTIATE_TEST_SUITE_P(Engines, TherapistProfiles, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::therapist_profiles
