#include "features/goals/goals_api.hpp"

#include <atomic>
#include <thread>

#include "features/goals/goals.hpp"
#include "support/asking_house.hpp"

namespace rapport::goals {
namespace {

class Goals : public testing::AskingHouseTest {
 protected:
  void SetUp() override {
    AskingHouseTest::SetUp();
    offer(add_goal_routes);
  }
  std::string add(AccountId by, const std::string& text, bool mine = false) {
    const auto id = new_id();
    const auto made = post(by, of_episode("goals"), body_of(id, text, mine));
    EXPECT_EQ(made.status, 204) << made.body;
    return id;
  }
  static std::string body_of(const std::string& id, const std::string& text, bool mine) {
    return R"({"id":")" + id + R"(","text":")" + text + R"(","mine":)" + (mine ? "true" : "false") + "}";
  }
  http::Response step(AccountId by, const std::string& goal, const std::string& what) {
    return post(by, "/api/goals/" + goal + "/steps", R"({"step":")" + what + R"("})");
  }
  http::Response rate(AccountId by, const std::string& goal, int progress, const std::string& id) {
    return post(by, "/api/goals/" + goal + "/ratings",
                R"({"id":")" + id + R"(","progress":)" + std::to_string(progress) + R"(,"note":"slowly"})");
  }
  boost::json::object goal_of(AccountId viewer) {
    return read_of(viewer, of_episode("goals")).at("goals").as_array().at(0).as_object();
  }
  std::string state() { return std::string(goal_of(client).at("state").as_string()); }
  std::string steps_of(AccountId viewer) { return boost::json::serialize(goal_of(viewer).at("may")); }
};

TEST_P(Goals, AreProposedByOneAcceptedByTheOtherAndRatedByTheClient) {
  const auto goal = add(therapist, "Go out every day");
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client, therapist}}));
  EXPECT_EQ(step(therapist, goal, "accept").status, 409) << "nobody accepts for the other";
  EXPECT_EQ(steps_of(client), R"(["accept","set_aside"])");
  EXPECT_EQ(steps_of(therapist), R"(["set_aside"])");
  EXPECT_EQ(rate(client, goal, 3, new_id()).status, 409) << "it is not agreed yet";
  EXPECT_EQ(step(client, goal, "accept").status, 204);
  EXPECT_EQ(step(client, goal, "accept").status, 204) << "a second tap";
  EXPECT_EQ(state(), "active");

  const auto rating = new_id();
  EXPECT_EQ(rate(client, goal, 3, rating).status, 204);
  EXPECT_EQ(rate(client, goal, 3, rating).status, 204) << "sent twice";
  clock.set(clock.now() + std::chrono::hours(1));
  EXPECT_EQ(rate(client, goal, 6, new_id()).status, 204);
  EXPECT_EQ(rate(therapist, goal, 9, new_id()).status, 409);
  EXPECT_EQ(rate(client, goal, 11, new_id()).status, 422);
  const auto ratings = goal_of(therapist).at("ratings").as_array();
  ASSERT_EQ(ratings.size(), 2U) << "the history stays";
  EXPECT_EQ(ratings[0].at("progress"), 3);
  EXPECT_EQ(ratings[1].at("note"), "slowly");

  EXPECT_EQ(step(therapist, goal, "reach").status, 409);
  EXPECT_EQ(step(client, goal, "reach").status, 204);
  EXPECT_EQ(step(therapist, goal, "take_up").status, 204);
  EXPECT_EQ(state(), "proposed") << "the client is asked again";
  EXPECT_EQ(step(client, goal, "accept").status, 204);
  EXPECT_EQ(step(client, goal, "set_aside").status, 204);
  EXPECT_EQ(step(therapist, goal, "accept").status, 409) << "from a page that is stale";
  EXPECT_EQ(goal_of(client).at("steps").as_array().size(), 6U);
}

TEST_P(Goals, OfTheClientsOwnAreActiveWithoutAnybodysWord) {
  add(client, "Sleep without the light on", true);
  EXPECT_EQ(state(), "active");
  const auto body = body_of(new_id(), "Mine, I say", true);
  EXPECT_EQ(post(therapist, of_episode("goals"), body).status, 409);
}

TEST_P(Goals, SentTwiceAreOneAndAnIdIsNotTakenOver) {
  const auto id = add(client, "Call my brother");
  EXPECT_EQ(post(client, of_episode("goals"), body_of(id, "Something else", false)).status, 204);
  EXPECT_EQ(goal_of(client).at("text"), "Call my brother");
  EXPECT_EQ(read_of(client, of_episode("goals")).at("goals").as_array().size(), 1U);
  const auto taken = post(therapist, of_episode("goals"), body_of(id, "Over it", false));
  EXPECT_EQ(taken.status, 409);
  EXPECT_TRUE(says(taken, "between.id_taken")) << taken.body;
  const auto v4 = post(client, of_episode("goals"), body_of("01890a5d-ac96-474b-bcce-b302099a8057", "x", false));
  EXPECT_EQ(v4.status, 422) << v4.body;
}

