#include "features/recap/recap.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "features/achievements/achievements.hpp"
#include "features/goals/goals.hpp"
#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "features/people/staff.hpp"
#include "features/recap/recap_api.hpp"
#include "features/recap/recap_rules.hpp"
#include "support/asking_house.hpp"

namespace rapport::recap {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(RecapRules, TheClientAloneConfirmsAndNoStepIsTakenTwice) {
  for (const auto from : {RecapState::none, RecapState::drafted, RecapState::proposed, RecapState::confirmed}) {
    EXPECT_EQ(after(from, RecapStep::confirm, Side::therapist), std::nullopt);
    EXPECT_EQ(after(from, RecapStep::save, Side::therapist), RecapState::drafted);
    EXPECT_EQ(after(from, RecapStep::save, Side::client), RecapState::drafted);
    for (const auto step : {RecapStep::propose, RecapStep::confirm}) {
      if (const auto to = after(from, step, Side::client)) {
        EXPECT_TRUE(is_taken(*to, step, Side::client));
        EXPECT_EQ(after(*to, step, Side::client), std::nullopt) << "a second tap would move it on";
      }
    }
  }
  EXPECT_EQ(after(RecapState::proposed, RecapStep::confirm, Side::client), RecapState::confirmed);
  EXPECT_EQ(after(RecapState::drafted, RecapStep::confirm, Side::client), std::nullopt);
  EXPECT_EQ(after(RecapState::none, RecapStep::propose, Side::client), std::nullopt);
}

TEST(RecapRules, ItIsWrittenFromTenMinutesBeforeTheEndUntilSomeDaysAfter) {
  const auto began = from_micros(1'795'000'000'000'000);
  encounters::Encounter session;
  session.plan.minutes = 50;
  EXPECT_EQ(check_window(window_of(session, hours(24)), began).error().code, "recap.not_yet");
  session.began_at = began;
  const auto at = [&](minutes after) { return check_window(window_of(session, hours(24)), began + after); };
  EXPECT_EQ(at(minutes(39)).error().code, "recap.not_yet");
  EXPECT_TRUE(at(minutes(40)));
  EXPECT_TRUE(at(hours(24 * 40))) << "a session that nobody ended is not over";
  session.ended_at = began + minutes(20);
  EXPECT_TRUE(at(minutes(20))) << "one that ended early";
  EXPECT_TRUE(at(minutes(20) + hours(24)));
  EXPECT_EQ(at(minutes(21) + hours(24)).error().code, "recap.over");
  session.ended_at.reset();
  session.plan.minutes = 5;
  EXPECT_TRUE(at(minutes(0)));
}

TEST(RecapRules, NobodyPutsWordsIntoTheOthersMouth) {
  const auto own = RecapStepId::make(from_micros(1'795'000'000'000'000)).text();
  const std::vector<RecapLine> offered{{"achievement:1", RecapSource::achievement, Side::client, "I went out"}};
  const auto made =
      content_of({{{"achievement:1", {}}, {own, "We laughed"}}, {"homework:2", "homework:2"}, "breathe", {}}, {},
                 offered, {}, Side::therapist);
  ASSERT_TRUE(made) << made.error().detail;
  EXPECT_EQ(made->lines.at(0).text, "I went out");
  EXPECT_EQ(made->lines.at(0).by, Side::client);
  EXPECT_EQ(made->lines.at(1).by, Side::therapist);
  EXPECT_EQ(made->left, std::vector<std::string>{"homework:2"});
  const auto kept =
      content_of({{{"achievement:1", {}}, {own, "We laughed a lot"}}, {}, "", {}}, *made, {}, {}, Side::client);
  ASSERT_TRUE(kept) << "what stands there stays, though it is not offered any more";
  EXPECT_EQ(kept->lines.at(1).by, Side::therapist) << "whose line it was";
  EXPECT_EQ(kept->lines.at(1).text, "We laughed a lot");
  const auto path = [&](const ContentToKeep& wanted, const RecapContent& before) {
    const auto refused = content_of(wanted, before, offered, {}, Side::client);
    return refused ? std::string("taken") : refused.error().fields.at(0).path;
  };
  EXPECT_EQ(path({{{"achievement:2", {}}}, {}, "", {}}, {}), "/lines/0");
  EXPECT_EQ(path({{{"achievement:1", "I stayed in"}}, {}, "", {}}, {}), "/lines/0");
  EXPECT_EQ(path({{{"achievement:1", "I stayed in"}}, {}, "", {}}, *made), "/lines/0");
  EXPECT_EQ(path({{{own, "x"}, {own, "y"}}, {}, "", {}}, {}), "/lines/1");
  EXPECT_EQ(path({{}, {}, "", {homework::HomeworkId::make(from_micros(1))}}, {}), "/homework/0");
  EXPECT_EQ(path({std::vector<LineToKeep>(kMostLines + 1, {"achievement:1", {}}), {}, "", {}}, {}), "/lines");
}

class Recaps : public testing::AskingHouseTest {
 protected:
  void SetUp() override {
    AskingHouseTest::SetUp();
    offer(add_recap_routes);
  }
  void pass(std::chrono::microseconds time) { clock.set(clock.now() + time); }
  EncounterId open_session() {
    const auto id = EncounterId::make(clock.now());
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      const auto now = clock.now();
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {now, 50, encounters::Channel::chat, ""}, now));
      TRY(encounters::open_encounter(tx, therapist, id, now));
      return {};
    }));
    pass(minutes(45));
    return id;
  }
  void close(EncounterId id) {
    EXPECT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
      TRY(encounters::close_encounter(tx, therapist, id, clock.now()));
      return {};
    }));
    pass(minutes(1));
  }
  static std::string at(EncounterId id, const std::string& rest = "recap") {
    return "/api/encounters/" + id.text() + "/" + rest;
  }
  http::Response save(AccountId by, EncounterId session, std::int64_t based_on, const std::string& with_us,
                      const std::string& lines = "[]", const std::string& id = "") {
    return put(by, at(session),
               R"({"id":")" + (id.empty() ? new_id() : id) + R"(","based_on":)" + std::to_string(based_on) +
                   R"(,"lines":)" + lines + R"(,"left":[],"homework":[],"with_us":")" + with_us + R"("})");
  }
  http::Response step(AccountId by, EncounterId session, const std::string& step, std::int64_t revision,
                      const std::string& id = "", const std::string& words = "") {
    return post(by, at(session, "recap/steps"),
                R"({"id":")" + (id.empty() ? new_id() : id) + R"(","step":")" + step + R"(","revision":)" +
                    std::to_string(revision) + R"(,"words":")" + words + R"("})");
  }
  std::string state(AccountId viewer, EncounterId session) {
    return std::string(read_of(viewer, at(session)).at("state").as_string());
  }
  std::int64_t mails() {
    return std::ssize(*read(
        [](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> { return notify::deliveries_of(tx, "recap"); }));
  }
};

