#include "features/check_in/check_in.hpp"

#include <algorithm>
#include <random>
#include <set>

#include "features/check_in/check_in_api.hpp"
#include "features/check_in/check_in_rules.hpp"
#include "features/encounters/encounters_api.hpp"
#include "features/homework/homework_api.hpp"
#include "features/notify/notify.hpp"
#include "support/asking_house.hpp"

namespace rapport::check_in {
namespace {

using encounters::Status;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = from_micros(1'795'000'000'000'000);

encounters::Encounter session(Status status, Time starts_at) {
  encounters::Encounter one;
  one.status = status;
  one.plan = {starts_at, 50, encounters::Channel::chat, ""};
  return one;
}

TEST(CheckInRules, ItIsOpenFromADayBeforeUntilTheEnd) {
  const auto planned = session(Status::planned, kStart);
  EXPECT_EQ(state_of(planned, false, kStart - hours(25)), CheckInState::not_asked);
  EXPECT_EQ(state_of(planned, false, kStart - hours(24)), CheckInState::open);
  EXPECT_EQ(state_of(planned, true, kStart - hours(1)), CheckInState::sent);
  EXPECT_EQ(state_of(planned, false, kStart + minutes(49)), CheckInState::open) << "it has not begun yet";
  EXPECT_EQ(state_of(planned, true, kStart + minutes(50)), CheckInState::closed) << "it went by";
  const auto open = session(Status::open, kStart);
  EXPECT_EQ(state_of(open, false, kStart + hours(5)), CheckInState::open);
  EXPECT_TRUE(check_step(open, false, kStart + hours(5)));
  EXPECT_EQ(check_step(open, true, kStart).error().code, "check_in.begun");
  for (const auto over : {Status::closed, Status::cancelled}) {
    EXPECT_EQ(check_step(session(over, kStart), false, kStart - hours(1)).error().code, "check_in.closed");
  }
  EXPECT_EQ(check_step(planned, false, kStart - hours(25)).error().code, "check_in.closed");
}

// Whatever happens in whatever order: what was sent is never lost, nothing is taken once it is closed, and from closed
// no way leads back but by moving a session that nobody began.
TEST(CheckInRules, EveryPathThroughTheStatesKeepsWhatWasSent) {
  std::mt19937 random(20261130);
  for (int walk = 0; walk < 2000; ++walk) {
    auto one = session(Status::planned, kStart);
    Time now = kStart - hours(30);
    int sent = 0;
    for (int step = 0; step < 12; ++step) {
      const auto before = state_of(one, sent > 0, now);
      bool is_moved = false;
      switch (std::uniform_int_distribution<int>(0, 5)(random)) {
        case 0:
          now += hours(std::uniform_int_distribution<int>(0, 12)(random));
          break;
        case 1:
          if (one.status == Status::planned) one.plan.starts_at = now + hours(40), is_moved = true;
          break;
        case 2:
          if (one.status == Status::planned) one.status = Status::open;
          is_moved = before == CheckInState::closed && one.status == Status::open;
          break;
        case 3:
          if (one.status == Status::open) one.status = Status::closed;
          break;
        case 4:
          if (one.status == Status::planned) one.status = Status::cancelled;
          break;
        default:
          if (check_step(one, sent > 0, now)) {
            EXPECT_TRUE(before == CheckInState::open ||
                        (before == CheckInState::sent && one.status == Status::planned));
            ++sent;
          }
      }
      const auto after = state_of(one, sent > 0, now);
      if (before == CheckInState::sent) EXPECT_NE(after, CheckInState::open) << "what was sent is there";
      if (before == CheckInState::closed && !is_moved) EXPECT_EQ(after, CheckInState::closed);
      if (one.status == Status::closed || one.status == Status::cancelled) EXPECT_EQ(after, CheckInState::closed);
    }
  }
}

TEST(CheckInRules, ContentIsCheckedPlaceByPlace) {
  CheckInContent content;
  EXPECT_TRUE(check_content(content)) << "nothing need be there";
  content.feeling = 11;
  content.urgent_words = std::string(kLongestWords + 1, 'x');
  const auto id = encounters::AgendaItemId::make(kStart);
  content.topics = {{id, "sleep", true}, {id, "work", false}};
  const auto wrong = check_content(content);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, "check_in.content");
  EXPECT_EQ(wrong.error().fields.size(), 3U);
}

TEST(CheckInRules, TheAgendaFollowsWhatIsTicked) {
  const auto first = encounters::AgendaItemId::make(kStart);
  const auto second = encounters::AgendaItemId::make(kStart + minutes(1));
  CheckInContent before;
  before.topics = {{first, "sleep", true}, {second, "work", true}};
  EXPECT_EQ(agenda_change({}, before).put.size(), 2U);
  EXPECT_TRUE(agenda_change(before, before).put.empty()) << "a second sending moves nothing";
  auto now = before;
  now.topics = {{first, "sleep", false}, {second, "work and rest", true}};
  const auto change = agenda_change(before, now);
  ASSERT_EQ(change.put.size(), 1U);
  EXPECT_EQ(change.put[0].text, "work and rest");
  EXPECT_EQ(change.remove, (std::vector<encounters::AgendaItemId>{first}));
}

TEST(CheckInRules, TakesNoOutcomeThatSaysNothingAndNoIdOfAnotherVersion) {
  CheckInContent content;
  content.homework = {{homework::HomeworkId::make(kStart), homework::HomeworkOutcome::open}};
  EXPECT_EQ(check_content(content).error().fields.at(0).path, "/content/homework");
  content.homework.clear();
  content.topics = {{encounters::AgendaItemId{}, "sleep", true}};
  EXPECT_EQ(check_content(content).error().fields.at(0).path, "/content/topics/0/id");
  content.topics = {{encounters::AgendaItemId::make(kStart), "sleep", true}};
  EXPECT_TRUE(check_content(content));
}

class CheckIns : public testing::AskingHouseTest {
 protected:
  void SetUp() override {
    AskingHouseTest::SetUp();
    offer([](Routes& routes) {
      add_check_in_routes(routes);
      homework::add_homework_routes(routes);
      encounters::add_encounter_routes(
          routes, [](store::WriteTx&, const encounters::Encounter&, Time) -> Result<void> { return {}; });
    });
    // Noon, when people may be reminded.
    clock.set(std::chrono::floor<std::chrono::days>(clock.now()) + std::chrono::days(1) + hours(12));
    encounter_ = plan(hours(20));
  }
  std::string plan(minutes ahead) {
    const auto id = new_id();
    const auto made = post(
        therapist, of_episode("encounters"),
        R"({"id":")" + id + R"(","start":")" + to_rfc3339(clock.now() + ahead) + R"(","minutes":50,"channel":"chat"})");
    EXPECT_EQ(made.status, 201) << made.body;
    return id;
  }
  std::string of(const std::string& encounter, const std::string& rest = "") {
    return "/api/encounters/" + encounter + "/check-in" + rest;
  }
  static std::string body(int based_on, const std::string& content) {
    return R"({"based_on":)" + std::to_string(based_on) + R"(,"content":{"homework":[],"topics":[])" +
           (content.empty() ? "" : "," + content) + "}}";
  }
  http::Response save(int based_on, const std::string& content) {
    return put(client, of(encounter_, "/draft"), body(based_on, content));
  }
  http::Response send(int based_on, const std::string& content) {
    return post(client, of(encounter_), body(based_on, content));
  }
  boost::json::object seen_by(AccountId viewer) { return read_of(viewer, of(encounter_)); }
  std::size_t versions_of(AccountId viewer) { return seen_by(viewer).at("versions").as_array().size(); }
  std::vector<notify::Delivery> notices() {
    return *read([&](store::ReadTx& tx) -> Result<std::vector<notify::Delivery>> {
      return notify::deliveries_of(tx, "check_in:");
    });
  }
  template <class F>
  std::int64_t run(F what) {
    const auto count = write([&](store::WriteTx& tx) { return what(tx, clock.now()); });
    EXPECT_TRUE(count);
    return count.value_or(-1);
  }