TEST_P(Goals, AreNobodyElses) {
  const auto goal = add(client, "Call my brother");
  for (const auto who : {stranger, other_client, deputy}) {
    EXPECT_EQ(ask(who, http::Method::get, of_episode("goals")).status, 404);
    EXPECT_EQ(step(who, goal, "set_aside").status, 404);
    EXPECT_EQ(rate(who, goal, 1, new_id()).status, 404);
    EXPECT_EQ(post(who, of_episode("goals"), body_of(new_id(), "x", false)).status, 404);
  }
  EXPECT_EQ(step(client, new_id(), "accept").status, 404);
}

TEST_P(Goals, TakenUpAndSetAsideAtOnceEndInOneOfTheTwo) {
  const auto goal = add(therapist, "Go out every day");
  std::atomic<int> waiting{2};
  std::array<int, 2> answers{};
  const auto race = [&](std::size_t which) {
    --waiting;
    while (waiting > 0) std::this_thread::yield();
    answers.at(which) = which == 0 ? step(client, goal, "accept").status : step(therapist, goal, "set_aside").status;
  };
  std::jthread other([&] { race(1); });
  race(0);
  other.join();
  EXPECT_EQ(answers[1], 204) << "it can be set aside before and after";
  EXPECT_EQ(state(), "set_aside");
  const auto steps = goal_of(client).at("steps").as_array().size();
  EXPECT_EQ(steps, answers[0] == 204 ? 3U : 2U);
}

class Approach : public Goals {
 protected:
  std::string propose(AccountId by, const std::string& model) {
    const auto id = new_id();
    const auto made = post(by, of_episode("approach"), approach_of(id, model));
    EXPECT_EQ(made.status, 204) << made.body;
    clock.set(clock.now() + std::chrono::minutes(1));
    return id;
  }
  static std::string approach_of(const std::string& id, const std::string& model) {
    return R"({"id":")" + id + R"(","models":[")" + model + R"("],"style":"open_talk","words":"slowly"})";
  }
  http::Response answer(AccountId by, const std::string& id, bool agrees) {
    return put(by, "/api/approaches/" + id + "/answer", std::string(R"({"agrees":)") + (agrees ? "true}" : "false}"));
  }
  std::string states() {
    std::string all;
    const auto read = read_of(therapist, of_episode("approach"));
    for (const auto& one : read.at("approaches").as_array()) {
      all += std::string(one.at("state").as_string()) + " ";
    }
    return all;
  }
};

TEST_P(Approach, IsProposedByOneAndAgreedByTheOtherWithItsHistory) {
  const auto first = propose(therapist, "solution_focused");
  EXPECT_EQ(answer(therapist, first, true).status, 409) << "nobody agrees with themselves";
  EXPECT_EQ(answer(client, first, true).status, 204);
  EXPECT_EQ(answer(client, first, true).status, 204) << "a second tap";
  EXPECT_EQ(answer(client, first, false).status, 409);
  const auto second = propose(client, "person_centred");
  const auto third = propose(therapist, "mixed");
  EXPECT_EQ(states(), "proposed replaced agreed ");
  EXPECT_EQ(answer(therapist, second, true).status, 409) << "from a page that is stale";
  EXPECT_EQ(answer(client, third, false).status, 204);
  EXPECT_EQ(states(), "declined replaced agreed ");
  const auto seen = read_of(client, of_episode("approach"));
  const auto& agreed = seen.at("approaches").as_array().at(2).as_object();
  EXPECT_EQ(agreed.at("proposed_by"), "therapist");
  EXPECT_EQ(agreed.at("answered_by"), "client");
  EXPECT_EQ(agreed.at("words"), "slowly");
  EXPECT_GE(seen.at("models").as_array().size(), 3U);
}

TEST_P(Approach, IsChosenFromTheListAndNobodyElses) {
  EXPECT_EQ(post(client, of_episode("approach"), approach_of(new_id(), "hypnosis")).status, 422);
  const auto id = propose(client, "mixed");
  EXPECT_EQ(post(client, of_episode("approach"), approach_of(id, "systemic")).status, 204) << "sent twice";
  EXPECT_EQ(post(therapist, of_episode("approach"), approach_of(id, "systemic")).status, 409);
  EXPECT_EQ(states(), "proposed ");
  for (const auto who : {stranger, other_client, deputy}) {
    EXPECT_EQ(ask(who, http::Method::get, of_episode("approach")).status, 404);
    EXPECT_EQ(answer(who, id, true).status, 404);
  }
}

TEST_P(Approach, GoesWithTheClientAndSoDoTheGoals) {
  const auto goal = add(client, "Call my brother", true);
  EXPECT_EQ(rate(client, goal, 2, new_id()).status, 204);
  propose(client, "mixed");
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_TRUE(read_of(client, of_episode("goals")).at("goals").as_array().empty());
  EXPECT_EQ(states(), "");
}

INSTANTIATE_TEST_SUITE_P(Engines, Goals, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });
INSTANTIATE_TEST_SUITE_P(Engines, Approach, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::goals