TEST_P(Recaps, AreWrittenByBothAndConfirmedByTheClientAlone) {
  const auto session = open_session();
  EXPECT_EQ(state(client, session), "none");
  told();
  EXPECT_EQ(save(therapist, session, 0, "breathe out").status, 200);
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client, therapist}}));
  EXPECT_EQ(save(client, session, 0, "mine").status, 409) << "the other was first; nothing of theirs is lost";
  EXPECT_TRUE(says(ask(client, http::Method::get, at(session)), "breathe out"));
  EXPECT_EQ(save(client, session, 1, "breathe out slowly").status, 200);
  EXPECT_EQ(step(therapist, session, "propose", 1).status, 409) << "that is not what stands there";
  EXPECT_EQ(step(therapist, session, "propose", 2).status, 200);
  EXPECT_EQ(step(therapist, session, "propose", 2).status, 200) << "a second tap";
  EXPECT_EQ(mails(), 1);
  EXPECT_EQ(step(therapist, session, "confirm", 2).status, 409);
  EXPECT_EQ(step(client, session, "send_back", 2, "", "too short").status, 200);
  EXPECT_TRUE(says(ask(therapist, http::Method::get, at(session)), "too short"));
  EXPECT_EQ(step(client, session, "confirm", 2).status, 409) << "what was sent back is not confirmed";
  EXPECT_EQ(save(therapist, session, 2, "breathe out slowly, three times").status, 200);
  EXPECT_EQ(step(therapist, session, "propose", 3).status, 200);
  EXPECT_EQ(mails(), 1) << "once";
  EXPECT_EQ(step(client, session, "confirm", 3).status, 200);
  EXPECT_EQ(state(therapist, session), "confirmed");
  EXPECT_EQ(save(client, session, 3, "and sleep").status, 200);
  EXPECT_EQ(state(client, session), "drafted");
  EXPECT_TRUE(says(ask(client, http::Method::get, "/api/recaps"), "slowly, three times")) << "what was confirmed stays";
  EXPECT_FALSE(says(ask(client, http::Method::get, "/api/recaps"), "and sleep"));
  EXPECT_EQ(step(client, session, "propose", 4).status, 200);
  EXPECT_EQ(step(client, session, "confirm", 4).status, 200);
  const auto read = read_of(client, at(session));
  ASSERT_EQ(read.at("versions").as_array().size(), 2U);
  EXPECT_EQ(read.at("versions").at(0).at("content").at("with_us"), "and sleep");
  EXPECT_EQ(read.at("versions").at(1).at("content").at("with_us"), "breathe out slowly, three times");
}