  std::string encounter_;
};

TEST_P(CheckIns, WhatIsNotSentIsTheClientsAlone) {
  told();
  EXPECT_EQ(save(0, R"("went_well":"a walk")").status, 200);
  EXPECT_EQ(told(), (std::vector<std::vector<AccountId>>{{client}})) << "the therapist learns not even when";
  EXPECT_EQ(seen_by(client).at("draft").at("went_well"), "a walk");
  const auto seen = seen_by(therapist);
  for (const auto* hidden : {"draft", "revision", "draft_at", "reminds", "may_send"}) {
    EXPECT_TRUE(!seen.contains(hidden) || seen.at(hidden).is_null()) << hidden;
  }
  EXPECT_EQ(seen.at("state"), "open");
  EXPECT_EQ(seen.at("versions").as_array().size(), 0U);
}

TEST_P(CheckIns, OfTwoDevicesNeitherIsOverwritten) {
  EXPECT_EQ(save(0, R"("went_well":"from the phone")").status, 200);
  EXPECT_EQ(save(0, R"("went_well":"from the phone")").status, 200) << "sent again";
  const auto stale = save(0, R"("went_well":"from the laptop")");
  EXPECT_EQ(stale.status, 409);
  EXPECT_TRUE(says(stale, "check_in.moved"));
  EXPECT_EQ(send(0, R"("went_well":"from the laptop")").status, 409);
  EXPECT_EQ(seen_by(client).at("draft").at("went_well"), "from the phone");
  EXPECT_EQ(send(1, R"("went_well":"from the phone")").status, 200);
  EXPECT_EQ(send(1, R"("went_well":"from the phone")").status, 200) << "sent again after the answer was lost";
  EXPECT_EQ(versions_of(therapist), 1U);
  EXPECT_EQ(save(1, R"("went_well":"late")").status, 409) << "a page that is stale";
}

TEST_P(CheckIns, MayBeChangedUntilTheSessionBeginsAndKeepsEveryVersion) {
  EXPECT_EQ(send(0, R"("feeling":3)").status, 200);
  EXPECT_EQ(send(1, R"("feeling":4)").status, 200);
  EXPECT_EQ(versions_of(therapist), 2U);
  EXPECT_EQ(seen_by(therapist).at("versions").at(0).at("content").at("feeling"), 4);
  EXPECT_EQ(post(therapist, "/api/encounters/" + encounter_ + "/open", "").status, 200);
  const auto late = send(2, R"("feeling":5)");
  EXPECT_EQ(late.status, 409);
  EXPECT_TRUE(says(late, "check_in.begun"));
  EXPECT_EQ(seen_by(client).at("may_send"), false);
  EXPECT_EQ(versions_of(client), 2U);
}

TEST_P(CheckIns, CanStillBeSentInTheSessionButNotAfterIt) {
  EXPECT_EQ(post(therapist, "/api/encounters/" + encounter_ + "/open", "").status, 200);
  EXPECT_EQ(send(0, R"("feeling":3)").status, 200);
  EXPECT_EQ(post(therapist, "/api/encounters/" + encounter_ + "/close", "").status, 200);
  EXPECT_TRUE(says(send(1, R"("feeling":4)"), "check_in.closed"));
  encounter_ = plan(hours(48));
  EXPECT_TRUE(says(save(0, R"("feeling":4)"), "check_in.closed")) << "it is not near yet";
}

TEST_P(CheckIns, WhatIsUrgentIsToldAtOnceAndStandsInTheList) {
  told();
  EXPECT_EQ(send(0, R"("urgent":true,"urgent_words":"the rent")").status, 200);
  const auto events = told();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_NE(std::ranges::find(events[0], therapist), events[0].end());
  ASSERT_EQ(notices().size(), 1U);
  EXPECT_EQ(notices()[0].to, therapist);
  EXPECT_EQ(send(1, R"("urgent":true,"urgent_words":"the rent, still")").status, 200);
  EXPECT_EQ(notices().size(), 1U) << "one notice for a session";
  const auto ahead =
      *read([&](store::ReadTx& tx) -> Result<std::vector<SentAhead>> { return list_sent_ahead(tx, therapist); });
  ASSERT_EQ(ahead.size(), 1U);
  EXPECT_EQ(ahead[0].encounter.text(), encounter_);
  EXPECT_TRUE((*read([&](store::ReadTx& tx) -> Result<std::vector<SentAhead>> {
                return list_sent_ahead(tx, stranger);
              })).empty());
}

TEST_P(CheckIns, TopicsComeOnTheAgendaAndHomeworkIsSaid) {
  const auto task = new_id();
  EXPECT_EQ(
      post(therapist, of_episode("homework"), R"({"id":")" + task + R"(","kind":"task","title":"A walk"})").status,
      204);
  EXPECT_EQ(seen_by(client).at("homework").at(0).at("title"), "A walk");
  const auto topic = new_id();
  const auto content = [&](const std::string& on) {
    return R"(,"content":{"homework":[{"homework":")" + task + R"(","outcome":"partly"}],"topics":[{"id":")" + topic +
           R"(","text":"sleep","on_agenda":)" + on + "}]}}";
  };
  EXPECT_EQ(post(client, of(encounter_), R"({"based_on":0)" + content("true")).status, 200);
  const auto agenda = [&] { return read_of(therapist, "/api/encounters/" + encounter_).at("agenda").as_array(); };
  ASSERT_EQ(agenda().size(), 1U);
  EXPECT_EQ(agenda().at(0).at("text"), "sleep");
  EXPECT_EQ(read_of(therapist, of_episode("homework")).at("homework").at(0).at("state"), "partly");
  EXPECT_EQ(post(client, of(encounter_), R"({"based_on":1)" + content("false")).status, 200);
  EXPECT_TRUE(agenda().empty());
}

