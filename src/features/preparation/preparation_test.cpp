#include "features/preparation/preparation.hpp"

#include "features/achievements/achievements_api.hpp"
#include "features/check_in/check_in_api.hpp"
#include "features/encounters/encounters_api.hpp"
#include "features/goals/goals_api.hpp"
#include "features/homework/homework_api.hpp"
#include "features/messages/messages_api.hpp"
#include "features/preparation/preparation_api.hpp"
#include "support/asking_house.hpp"

namespace rapport::preparation {
namespace {

using std::chrono::hours;

class Preparation : public testing::AskingHouseTest {
 protected:
  void SetUp() override {
    AskingHouseTest::SetUp();
    offer([](Routes& routes) {
      add_preparation_routes(routes);
      check_in::add_check_in_routes(routes);
      homework::add_homework_routes(routes);
      goals::add_goal_routes(routes);
      achievements::add_achievement_routes(routes);
      messages::add_message_routes(routes, 5);
      encounters::add_encounter_routes(
          routes, [](store::WriteTx&, const encounters::Encounter&, Time) -> Result<void> { return {}; });
    });
    encounter_ = plan(hours(20));
  }
  std::string plan(hours ahead) {
    const auto id = new_id();
    EXPECT_EQ(post(therapist, of_episode("encounters"),
                   R"({"id":")" + id + R"(","start":")" + to_rfc3339(clock.now() + ahead) +
                       R"(","minutes":50,"channel":"chat"})")
                  .status,
              201);
    return id;
  }
  void later(std::chrono::seconds by = std::chrono::seconds(60)) { clock.set(clock.now() + by); }
  void write_message(AccountId by, const std::string& text) {
    const auto sent =
        post(by, "/api/rooms/" + chat.text() + "/messages", R"({"id":")" + new_id() + R"(","text":")" + text + R"("})");
    EXPECT_LT(sent.status, 300) << sent.body;
    later();
  }
  void log(const std::string& kind, const std::string& text, bool shared, std::optional<int> mood = {}) {
    const auto made = post(client, of_episode("achievements"),
                           R"({"id":")" + new_id() + R"(","kind":")" + kind + R"(","text":")" + text + "\"" +
                               (mood ? R"(,"mood":)" + std::to_string(*mood) : "") + R"(,"at":")" +
                               to_rfc3339(clock.now()) + R"(","shared":)" + (shared ? "true}" : "false}"));
    EXPECT_EQ(made.status, 204) << made.body;
    later();
  }
  void check_in_says(const std::string& words) {
    const auto sent =
        post(client, "/api/encounters/" + encounter_ + "/check-in",
             R"({"based_on":0,"content":{"homework":[],"topics":[],"feeling_words":")" + words + R"("}})");
    EXPECT_EQ(sent.status, 200) << sent.body;
    later();
  }
  std::string examples_path() const { return "/api/encounters/" + encounter_ + "/earlier-examples"; }
  std::string examples_text(AccountId viewer) { return ask(viewer, http::Method::get, examples_path()).body; }

  std::string encounter_;
};

TEST_P(Preparation, ShowsWhatTheClientWroteSinceTheSessionBefore) {
  write_message(client, "before it");
  const auto last = encounter_;
  EXPECT_EQ(post(therapist, "/api/encounters/" + last + "/open", "").status, 200);
  later();
  EXPECT_EQ(post(therapist, "/api/encounters/" + last + "/close", "").status, 200);
  later();
  encounter_ = plan(hours(30));
  for (int i = 0; i < 7; ++i) write_message(client, "after it " + std::to_string(i));
  write_message(therapist, "my own words");
  const auto answer = read_of(therapist, "/api/encounters/" + encounter_ + "/preparation");
  EXPECT_EQ(answer.at("last_session").at("id"), last.c_str());
  EXPECT_EQ(answer.at("count"), 7);
  ASSERT_EQ(answer.at("latest").as_array().size(), 5U);
  EXPECT_EQ(answer.at("latest").at(0).at("text"), "after it 6");
  EXPECT_EQ(ask(client, http::Method::get, "/api/encounters/" + encounter_ + "/preparation").status, 404);
  EXPECT_EQ(ask(stranger, http::Method::get, "/api/encounters/" + encounter_ + "/preparation").status, 404);
}