TEST_P(Recaps, SentTwiceAreOnceAndNobodyElses) {
  const auto session = open_session();
  const auto id = new_id();
  EXPECT_EQ(save(client, session, 0, "one", "[]", id).status, 200);
  EXPECT_EQ(save(therapist, session, 1, "two").status, 200);
  const auto again = save(client, session, 0, "one", "[]", id);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_TRUE(says(again, R"("revision":2)"));
  EXPECT_EQ(save(therapist, session, 2, "three", "[]", id).status, 409) << "the id is taken";
  for (const auto who : {stranger, other_client, deputy}) {
    EXPECT_EQ(ask(who, http::Method::get, at(session)).status, 404);
    EXPECT_EQ(save(who, session, 2, "x").status, 404);
    EXPECT_EQ(step(who, session, "propose", 2).status, 404);
    EXPECT_EQ(post(who, at(session, "feedback"),
                   R"({"id":")" + new_id() + R"(","to":")" + therapist.text() + R"(","words":"x"})")
                  .status,
              404);
  }
  EXPECT_FALSE(says(ask(other_client, http::Method::get, "/api/recaps"), "two"));
}

TEST_P(Recaps, GatherWhatWasShownAndDoneSinceTheLastSession) {
  const auto key = keys->key_for(client, soon()).value();
  const auto joy = [&](const std::string& words, bool shared, achievements::AchievementKind kind) {
    const auto id = achievements::AchievementId::make(clock.now());
    const auto now = clock.now();
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      return achievements::add(tx, client,
                               {id, episode, kind, client, now, now, shared ? std::optional(now) : std::nullopt,
                                between_sessions::seal(*key, id, achievements::AchievementWords{words, 4})});
    }));
    pass(minutes(1));
    return "achievement:" + id.text();
  };
  joy("before the first", true, achievements::AchievementKind::achievement);
  close(open_session());
  const auto out = joy("went out", true, achievements::AchievementKind::achievement);
  joy("kept to myself", false, achievements::AchievementKind::achievement);
  joy("a mood", true, achievements::AchievementKind::mood);
  const auto done = homework::HomeworkId::make(clock.now());
  const auto open = homework::HomeworkId::make(clock.now());
  const auto goal = goals::GoalId::make(clock.now());
  const auto rate = [&](std::int64_t progress, Time when) {
    const auto id = goals::RatingId::make(when);
    return goals::StoredRating{id, goal, when, between_sessions::seal(*key, id, goals::RatingWords{progress, ""})};
  };
  const auto kept = write([&](store::WriteTx& tx) -> Result<void> {
    for (const auto& [id, title] : std::map<homework::HomeworkId, std::string>{{done, "walk"}, {open, "sleep early"}}) {
      homework::StoredHomework one;
      one.id = id;
      one.episode = episode;
      one.given_at = clock.now();
      one.sealed_task = between_sessions::seal(*key, id, homework::TaskWords{title, ""});
      TRY(homework::give(tx, therapist, one));
    }
    TRY(homework::say_outcome(tx, client, done, homework::HomeworkOutcome::partly, clock.now()));
    TRY(goals::add_goal(tx, client,
                        {goal, episode, client, clock.now(), goals::GoalState::active,
                         between_sessions::seal(*key, goal, goals::GoalWords{"more friends", ""})}));
    TRY(goals::rate(tx, client, rate(3, clock.now() - hours(24 * 30))));
    TRY(goals::rate(tx, client, rate(5, clock.now())));
    return {};
  });
  ASSERT_TRUE(kept) << kept.error().detail;
  const auto session = open_session();
  EXPECT_EQ(read_of(client, at(session)).at("offered").at(1).at("source"), "homework_partly");
  for (const auto viewer : {client, therapist}) {
    std::vector<std::string> offered;
    const auto shown = read_of(viewer, at(session));
    for (const auto& one : shown.at("offered").as_array()) {
      offered.emplace_back(one.at("text").as_string());
    }
    EXPECT_EQ(offered, (std::vector<std::string>{"went out", "walk", "more friends"}));
  }
  const auto lines = R"([{"key":")" + out + R"("},{"key":"goal_rated:)" + goal.text() + R"("}])";
  EXPECT_EQ(save(therapist, session, 0, "", lines).status, 200);
  const auto read = read_of(client, at(session));
  EXPECT_EQ(read.at("offered").as_array().size(), 1U);
  EXPECT_EQ(read.at("content").at("lines").at(1).at("from"), 3);
  EXPECT_EQ(read.at("content").at("lines").at(1).at("to"), 5);
  EXPECT_EQ(read.at("homework").as_array().size(), 1U);
  EXPECT_EQ(put(client, at(session),
                R"({"id":")" + new_id() + R"(","based_on":1,"lines":[],"left":[")" + out + R"("],"homework":[")" +
                    open.text() + R"("]})")
                .status,
            200);
  const auto then = read_of(therapist, at(session));
  EXPECT_EQ(then.at("content").at("homework").at(0).at("title"), "sleep early");
  EXPECT_EQ(then.at("offered").as_array().size(), 2U) << "what was left is not offered again";
}

