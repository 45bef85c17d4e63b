#include "features/homework/homework.hpp"

#include <set>

#include "features/homework/homework_api.hpp"
#include "features/homework/homework_rules.hpp"
#include "features/notify/notify.hpp"
#include "support/asking_house.hpp"

namespace rapport::homework {
namespace {

TEST(HomeworkRules, ThinkingErrorsAreInBothLanguagesAndEachOnce) {
  const auto list = thinking_errors();
  ASSERT_TRUE(list) << list.error().detail;
  EXPECT_GE((*list)->size(), 8U);
  std::set<std::string> keys;
  for (const auto& one : **list) {
    EXPECT_TRUE(keys.insert(one.key).second) << one.key;
    for (const auto* text : {&one.name, &one.about, &one.example}) {
      EXPECT_FALSE(text->en.empty());
      EXPECT_FALSE(text->de.empty());
    }
  }
}

TEST(HomeworkRules, EachKindHasItsOwnFields) {
  EntryContent thought;
  thought.situation = "On the stairs";
  thought.strength = 8;
  thought.thinking_errors = std::vector<std::string>{"mind_reading"};
  EXPECT_TRUE(check_content(HomeworkKind::thought_record, thought));
  const auto wrong = check_content(HomeworkKind::diary, thought);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "homework.content");
  EXPECT_EQ(wrong.error().fields.size(), 3U);
  thought.strength = 11;
  thought.thinking_errors = std::vector<std::string>{"mind_reading", "mind_reading"};
  EXPECT_EQ(check_content(HomeworkKind::thought_record, thought).error().fields.size(), 2U);
  EntryContent plan;
  for (const auto* day : {"2026-02-30", "tomorrow", "2026-2-3"}) {
    plan.day = day;
    EXPECT_FALSE(check_content(HomeworkKind::activity_plan, plan)) << day;
  }
  plan.day = "2026-02-28";
  plan.done = false;
  EXPECT_TRUE(check_content(HomeworkKind::activity_plan, plan));
  EXPECT_TRUE(check_content(HomeworkKind::task, {})) << "nothing need be full";
}

class Homework : public testing::AskingHouseTest {
 protected:
  void SetUp() override {
    AskingHouseTest::SetUp();
    offer(add_homework_routes);
  }
  std::string give(AccountId by, const std::string& kind, std::optional<std::chrono::hours> due = {},
                   bool reminds = false) {
    const auto id = new_id();
    const auto made = post(by, of_episode("homework"), body_of(id, kind, due, reminds));
    EXPECT_EQ(made.status, 204) << made.body;
    clock.set(clock.now() + std::chrono::seconds(1));
    return id;
  }
  std::string body_of(const std::string& id, const std::string& kind, std::optional<std::chrono::hours> due,
                      bool reminds) {
    return R"({"id":")" + id + R"(","kind":")" + kind + R"(","title":"A walk","reminds":)" +
           (reminds ? "true" : "false") + (due ? R"(,"due":")" + to_rfc3339(clock.now() + *due) + "\"" : "") + "}";
  }
  http::Response save(AccountId by, const std::string& of, const std::string& entry, int based_on,
                      const std::string& content) {
    return put(by, "/api/homework/" + of + "/entries/" + entry,
               R"({"based_on":)" + std::to_string(based_on) + R"(,"content":)" + content + "}");
  }
  http::Response outcome(AccountId by, const std::string& of, const std::string& what) {
    return put(by, "/api/homework/" + of + "/outcome", R"({"outcome":")" + what + R"("})");
  }
  http::Response share(AccountId by, const std::string& entry, bool shared) {
    return put(by, "/api/homework-entries/" + entry + "/shared", shared ? R"({"shared":true})" : R"({"shared":false})");
  }
  boost::json::object first_of(AccountId viewer) {
    return read_of(viewer, of_episode("homework")).at("homework").as_array().at(0).as_object();
  }
  std::size_t entries_of(AccountId viewer) { return first_of(viewer).at("entries").as_array().size(); }
  std::size_t remind_now() {
    const auto count = write([&](store::WriteTx& tx) { return remind(tx, clock.now()); });
    EXPECT_TRUE(count);
    return static_cast<std::size_t>(count.value_or(-1));
  }
  std::vector<notify::Delivery> notices() {
    return *read([&](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> {
      return notify::deliveries_of(tx, "homework:");
    });
  }
  /// Goes on to a time when people may be reminded.
  void until_noon() {
    const auto day = std::chrono::floor<std::chrono::days>(clock.now()) + std::chrono::days(1);
    clock.set(day + std::chrono::hours(12));
  }
};

TEST_P(Homework, IsWrittenBitByBitAndSeenByTheTherapistWhenItIsDone) {
  const auto id = give(therapist, "thought_record");
  const auto entry = new_id();
  told();
  EXPECT_EQ(save(client, id, entry, 0, R"({"situation":"On the stairs"})").status, 200);
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client}})) << "the therapist learns not even when";
  EXPECT_EQ(entries_of(client), 1U);
  EXPECT_EQ(entries_of(therapist), 0U);
  const auto more = R"({"situation":"On the stairs","thought":"They stare","strength":7})";
  EXPECT_TRUE(says(save(client, id, entry, 1, more), R"("revision":2)"));
  EXPECT_TRUE(says(save(client, id, entry, 1, more), R"("revision":2)")) << "sent again";
  const auto stale = save(client, id, entry, 1, R"({"situation":"From the old phone"})");
  EXPECT_EQ(stale.status, 409);
  EXPECT_TRUE(says(stale, "homework.entry_moved"));
  EXPECT_EQ(save(client, id, entry, 2, R"({"text":"no such field"})").status, 422);

  EXPECT_EQ(outcome(client, id, "partly").status, 204);
  EXPECT_EQ(outcome(client, id, "partly").status, 204);
  EXPECT_EQ(entries_of(therapist), 1U);
  const auto seen = first_of(therapist);
  EXPECT_EQ(seen.at("state"), "partly");
  EXPECT_EQ(seen.at("entries").as_array().at(0).at("content").at("thought"), "They stare");
  EXPECT_EQ(share(client, entry, false).status, 204);
  EXPECT_EQ(entries_of(therapist), 0U) << "the client takes it back";
}