TEST_P(Preparation, LooksForNothingUnlessTheClientSaysThatNothingHasChanged) {
  log("achievement", "cooked for friends", true);
  write_message(client, "We had a quiet week");
  check_in_says("tired");
  const auto answer = read_of(therapist, examples_path());
  EXPECT_TRUE(answer.at("said").as_array().empty());
  EXPECT_TRUE(answer.at("examples").as_array().empty());
}

TEST_P(Preparation, BringsWhatTheClientReportedAgainstIt) {
  log("achievement", "cooked for friends", true);
  for (const auto mood : {2, 3, 8}) log("mood", "mood words " + std::to_string(mood), true, mood);
  write_message(client, "I slept through. It rains.");
  check_in_says("Nothing has changed at all");
  const auto answer = read_of(therapist, examples_path());
  ASSERT_EQ(answer.at("said").as_array().size(), 1U);
  EXPECT_EQ(answer.at("said").at(0).at("sentence"), "Nothing has changed at all");
  const auto text = examples_text(therapist);
  for (const auto* found : {"cooked for friends", "mood words 8", "\"I slept through\""}) {
    EXPECT_NE(text.find(found), std::string::npos) << found << "\n" << text;
  }
  EXPECT_EQ(text.find("mood words 3"), std::string::npos);
  EXPECT_EQ(answer.at("examples").as_array().size(), 3U);
}

TEST_P(Preparation, WhatTheTherapistMustNotSeeIsNotInIt) {
  log("achievement", "secret success", false);
  log("mood", "shown low", true, 2);
  log("mood", "shown low again", true, 2);
  log("mood", "secret joy", false, 10);
  const auto diary = new_id();
  EXPECT_EQ(
      post(client, of_episode("homework"), R"({"id":")" + diary + R"(","kind":"diary","title":"Evenings"})").status,
      204);
  EXPECT_EQ(put(client, "/api/homework/" + diary + "/entries/" + new_id(),
                R"({"based_on":0,"content":{"text":"secret page: it went well"}})")
                .status,
            200);
  EXPECT_EQ(put(client, "/api/homework/" + diary + "/outcome", R"({"outcome":"done"})").status, 204);
  later();
  const auto draft = put(client, "/api/encounters/" + encounter_ + "/check-in/draft",
                         R"({"based_on":0,"content":{"homework":[],"topics":[],"went_badly":"nothing has changed"}})");
  EXPECT_EQ(draft.status, 200);
  EXPECT_TRUE(read_of(therapist, examples_path()).at("said").as_array().empty()) << "what is not sent says nothing";
  write_message(client, "nothing has changed");
  const auto text = examples_text(therapist);
  EXPECT_EQ(text.find("secret"), std::string::npos) << text;
  EXPECT_NE(text.find("Evenings"), std::string::npos) << "that the homework was done was said to the therapist";
  for (const auto who : {stranger, deputy, other_client, client}) {
    EXPECT_EQ(ask(who, http::Method::get, examples_path()).status, 404);
  }
}

TEST_P(Preparation, LooksBackNoFurtherThanItMay) {
  const auto now = clock.now();
  write_message(client, "I was proud");
  clock.set(now + kLongestAgo + hours(1));
  encounter_ = plan(hours(20));
  write_message(client, "nothing has changed");
  const auto answer = read_of(therapist, examples_path());
  EXPECT_EQ(answer.at("said").as_array().size(), 1U);
  EXPECT_TRUE(answer.at("examples").as_array().empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, Preparation, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::preparation