TEST_P(Recaps, ComeToAnEndAndWhatWasProposedInTimeCanBeConfirmedLater) {
  const auto session = open_session();
  EXPECT_EQ(save(client, session, 0, "first words").status, 200);
  EXPECT_EQ(step(therapist, session, "propose", 1).status, 200);
  close(session);
  pass(house->recap_lasts + hours(1));
  EXPECT_EQ(save(client, session, 1, "later").status, 409);
  EXPECT_EQ(step(client, session, "send_back", 1).status, 409);
  EXPECT_EQ(step(client, session, "confirm", 1).status, 200) << "what was proposed in time is the client's to confirm";
  EXPECT_EQ(read_of(therapist, at(session)).at("versions").at(0).at("content").at("with_us"), "first words");
}

TEST_P(Recaps, TheNextSessionIsOneThatIsStillAhead) {
  const auto session = open_session();
  const auto plan = [&](hours ahead) {
    const auto id = EncounterId::make(clock.now());
    EXPECT_TRUE(write([&](store::WriteTx& tx) {
      const auto now = clock.now();
      return encounters::plan_encounter(tx, therapist, episode, id, {now + ahead, 50, encounters::Channel::chat, ""},
                                        now);
    }));
    return id;
  };
  const auto next = [&] {
    const auto answer = read_of(client, at(session));
    const auto* found = answer.if_contains("next");
    return found == nullptr || found->is_null() ? std::string() : std::string(found->at("encounter").as_string());
  };
  const auto soon_one = plan(hours(1));
  const auto later = plan(hours(30));
  EXPECT_EQ(next(), soon_one.text());
  pass(hours(1));
  EXPECT_EQ(next(), later.text()) << "the first went by and was never held";
  EXPECT_EQ(save(client, session, 0, "words").status, 200);
  EXPECT_EQ(step(client, session, "propose", 1).status, 200);
  EXPECT_EQ(step(client, session, "confirm", 1).status, 200);
  pass(hours(30));
  const auto answer = read_of(client, at(session));
  EXPECT_EQ(next(), "");
  const auto& confirmed = answer.at("versions").at(0).at("content").at("next");
  EXPECT_EQ(std::string(confirmed.at("encounter").as_string()), later.text()) << "what was confirmed stays as it was";
}