TEST_P(Homework, PagesOfADiaryAreShownOneByOneAlone) {
  const auto id = give(client, "diary");
  const auto kept = new_id();
  const auto shown = new_id();
  for (const auto& one : {kept, shown}) EXPECT_EQ(save(client, id, one, 0, R"({"text":"a page"})").status, 200);
  EXPECT_EQ(outcome(client, id, "done").status, 204);
  EXPECT_EQ(entries_of(therapist), 0U);
  EXPECT_EQ(share(therapist, kept, true).status, 404);
  EXPECT_EQ(share(client, shown, true).status, 204);
  EXPECT_EQ(entries_of(therapist), 1U);
  EXPECT_EQ(first_of(therapist).at("entries").as_array().at(0).at("id"), shown.c_str());
  told();
  EXPECT_EQ(ask(client, http::Method::del, "/api/homework-entries/" + kept).status, 204);
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client}}));
  EXPECT_EQ(ask(client, http::Method::del, "/api/homework-entries/" + kept).status, 404);
  EXPECT_EQ(entries_of(client), 1U);
  EXPECT_EQ(save(client, id, kept, 1, R"({"text":"from a page that is stale"})").status, 409)
      << "what was removed does not come back";
}

TEST_P(Homework, SaidToBePartlyDoneShowsNothingThatWasHiddenSince) {
  const auto id = give(therapist, "task");
  const auto page = new_id();
  EXPECT_EQ(save(client, id, page, 0, R"({"text":"mine"})").status, 200);
  EXPECT_EQ(outcome(client, id, "done").status, 204);
  EXPECT_EQ(entries_of(therapist), 1U);
  EXPECT_EQ(share(client, page, false).status, 204);
  EXPECT_EQ(outcome(client, id, "partly").status, 204);
  EXPECT_EQ(entries_of(therapist), 0U);
}

TEST_P(Homework, IsTakenBackWhileNobodyHasBegunIt) {
  const auto begun = give(therapist, "task");
  EXPECT_EQ(save(client, begun, new_id(), 0, R"({"text":"begun"})").status, 200);
  EXPECT_EQ(ask(therapist, http::Method::del, "/api/homework/" + begun).status, 204)
      << "a refusal would say that the client has begun to write";
  EXPECT_EQ(entries_of(client), 1U) << "what was written stays the client's";
  const auto own = give(client, "task");
  const auto entry = new_id();
  EXPECT_EQ(save(client, own, entry, 0, R"({"text":"begun"})").status, 200);
  EXPECT_EQ(ask(client, http::Method::del, "/api/homework/" + own).status, 409);
  const auto shown = give(therapist, "task");
  const auto page = new_id();
  EXPECT_EQ(save(client, shown, page, 0, R"({"text":"begun"})").status, 200);
  EXPECT_EQ(share(client, page, true).status, 204);
  EXPECT_EQ(ask(therapist, http::Method::del, "/api/homework/" + shown).status, 409);
  const auto id = give(therapist, "task");
  EXPECT_EQ(ask(client, http::Method::del, "/api/homework/" + id).status, 409) << "the therapist gave it";
  EXPECT_EQ(ask(therapist, http::Method::del, "/api/homework/" + id).status, 204);
  EXPECT_EQ(ask(therapist, http::Method::del, "/api/homework/" + id).status, 204);
  EXPECT_EQ(first_of(client).at("state"), "taken_back");
  EXPECT_EQ(save(client, id, new_id(), 0, R"({"text":"too late"})").status, 409);
  EXPECT_EQ(outcome(client, id, "done").status, 409);
}

