#include "features/safety_gate/safety_gate.hpp"

#include "features/encounters/encounters_api.hpp"
#include "features/safety_gate/safety_gate_api.hpp"
#include "support/asking_house.hpp"

namespace rapport::safety_gate {
namespace {

using encounters::Status;
using std::chrono::hours;
using std::chrono::minutes;

const Time kStart = from_micros(1'795'000'000'000'000);

TEST(SafetyGateRules, ItIsAskedFromAQuarterOfAnHourBeforeAndAgainWhenItIsOld) {
  encounters::Encounter one;
  one.plan = {kStart, 50, encounters::Channel::chat, ""};
  const Rules rules;
  EXPECT_FALSE(is_asked(one, {}, rules, kStart - minutes(16)));
  EXPECT_TRUE(is_asked(one, {}, rules, kStart - minutes(15)));
  EXPECT_FALSE(is_asked(one, {}, rules, kStart + minutes(50))) << "it went by";
  one.status = Status::open;
  const StoredGate answered{kStart, Bytes{1}};
  EXPECT_FALSE(is_asked(one, answered, rules, kStart + hours(11)));
  EXPECT_TRUE(is_asked(one, answered, rules, kStart + hours(12)));
  EXPECT_FALSE(is_asked(one, StoredGate{kStart, {}}, rules, kStart + hours(13))) << "who went on without is let be";
  EXPECT_FALSE(is_asked(one, StoredGate{kStart, Bytes{1}, kStart + hours(12)}, rules, kStart + hours(13)));
  one.status = Status::closed;
  EXPECT_FALSE(is_asked(one, {}, rules, kStart));
}

TEST(SafetyGateRules, SaysOfEachPlaceWhatIsMissing) {
  const auto wrong = check_whereabouts({"", "austria", {}, "at home"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().fields.size(), 3U);
  EXPECT_TRUE(check_whereabouts({"Ring 1", "AT", {}, "+43 1 234"}));
  EXPECT_TRUE(check_whereabouts({"Ring 1", "AT", {}, ""})) << "somebody may have none";
}

TEST(SafetyGateRules, TakesANumberAsItComesFromAnotherPage) {
  EXPECT_EQ(tidy_phone("\xE2\x80\xAA+43\xC2\xA0"
                       "1\xE2\x80\x91"
                       "234 \xE2\x80\xAC\n"),
            "+43 1-234");
  EXPECT_EQ(tidy_phone("tel:+43 1 234"), "+43 1 234");
  EXPECT_EQ(tidy_phone(" "), "");
  EXPECT_FALSE(check_whereabouts({"Ring 1", "AT", {}, tidy_phone("call mum")})) << "words stay what they are";
}

class SafetyGate : public testing::AskingHouseTest {
 protected:
  void SetUp() override {
    AskingHouseTest::SetUp();
    offer([](Routes& routes) {
      add_safety_gate_routes(routes, {});
      encounters::add_encounter_routes(
          routes, [](store::WriteTx&, const encounters::Encounter&, Time) -> Result<void> { return {}; });
    });
    encounter_ = plan();
  }
  std::string plan() {
    const auto id = new_id();
    EXPECT_EQ(post(therapist, of_episode("encounters"),
                   R"({"id":")" + id + R"(","start":")" + to_rfc3339(clock.now() + minutes(10)) +
                       R"(","minutes":50,"channel":"chat"})")
                  .status,
              201);
    return id;
  }
  std::string path(const std::string& rest = "") { return "/api/encounters/" + encounter_ + "/whereabouts" + rest; }
  http::Response say(const std::string& place, bool keep = false) {
    return put(client, path(),
               R"({"answers":{"place":")" + place +
                   R"(","country":"AT","phone":"+43 1 234","company":"alone","backup":"phone"},"keep_usual":)" +
                   (keep ? "true}" : "false}"));
  }
  boost::json::object seen_by(AccountId viewer) { return read_of(viewer, path()); }
  static bool has(const boost::json::object& answer, std::string_view name) {
    return answer.contains(name) && !answer.at(name).is_null();
  }
  std::string encounter_;
};

TEST_P(SafetyGate, WhatIsSaidTheTherapistSeesAtOnce) {
  EXPECT_EQ(seen_by(client).at("asked"), true);
  told();
  EXPECT_EQ(say("Ring 1").status, 204);
  EXPECT_EQ(told().size(), 1U);
  EXPECT_EQ(seen_by(therapist).at("answers").at("place"), "Ring 1");
  EXPECT_EQ(seen_by(client).at("asked"), false);
  EXPECT_EQ(say("Ring 2").status, 204);
  EXPECT_EQ(seen_by(therapist).at("answers").at("place"), "Ring 2");
  for (const auto who : {stranger, other_client, deputy}) {
    EXPECT_EQ(ask(who, http::Method::get, path()).status, 404);
  }
}