TEST_P(CheckIns, InvitesOnceAndRemindsWhoeverWantsIt) {
  EXPECT_EQ(run(ask_due), 1);
  EXPECT_EQ(run(ask_due), 0);
  ASSERT_EQ(notices().size(), 1U);
  EXPECT_EQ(notices()[0].to, client);
  EXPECT_EQ(put(client, of(encounter_, "/reminder"), R"({"wanted":true})").status, 204);
  EXPECT_EQ(run(remind), 0) << "it is not near yet";
  const auto soon = plan(hours(2));
  EXPECT_EQ(run(ask_due), 1);
  EXPECT_EQ(run(remind), 1) << "as it was chosen last";
  EXPECT_EQ(run(remind), 0);
  // Whoever wants it no more is reminded of none, of that of which they were asked before either.
  EXPECT_EQ(put(client, of(soon, "/reminder"), R"({"wanted":false})").status, 204);
  clock.set(clock.now() + hours(18));
  encounter_ = plan(hours(2) + minutes(30));
  EXPECT_EQ(run(ask_due), 0) << "at night";
  clock.set(clock.now() + hours(2));
  EXPECT_EQ(run(ask_due), 1);
  EXPECT_EQ(run(remind), 0);
  EXPECT_EQ(put(client, of(encounter_, "/reminder"), R"({"wanted":true})").status, 204);
  EXPECT_EQ(*write([&](store::WriteTx& tx) -> Result<std::int64_t> { return end_all_reminders(tx); }), 3);
}

