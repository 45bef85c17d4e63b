#include "features/achievements/achievements.hpp"

#include "features/achievements/achievements_api.hpp"
#include "features/encounters/encounters.hpp"
#include "support/asking_house.hpp"

namespace rapport::achievements {
namespace {

TEST(AchievementRules, AMoodHasANumberAndTheOthersHaveWords) {
  const auto now = from_micros(1'795'000'000'000'000);
  EXPECT_TRUE(check(AchievementKind::achievement, {"I went out", {}}, now, now));
  EXPECT_TRUE(check(AchievementKind::mood, {"", 0}, now, now));
  EXPECT_FALSE(check(AchievementKind::mood, {"heavy", {}}, now, now));
  EXPECT_FALSE(check(AchievementKind::mood, {"", 11}, now, now));
  EXPECT_FALSE(check(AchievementKind::achievement, {"", {}}, now, now));
  EXPECT_FALSE(check(AchievementKind::noticed, {"You went out", 5}, now, now));
  EXPECT_FALSE(check(AchievementKind::achievement, {"I will", {}}, now + std::chrono::hours(25), now));
  EXPECT_TRUE(check(AchievementKind::achievement, {"Today, in Auckland", {}}, now + std::chrono::hours(13), now));
}

class Achievements : public testing::AskingHouseTest {
 protected:
  void SetUp() override {
    AskingHouseTest::SetUp();
    offer(add_achievement_routes);
  }
  std::string body_of(const std::string& id, const std::string& kind, bool shared, std::chrono::hours ago) {
    return R"({"id":")" + id + R"(","kind":")" + kind + R"(","text":"words","at":")" + to_rfc3339(clock.now() - ago) +
           R"(","shared":)" + (shared ? "true" : "false") + (kind == "mood" ? R"(,"mood":4})" : "}");
  }
  std::string add(AccountId by, const std::string& kind, bool shared = false,
                  std::chrono::hours ago = std::chrono::hours(0)) {
    const auto id = new_id();
    const auto made = post(by, of_episode("achievements"), body_of(id, kind, shared, ago));
    EXPECT_EQ(made.status, 204) << made.body;
    clock.set(clock.now() + std::chrono::seconds(1));
    return id;
  }
  http::Response share(AccountId by, const std::string& id, bool shared) {
    return put(by, "/api/achievements/" + id + "/shared", shared ? R"({"shared":true})" : R"({"shared":false})");
  }
  std::vector<std::string> seen_by(AccountId viewer, bool since_session = false) {
    std::vector<std::string> ids;
    const auto read = read_of(viewer, of_episode("achievements"));
    for (const auto& one : read.at("achievements").as_array()) {
      if (!since_session || one.at("since_session").as_bool()) ids.emplace_back(one.at("id").as_string());
    }
    return ids;
  }
  void hold_session() {
    clock.set(clock.now() + std::chrono::seconds(1));
    const auto id = EncounterId::make(clock.now());
    ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      const auto now = clock.now();
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {now, 50, encounters::Channel::chat, ""}, now));
      TRY(encounters::open_encounter(tx, therapist, id, now));
      TRY(encounters::close_encounter(tx, therapist, id, now));
      return {};
    }));
    clock.set(clock.now() + std::chrono::seconds(1));
  }
  using Ids = std::vector<std::string>;
};

TEST_P(Achievements, AreTheClientsAloneUntilTheyShowThem) {
  told();
  const auto kept = add(client, "achievement");
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client}})) << "the therapist learns not even when";
  const auto mood = add(client, "mood", true);
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client, therapist}}));
  EXPECT_EQ(seen_by(client), (Ids{mood, kept}));
  EXPECT_EQ(seen_by(therapist), Ids{mood});
  EXPECT_EQ(share(therapist, kept, true).status, 404) << "for the therapist there is none";
  EXPECT_EQ(share(therapist, mood, false).status, 409);
  EXPECT_EQ(share(client, kept, true).status, 204);
  EXPECT_EQ(share(client, kept, true).status, 204);
  EXPECT_EQ(seen_by(therapist), (Ids{mood, kept}));
  EXPECT_EQ(share(client, mood, false).status, 204);
  EXPECT_EQ(seen_by(therapist), Ids{kept});
}

TEST_P(Achievements, WhatTheTherapistNoticedTheClientSeesAtOnce) {
  told();
  const auto noticed = add(therapist, "noticed");
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client, therapist}}));
  EXPECT_EQ(seen_by(client), Ids{noticed});
  EXPECT_EQ(post(therapist, of_episode("achievements"), body_of(new_id(), "mood", true, {})).status, 409);
  EXPECT_EQ(post(client, of_episode("achievements"), body_of(new_id(), "noticed", true, {})).status, 409);
  EXPECT_EQ(share(client, noticed, false).status, 409);
  EXPECT_EQ(ask(client, http::Method::del, "/api/achievements/" + noticed).status, 409);
  EXPECT_EQ(ask(therapist, http::Method::del, "/api/achievements/" + noticed).status, 204);
  EXPECT_TRUE(seen_by(client).empty());
}

TEST_P(Achievements, SinceTheLastSessionIsWhatWasWrittenOrShownSince) {
  add(client, "achievement", true);
  const auto shown_later = add(client, "achievement");
  EXPECT_TRUE(seen_by(client, true).empty()) << "no session was held yet";
  hold_session();
  EXPECT_TRUE(seen_by(client, true).empty());
  const auto long_ago = add(client, "achievement", true, std::chrono::hours(24 * 30));
  const auto kept = add(client, "mood");
  EXPECT_EQ(share(client, shown_later, true).status, 204);
  EXPECT_EQ(seen_by(therapist, true), (Ids{shown_later, long_ago})) << "by when it happened, new to the therapist";
  EXPECT_EQ(seen_by(client, true), (Ids{kept, shown_later, long_ago}));
  hold_session();
  EXPECT_TRUE(seen_by(therapist, true).empty());
}

TEST_P(Achievements, SentTwiceAreOneAndNobodyElses) {
  const auto id = add(client, "achievement");
  EXPECT_EQ(post(client, of_episode("achievements"), body_of(id, "mood", true, {})).status, 204);
  EXPECT_EQ(seen_by(client), Ids{id});
  EXPECT_TRUE(seen_by(therapist).empty());
  EXPECT_EQ(post(therapist, of_episode("achievements"), body_of(id, "noticed", true, {})).status, 409);
  for (const auto who : {stranger, other_client, deputy}) {
    EXPECT_EQ(ask(who, http::Method::get, of_episode("achievements")).status, 404);
    EXPECT_EQ(post(who, of_episode("achievements"), body_of(new_id(), "achievement", true, {})).status, 404);
    EXPECT_EQ(share(who, id, true).status, 404);
    EXPECT_EQ(ask(who, http::Method::del, "/api/achievements/" + id).status, 404);
  }
}

TEST_P(Achievements, AreListedPageByPageAndGoWithTheClient) {
  for (int i = 0; i < 3; ++i) add(client, "achievement", i == 0);
  const auto page = *read([&](store::ReadTx& tx) { return list_achievements(tx, client, episode, {}, 2); });
  ASSERT_EQ(page.size(), 2U);
  EXPECT_EQ(read([&](store::ReadTx& tx) { return list_achievements(tx, client, episode, page[1].id, 2); })->size(), 1U);
  EXPECT_EQ(ask(client, http::Method::del, "/api/achievements/" + page[0].id.text()).status, 204);
  EXPECT_EQ(seen_by(client).size(), 2U);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_TRUE(seen_by(client).empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, Achievements, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::achievements