TEST_P(Homework, WhatTheClientDoesIsTheClientsAlone) {
  const auto id = give(therapist, "task");
  EXPECT_EQ(outcome(therapist, id, "done").status, 409);
  EXPECT_EQ(save(therapist, id, new_id(), 0, R"({"text":"x"})").status, 409);
  EXPECT_EQ(put(therapist, "/api/homework/" + id + "/reminder", R"({"wanted":true})").status, 409);
  EXPECT_FALSE(first_of(therapist).contains("reminds"));
  for (const auto who : {stranger, other_client, deputy}) {
    EXPECT_EQ(ask(who, http::Method::get, of_episode("homework")).status, 404);
    EXPECT_EQ(outcome(who, id, "done").status, 404);
    EXPECT_EQ(save(who, id, new_id(), 0, R"({"text":"x"})").status, 404);
    EXPECT_EQ(post(who, of_episode("homework"), body_of(new_id(), "task", {}, false)).status, 404);
    EXPECT_EQ(ask(who, http::Method::del, "/api/homework/" + id).status, 404);
  }
}

TEST_P(Homework, SentTwiceIsOneAndIsDueAtATimeThatComes) {
  const auto id = give(therapist, "task", std::chrono::hours(1));
  clock.set(clock.now() + std::chrono::hours(2));
  EXPECT_EQ(post(therapist, of_episode("homework"), body_of(id, "diary", std::chrono::hours(-2), false)).status, 204)
      << "sent again when it is over, it is the same";
  EXPECT_EQ(first_of(client).at("kind"), "task");
  EXPECT_EQ(post(client, of_episode("homework"), body_of(id, "task", {}, false)).status, 409);
  for (const auto due : {std::chrono::hours(-1), std::chrono::hours(24 * 400)}) {
    EXPECT_EQ(post(client, of_episode("homework"), body_of(new_id(), "task", due, false)).status, 422);
  }
}

TEST_P(Homework, RemindsOnceOfWhatTheClientWantsToBeRemindedOf) {
  until_noon();
  const auto wanted = give(client, "task", std::chrono::hours(30), true);
  give(therapist, "task", std::chrono::hours(30), true);  // whether to be reminded is not the therapist's to say
  const auto second = give(therapist, "task", std::chrono::hours(30));
  EXPECT_EQ(put(client, "/api/homework/" + second + "/reminder", R"({"wanted":true})").status, 204);
  const auto done = give(client, "task", std::chrono::hours(30), true);
  EXPECT_EQ(outcome(client, done, "done").status, 204);
  EXPECT_EQ(remind_now(), 0U) << "it is not near yet";
  until_noon();
  EXPECT_EQ(remind_now(), 1U) << "one for all that is due";
  EXPECT_EQ(remind_now(), 0U);
  ASSERT_EQ(notices().size(), 1U);
  EXPECT_EQ(notices().front().to, client);
  EXPECT_EQ(notices().front().key.find(wanted), std::string::npos);

  give(client, "task", std::chrono::hours(20), true);
  EXPECT_EQ(*write([&](store::WriteTx& tx) -> Result<std::int64_t> { return end_all_reminders(tx); }), 4);
  EXPECT_EQ(remind_now(), 0U) << "after an older copy was put back";
}

TEST_P(Homework, IsListedPageByPage) {
  for (int i = 0; i < 3; ++i) give(client, "task");
  const auto page = *read([&](store::ReadTx& tx) { return list_homework(tx, client, episode, {}, 2); });
  ASSERT_EQ(page.homework.size(), 2U);
  const auto rest =
      *read([&](store::ReadTx& tx) { return list_homework(tx, client, episode, page.homework.back().id, 2); });
  ASSERT_EQ(rest.homework.size(), 1U);
  EXPECT_LT(rest.homework[0].given_at, page.homework[1].given_at);
}

TEST_P(Homework, GoesWithTheClient) {
  const auto id = give(client, "diary");
  EXPECT_EQ(save(client, id, new_id(), 0, R"({"text":"a page"})").status, 200);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_TRUE(read_of(client, of_episode("homework")).at("homework").as_array().empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, Homework, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::homework