TEST_P(CheckIns, AMovedSessionIsAskedAboutAndRemindedOfAgain) {
  EXPECT_EQ(run(ask_due), 1);
  EXPECT_EQ(put(client, of(encounter_, "/reminder"), R"({"wanted":true})").status, 204);
  const auto moved = ask(therapist, http::Method::patch, "/api/encounters/" + encounter_,
                         R"({"start":")" + to_rfc3339(clock.now() + hours(26)) + R"("})");
  EXPECT_LT(moved.status, 300) << moved.body;
  EXPECT_EQ(run(ask_due), 0) << "asked a moment ago, and it is not near yet";
  const auto later = ask(therapist, http::Method::patch, "/api/encounters/" + encounter_,
                         R"({"start":")" + to_rfc3339(clock.now() + hours(24 * 7)) + R"("})");
  EXPECT_LT(later.status, 300) << later.body;
  clock.set(clock.now() + hours(24 * 6));
  EXPECT_EQ(run(ask_due), 1);
  EXPECT_EQ(notices().size(), 2U);
}

TEST_P(CheckIns, ASessionInTheMorningIsRemindedOfInTheEveningBefore) {
  encounter_ = plan(hours(20));  // at eight
  EXPECT_EQ(run(ask_due), 2) << "that of before, too";
  EXPECT_EQ(put(client, of(encounter_, "/reminder"), R"({"wanted":true})").status, 204);
  clock.set(clock.now() + hours(6));
  EXPECT_EQ(run(remind), 0);
  clock.set(clock.now() + hours(1) + minutes(30));  // half past seven in the evening
  EXPECT_EQ(run(remind), 2);
  EXPECT_EQ(run(remind), 0);
}

