#include "features/preferences/preferences.hpp"

#include "support/full_house.hpp"

namespace rapport::preferences {
namespace {

using therapist_profiles::DayPart;

class Preferences : public testing::FullHouseTest {
 protected:
  Result<bool> add(std::int64_t version, const Wishes& wishes) {
    const auto key = house->keys.key_for(client, soon()).value();
    const StoredWishes made{client, version, clock.now(), seal_wishes(*key, client, version, wishes)};
    return write([&](store::WriteTx& tx) {
      return add_wishes(tx, made,
                        [&](const StoredWishes& stored) { return open_wishes(*key, stored).value() == wishes; });
    });
  }
  std::vector<StoredWishes> all() {
    return read([&](store::ReadTx& tx) -> Result<std::vector<StoredWishes>> { return list_wishes(tx, client); })
        .value();
  }
  Result<WishesOfClient> seen_by(AccountId viewer) {
    return read([&](store::ReadTx& tx) { return find_wishes_in(tx, viewer, episode); });
  }
  const Wishes wished{
      .way = {.talk = 2}, .language = "tr", .times = {{2, DayPart::evening}}, .words = "slowly, please"};
};

TEST_P(Preferences, EveryVersionStaysAndTheLatestHolds) {
  EXPECT_TRUE(all().empty());
  EXPECT_TRUE(add(1, wished).value());
  EXPECT_FALSE(add(1, wished).value()) << "sent again";
  auto other = wished;
  other.words = "faster";
  EXPECT_EQ(add(1, other).error().code, "preferences.older");
  EXPECT_TRUE(add(2, other).value());
  const auto key = house->keys.key_for(client, soon()).value();
  ASSERT_EQ(all().size(), 2U);
  EXPECT_EQ(open_wishes(*key, all()[0]).value(), other);
  EXPECT_EQ(open_wishes(*key, all()[1]).value(), wished);
}

TEST_P(Preferences, AreSealedAndNoVersionOpensInAnothersPlace) {
  ASSERT_TRUE(add(1, wished));
  auto stored = all().front();
  EXPECT_EQ(as_text(stored.sealed).find("slowly"), std::string::npos);
  const auto key = house->keys.key_for(client, soon()).value();
  stored.version = 2;
  EXPECT_FALSE(open_wishes(*key, stored));
  stored.version = 1;
  stored.client = other_client;
  EXPECT_FALSE(open_wishes(*key, stored));
}

TEST_P(Preferences, AreReadByWhoeverTreatsAndByNobodyElse) {
  ASSERT_TRUE(seen_by(therapist));
  EXPECT_FALSE(seen_by(therapist)->wishes);
  ASSERT_TRUE(add(1, wished));
  ASSERT_TRUE(seen_by(therapist)->wishes);
  EXPECT_EQ(seen_by(therapist)->client, client);
  for (const auto nobody : {stranger, deputy, supervisor, neutral, coordinator, administrator, other_client, client}) {
    const auto refused = seen_by(nobody);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "not_found");
  }
}

TEST_P(Preferences, GoWithTheRecord) {
  ASSERT_TRUE(add(1, wished));
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_TRUE(all().empty());
}

TEST_P(Preferences, WhatCannotBeRightIsNamed) {
  auto wrong = wished;
  wrong.way.talk = 5;
  wrong.language = "TR";
  wrong.times.push_back({0, DayPart::morning});
  const auto checked = check_wishes(wrong);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().code, "preferences.invalid");
  EXPECT_EQ(checked.error().fields.size(), 3U);
  EXPECT_TRUE(check_wishes(wished));
  EXPECT_TRUE(check_wishes({}));
}

INSTANTIATE_TEST_SUITE_P(Engines, Preferences, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::preferences