TEST_P(Recaps, WhatTheClientSaysOfASessionTheTherapistOfThenHearsAlone) {
  const auto session = open_session();
  const auto say = [&](AccountId by, const std::string& id, AccountId to) {
    return post(by, at(session, "feedback"),
                R"({"id":")" + id + R"(","to":")" + to.text() + R"(","words":"slower please"})");
  };
  const auto id = new_id();
  EXPECT_EQ(say(client, id, therapist).status, 409) << "the session has not ended";
  close(session);
  EXPECT_EQ(say(therapist, id, therapist).status, 409) << "it is the client's to say";
  EXPECT_EQ(say(client, id, stranger).status, 409) << "nobody hears it whom the client did not see named";
  told();
  EXPECT_EQ(say(client, id, therapist).status, 204);
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client, therapist}}));
  EXPECT_EQ(say(client, id, therapist).status, 204) << "sent twice";
  EXPECT_EQ(say(client, new_id(), therapist).status, 409);
  EXPECT_EQ(mails(), 1);
  EXPECT_TRUE(says(ask(therapist, http::Method::get, at(session)), "slower please"));
  EXPECT_TRUE(says(ask(client, http::Method::get, at(session)), "slower please"));
}

TEST_P(Recaps, WhoeverHasLeftHearsNothingOfASession) {
  const auto session = open_session();
  close(session);
  ASSERT_TRUE(
      write([&](store::WriteTx& tx) { return people::set_backing(tx, practice, therapist, {.deputy = deputy}); }));
  pass(people::kTimeToObject);
  const auto left =
      write([&](store::WriteTx& tx) { return people::close_staff(tx, practice, therapist, people::Leaving::at_once); });
  ASSERT_TRUE(left) << left.error().detail;
  for (const auto to : {therapist, deputy}) {
    const auto said = post(client, at(session, "feedback"),
                           R"({"id":")" + new_id() + R"(","to":")" + to.text() + R"(","words":"slower please"})");
    EXPECT_EQ(said.status, 409);
    EXPECT_TRUE(says(said, "recap.hearer")) << said.body;
  }
  EXPECT_EQ(mails(), 0);
}

TEST_P(Recaps, GoWithTheClient) {
  const auto session = open_session();
  EXPECT_EQ(save(client, session, 0, "words").status, 200);
  EXPECT_EQ(step(client, session, "propose", 1).status, 200);
  EXPECT_EQ(step(client, session, "confirm", 1).status, 200);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_EQ(state(client, session), "none");
  EXPECT_TRUE(read_of(client, "/api/recaps").at("recaps").as_array().empty());
}