TEST_P(CheckIns, WhatIsUrgentStandsInTheListWhenTheSessionIsCancelledOrOver) {
  EXPECT_EQ(send(0, R"("urgent":true,"urgent_words":"the rent")").status, 200);
  const auto ahead = [&] {
    return (*read([&](store::ReadTx& tx) -> Result<std::vector<SentAhead>> { return list_sent_ahead(tx, therapist); }))
        .size();
  };
  EXPECT_EQ(post(therapist, "/api/encounters/" + encounter_ + "/cancel", "").status, 200);
  EXPECT_EQ(ahead(), 1U);
  EXPECT_EQ(versions_of(therapist), 1U);
  clock.set(clock.now() + kStandsAfter + minutes(1));
  EXPECT_EQ(ahead(), 0U) << "by then it was read, or can be read on the page of the session";
}

TEST_P(CheckIns, SendingAgainSaysOfHomeworkOnlyWhatIsNew) {
  const auto task = new_id();
  EXPECT_EQ(
      post(therapist, of_episode("homework"), R"({"id":")" + task + R"(","kind":"task","title":"A walk"})").status,
      204);
  const auto content = [&](int based_on, const std::string& feeling) {
    return R"({"based_on":)" + std::to_string(based_on) + R"(,"content":{"feeling":)" + feeling +
           R"(,"homework":[{"homework":")" + task + R"(","outcome":"partly"}],"topics":[]}})";
  };
  EXPECT_EQ(post(client, of(encounter_), content(0, "3")).status, 200);
  EXPECT_EQ(put(client, "/api/homework/" + task + "/outcome", R"({"outcome":"not_done"})").status, 204);
  EXPECT_EQ(post(client, of(encounter_), content(1, "4")).status, 200);
  EXPECT_EQ(read_of(therapist, of_episode("homework")).at("homework").at(0).at("state"), "not_done");
}

// What is urgent must come through, whatever became of the agenda or of an answer that was lost.
TEST_P(CheckIns, NeitherTheAgendaNorALostAnswerKeepsItFromBeingSent) {
  const auto taken = new_id();
  const auto other = plan(hours(22));
  EXPECT_EQ(put(client, "/api/encounters/" + other + "/agenda/" + taken,
                R"({"text":"of the other session","place":0,"done":false})")
                .status,
            204);
  const auto body_of = [&](int based_on) {
    return R"({"based_on":)" + std::to_string(based_on) +
           R"(,"content":{"urgent":true,"homework":[],"topics":[{"id":")" + taken +
           R"(","text":"sleep","on_agenda":true}]}})";
  };
  EXPECT_EQ(put(client, of(encounter_, "/draft"), body_of(0)).status, 200);
  EXPECT_EQ(post(client, of(encounter_), body_of(0)).status, 200) << "of the save the answer was lost";
  EXPECT_EQ(versions_of(therapist), 1U);
  EXPECT_EQ(notices().size(), 1U);
}

TEST_P(CheckIns, NobodyElseAnswersOrReadsIt) {
  EXPECT_EQ(send(0, R"("feeling":3)").status, 200);
  for (const auto who : {stranger, other_client, deputy}) {
    EXPECT_EQ(ask(who, http::Method::get, of(encounter_)).status, 404);
  }
  EXPECT_EQ(put(other_client, of(encounter_, "/draft"), body(0, "")).status, 404);
  EXPECT_EQ(post(other_client, of(encounter_), body(0, "")).status, 404);
  EXPECT_TRUE(read_of(other_client, "/api/check-ins").at("check_ins").as_array().empty());
  EXPECT_EQ(read_of(client, "/api/check-ins").at("check_ins").at(0).at("state"), "sent");
}

TEST_P(CheckIns, GoesWithTheClient) {
  EXPECT_EQ(send(0, R"("feeling":3)").status, 200);
  EXPECT_EQ(save(1, R"("feeling":4)").status, 200);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    forget_unsent(tx, client);
    return {};
  }));
  EXPECT_FALSE(seen_by(client).contains("draft") && !seen_by(client).at("draft").is_null());
  EXPECT_EQ(versions_of(therapist), 1U);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_EQ(versions_of(client), 0U);
}

INSTANTIATE_TEST_SUITE_P(Engines, CheckIns, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::check_in