TEST_P(SafetyGate, SkippingIsSeenAndTakesNothingAway) {
  EXPECT_EQ(post(client, path("/skip"), "").status, 204);
  EXPECT_EQ(seen_by(therapist).at("skipped"), true);
  EXPECT_EQ(seen_by(client).at("asked"), false);
  EXPECT_EQ(say("Ring 1").status, 204) << "one may say it after all";
  EXPECT_EQ(post(client, path("/skip"), "").status, 204);
  EXPECT_EQ(seen_by(therapist).at("answers").at("place"), "Ring 1");
}

TEST_P(SafetyGate, WhoeverSkipsWhenAskedAgainIsLetBeAndWhatWasSaidStays) {
  EXPECT_EQ(say("Ring 1").status, 204);
  EXPECT_EQ(post(therapist, "/api/encounters/" + encounter_ + "/open", "").status, 200);
  clock.set(clock.now() + hours(12));
  EXPECT_EQ(seen_by(client).at("asked"), true);
  told();
  EXPECT_EQ(post(client, path("/skip"), "").status, 204);
  EXPECT_EQ(told().size(), 1U);
  EXPECT_EQ(seen_by(client).at("asked"), false);
  const auto seen = seen_by(therapist);
  EXPECT_EQ(seen.at("skipped"), true);
  EXPECT_EQ(seen.at("stale"), true);
  EXPECT_EQ(seen.at("answers").at("place"), "Ring 1");
  EXPECT_EQ(say("Ring 2").status, 204);
  EXPECT_EQ(seen_by(therapist).at("skipped"), false);
}

TEST_P(SafetyGate, WithARestoredCopyNoPlaceComesBackThatMayHaveBeenForgotten) {
  EXPECT_EQ(say("Ring 1", true).status, 204);
  EXPECT_EQ(*write([&](store::WriteTx& tx) -> Result<std::int64_t> { return forget_all_usual(tx); }), 1);
  EXPECT_FALSE(has(seen_by(client), "usual"));
  EXPECT_EQ(seen_by(therapist).at("answers").at("place"), "Ring 1");
}

TEST_P(SafetyGate, KeepsNobodyFromTheSession) {
  EXPECT_EQ(post(therapist, "/api/encounters/" + encounter_ + "/open", "").status, 200);
  EXPECT_EQ(seen_by(client).at("asked"), true);
  EXPECT_EQ(read_of(client, "/api/encounters/" + encounter_).at("encounter").at("status"), "open");
  EXPECT_EQ(post(therapist, "/api/encounters/" + encounter_ + "/close", "").status, 200);
  EXPECT_TRUE(says(say("Ring 1"), "safety_gate.over"));
}

TEST_P(SafetyGate, TheUsualPlaceIsOfferedToTheClientAlone) {
  EXPECT_EQ(say("Ring 1", true).status, 204);
  encounter_ = plan();
  EXPECT_EQ(seen_by(client).at("usual").at("place"), "Ring 1");
  EXPECT_FALSE(has(seen_by(client), "answers")) << "of a new session it is asked anew";
  EXPECT_FALSE(has(seen_by(therapist), "usual"));
  EXPECT_EQ(ask(client, http::Method::del, "/api/me/usual-place").status, 204);
  EXPECT_EQ(ask(client, http::Method::del, "/api/me/usual-place").status, 204);
  EXPECT_FALSE(has(seen_by(client), "usual"));
}

TEST_P(SafetyGate, IsErasedByItself) {
  EXPECT_EQ(say("Ring 1").status, 204);
  const auto forget = [&] {
    return *write([&](store::WriteTx& tx) -> Result<std::int64_t> { return forget_old(tx, {}, clock.now()); });
  };
  clock.set(clock.now() + std::chrono::days(30));
  EXPECT_EQ(forget(), 0);
  clock.set(clock.now() + std::chrono::seconds(1));
  EXPECT_EQ(forget(), 1);
  EXPECT_FALSE(has(seen_by(therapist), "answers"));
}

TEST_P(SafetyGate, GoesWithTheClient) {
  EXPECT_EQ(say("Ring 1", true).status, 204);
  ASSERT_TRUE(write([&](store::WriteTx& tx) -> Result<void> {
    erase_client(tx, client);
    return {};
  }));
  EXPECT_FALSE(has(seen_by(client), "answers"));
  EXPECT_FALSE(has(seen_by(client), "usual"));
}

INSTANTIATE_TEST_SUITE_P(Engines, SafetyGate, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::safety_gate