// Two devices of the client and one of the therapist do whatever comes to them, some of it twice, some of it from a
// page that is stale. What was answered as done is done once; what the client confirmed is what they had read, and
// stays.
TEST_P(Recaps, NothingIsLostOrDoneTwiceWhateverComesInWhichOrder) {
  std::mt19937 random(20261130);
  const auto one_of = [&](std::size_t count) {
    return std::uniform_int_distribution<std::size_t>(0, count - 1)(random);
  };
  struct Device {
    AccountId who;
    std::int64_t revision = 0;
    std::string words = {};  ///< as it read them
  };
  for (int round = 0; round < 8; ++round) {
    const auto session = open_session();
    std::vector<Device> devices{{client}, {client}, {therapist}};
    std::map<std::int64_t, std::string> saved{{0, ""}};  ///< the words of each revision
    std::vector<std::string> confirmed;                  ///< the latest first, as the client had read them
    std::string at_now = "none";
    for (int turn = 0; turn < 40; ++turn) {
      auto& device = devices.at(one_of(devices.size()));
      const auto latest = saved.rbegin()->first;
      const bool is_fresh = device.revision == latest;
      const auto id = new_id();
      pass(std::chrono::milliseconds(5));
      const auto times = 1 + one_of(2);
      for (std::size_t tap = 0; tap < times; ++tap) {
        switch (turn % 5 == 0 ? 0 : one_of(5)) {
          case 0: {  // reads
            const auto read = read_of(device.who, at(session));
            device.revision = read.at("revision").as_int64();
            device.words = std::string(read.at("content").at("with_us").as_string());
            ASSERT_EQ(device.revision, saved.rbegin()->first);
            ASSERT_EQ(device.words, saved.rbegin()->second);
            tap = times;
            break;
          }
          case 1: {  // writes, the same twice
            const auto words = "words " + std::to_string(turn);
            const auto first = save(device.who, session, device.revision, words, "[]", id);
            const auto second = save(device.who, session, device.revision, words, "[]", id);
            ASSERT_EQ(first.status, is_fresh ? 200 : 409) << first.body;
            ASSERT_EQ(second.status, first.status);
            if (is_fresh) {
              saved[latest + 1] = words;
              device.revision = latest + 1;
              device.words = words;
              at_now = "drafted";
            }
            tap = times;
            break;
          }
          case 2: {
            const bool goes = is_fresh && (at_now == "drafted" || at_now == "proposed");
            ASSERT_EQ(step(device.who, session, "propose", device.revision).status, goes ? 200 : 409);
            if (goes) at_now = "proposed";
            break;
          }
          case 3: {
            const bool goes =
                is_fresh && device.who == client && (at_now == "proposed" || (at_now == "confirmed" && latest > 0));
            ASSERT_EQ(step(device.who, session, "confirm", device.revision).status, goes ? 200 : 409);
            if (goes && at_now == "proposed") confirmed.insert(confirmed.begin(), device.words);
            if (goes) at_now = "confirmed";
            break;
          }
          default: {
            const bool goes = is_fresh && at_now == "proposed";
            ASSERT_EQ(step(device.who, session, "send_back", device.revision).status, goes ? 200 : 409);
            if (goes) at_now = "drafted";
            break;
          }
        }
      }
      const auto read = read_of(therapist, at(session));
      ASSERT_EQ(std::string(read.at("state").as_string()), at_now);
      ASSERT_EQ(read.at("revision").as_int64(), saved.rbegin()->first);
      std::vector<std::string> versions;
      for (const auto& one : read.at("versions").as_array()) {
        versions.emplace_back(one.at("content").at("with_us").as_string());
      }
      ASSERT_EQ(versions, confirmed);
    }
    close(session);
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, Recaps, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::recap
