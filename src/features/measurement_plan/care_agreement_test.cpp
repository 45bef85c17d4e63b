#include "features/measurement_plan/care_agreement.hpp"

#include <algorithm>

#include "features/encounters/encounters.hpp"
#include "features/first_contact/first_contact.hpp"
#include "features/measurement_plan/care_agreement_api.hpp"
#include "features/questionnaires/questionnaires_api.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "support/routes_fixture.hpp"

namespace rapport::measurement_plan {
namespace {

const IntakeRule& shipped() {
  return *shipped_intake_rule().value();
}

TEST(IntakeRules, TheShippedOneIsReadOnce) {
  EXPECT_EQ(&shipped(), &shipped());
}

TEST(IntakeRules, TheShippedOneSaysOfEachScoreWhichStep) {
  const auto& rule = shipped();
  EXPECT_FALSE(rule.is_published);
  const auto step = [&](const std::string& instrument, double score) {
    const auto* found = step_for(rule, instrument, score);
    return found == nullptr ? 0 : found->step;
  };
  EXPECT_EQ(step("phq-9", 0), 1);
  EXPECT_EQ(step("phq-9", 9), 1);
  EXPECT_EQ(step("phq-9", 10), 2);
  EXPECT_EQ(step("phq-9", 14), 2);
  EXPECT_EQ(step("phq-9", 15), 3);
  EXPECT_EQ(step("phq-9", 20), 4);
  EXPECT_EQ(step("gad-7", 15), 3);
  EXPECT_EQ(step("k10", 20), 3) << "30 where its answers count from 1";
  EXPECT_EQ(step("core-10", 25), 4);
  EXPECT_EQ(step("sparq", 8), 0);
}

/// Steps begin where ranges begin, so that nobody reads "moderate" beside the proposal of another range.
TEST(IntakeRules, StepsBeginWhereRangesBegin) {
  const auto& rule = shipped();
  for (const auto& [id, from] : rule.from) {
    const auto* instrument = questionnaires::instruments().find(id);
    if (instrument == nullptr || instrument->scoring().bands.empty()) continue;
    for (const auto& [score, step] : from) {
      const auto& bands = instrument->scoring().bands;
      EXPECT_TRUE(
          std::any_of(bands.begin(), bands.end(), [least = score](const auto& band) { return band.min == least; }))
          << id << " " << score;
    }
  }
}

TEST(IntakeRules, AWrongOneIsNamed) {
  const auto wrong = [](std::string_view from, std::string_view rest = "") {
    const std::string text =
        R"({"version":"1","basis":"our own rule","note":"n","steps":[{"step":1,"sessions":1,"weeks":1,)"
        R"("first_contact_hours":24,"support":{"en":"a","de":"b"},"safety":{"en":"a","de":"b"}}],"instruments":[)"
        R"({"instrument":"phq-9","from":[)" +
        std::string(from) + "]}" + std::string(rest) + "]}";
    const auto read = read_intake_rule(text, questionnaires::instruments());
    return read ? "" : read.error().detail;
  };
  EXPECT_EQ(wrong(R"({"score":0,"step":1})"), "");
  EXPECT_NE(wrong(R"({"score":3,"step":1})").find("begin at 0"), std::string::npos);
  EXPECT_NE(wrong(R"({"score":0,"step":2})").find("from 1 to 1"), std::string::npos);
  EXPECT_NE(wrong(R"({"score":0,"step":1},{"score":0,"step":1})").find("must rise"), std::string::npos);
  EXPECT_NE(wrong(R"({"score":0,"step":1})", R"(,{"instrument":"mood-x","from":[]})").find("no instrument"),
            std::string::npos);
}

class CareApi : public testing::RoutesTest {
 protected:
  void SetUp() override {
    RoutesTest::SetUp();
    add_care_agreement_routes(routes);
    questionnaires::add_questionnaire_routes(routes, {std::chrono::minutes(30), "the chamber", "the office"});
    routes.finish();
  }
  std::string care() { return of("/care"); }
  /// The client sends it, each question with this value.
  void send(const std::string& instrument, int count, int value) {
    const auto id = questionnaires::FormId::make(clock.now()).text();
    ASSERT_EQ(call(therapist, http::Method::post, of("/forms"),
                   R"({"id":")" + id + R"(","questionnaire":")" + instrument + R"(","occasion":"on_request"})")
                  .status,
              201);
    std::string answers;
    for (int i = 1; i <= count; ++i) {
      answers += (i > 1 ? "," : "") + std::string(R"({"item":")") + std::to_string(i) + R"(","value":)" +
                 std::to_string(value) + "}";
    }
    ASSERT_EQ(call(client, http::Method::put, "/api/forms/" + id + "/answers",
                   R"({"based_on":0,"language":"en","answers":[)" + answers + "]}")
                  .status,
              200);
    ASSERT_EQ(
        call(client, http::Method::post, "/api/forms/" + id + "/completion", R"({"revision":1,"version":1})").status,
        201);
    clock.set(clock.now() + std::chrono::hours(1));
  }
  void begin_session() {
    const auto id = EncounterId::make(clock.now());
    const auto begun = write([&](store::WriteTx& tx) -> Result<void> {
      TRY(encounters::plan_encounter(tx, therapist, episode, id, {clock.now(), 50, encounters::Channel::chat, ""},
                                     clock.now()));
      TRY(encounters::open_encounter(tx, therapist, id, clock.now()));
      return {};
    });
    ASSERT_TRUE(begun) << begun.error().detail;
  }
  static std::string decision(int number, int sessions, const std::string& support) {
    return R"({"number":)" + std::to_string(number) + R"(,"sessions":)" + std::to_string(sessions) +
           R"(,"weeks":1,"first_contact_hours":24,"support":")" + support + R"(","safety":"Call whom you trust."})";
  }
};

TEST_P(CareApi, ProposesToTheTherapistAloneByTheFormThatAsksForMost) {
  EXPECT_EQ(call(therapist, http::Method::get, care()).body, R"({"agreed":[],"met":false})");
  send("gad-7", 7, 0);
  EXPECT_TRUE(has(call(therapist, http::Method::get, care()), R"("sessions":1,"weeks":2)"));
  send("k10", 10, 2);
  const auto proposed = call(therapist, http::Method::get, care() + "?language=de");
  EXPECT_TRUE(has(proposed, R"("questionnaire":"k10")")) << proposed.body;
  EXPECT_TRUE(has(proposed, R"("score":20)")) << proposed.body;
  EXPECT_TRUE(has(proposed, "Wir treffen uns jede Woche")) << proposed.body;
  EXPECT_FALSE(has(call(client, http::Method::get, care()), "proposal"));
  send("gad-7", 7, 3);
  EXPECT_TRUE(has(call(therapist, http::Method::get, care()), R"("questionnaire":"k10")"))
      << "what somebody said at the beginning counts, not what came later";
}

TEST_P(CareApi, AFirstContactIsDueByWhatTheFormAsksForWhileNothingIsDecided) {
  const auto due = [&] {
    auto pairs = read([&](store::ReadTx& tx) { return first_contact::list_new_pairs_of(tx, therapist); });
    EXPECT_TRUE(pairs);
    const auto expected = first_contact::expect_contacts(*house, *std::move(pairs), soon());
    const auto found = std::ranges::find(expected, episode, [](const auto& one) { return one.pair.episode; });
    EXPECT_NE(found, expected.end());
    return found->by;
  };
  const auto sent_at = clock.now();
  const auto usual = due();
  send("gad-7", 7, 3);
  EXPECT_EQ(due(), sent_at + std::chrono::hours(48));
  EXPECT_LT(due(), usual);
  ASSERT_EQ(call(therapist, http::Method::post, care(), decision(1, 1, "a")).status, 201);
  EXPECT_LE(due(), sent_at + std::chrono::hours(24)) << "what was decided holds";
}

TEST_P(CareApi, TheTherapistDecidesAndWhatWasDecidedStays) {
  send("k10", 10, 2);
  EXPECT_EQ(call(client, http::Method::get, care()).body, R"({"agreed":[],"met":false})");
  const auto decided = call(therapist, http::Method::post, care(), decision(1, 2, "I write on Thursdays."));
  ASSERT_EQ(decided.status, 201) << decided.body;
  EXPECT_TRUE(has(decided, R"("as_proposed":false)")) << decided.body;
  const auto seen = call(client, http::Method::get, care());
  EXPECT_TRUE(has(seen, "I write on Thursdays.")) << seen.body;
  EXPECT_TRUE(has(seen, R"("by":"Berger Therapist")")) << seen.body;
  EXPECT_FALSE(has(seen, "as_proposed")) << seen.body;
  EXPECT_FALSE(has(seen, "score")) << seen.body;
  EXPECT_EQ(call(therapist, http::Method::post, care(), decision(1, 1, "Another device.")).status, 409);
  const auto changed = call(therapist, http::Method::post, care(), decision(2, 1, "Once a week from now on."));
  EXPECT_LT(changed.body.find("Once a week"), changed.body.find("I write on Thursdays.")) << changed.body;
  EXPECT_EQ(call(stranger, http::Method::get, care()).status, 404);
  EXPECT_EQ(call(stranger, http::Method::post, care(), decision(3, 1, "")).status, 404);
  EXPECT_EQ(call(deputy, http::Method::post, care(), decision(3, 1, "")).status, 404);
  const auto wrong = call(therapist, http::Method::post, care(), decision(3, 8, ""));
  EXPECT_EQ(wrong.status, 422);
  EXPECT_TRUE(has(wrong, "/sessions")) << wrong.body;
}

TEST_P(CareApi, TheSameSentAgainIsTheSame) {
  const auto first = decision(1, 2, "I write on Thursdays.");
  ASSERT_EQ(call(therapist, http::Method::post, care(), first).status, 201);
  clock.set(clock.now() + std::chrono::hours(1));
  const auto again = call(therapist, http::Method::post, care(), first);
  EXPECT_EQ(again.status, 200) << again.body;
  EXPECT_EQ(again.body, call(therapist, http::Method::get, care()).body);
  EXPECT_FALSE(has(again, R"("number":2)")) << again.body;
  for (const auto& other : {decision(1, 1, "I write on Thursdays."), decision(1, 2, "I write on Fridays.")}) {
    EXPECT_TRUE(has(call(therapist, http::Method::post, care(), other), "care.older"));
  }
  ASSERT_EQ(call(therapist, http::Method::post, care(), decision(2, 1, "")).status, 201);
  EXPECT_EQ(call(therapist, http::Method::post, care(), first).status, 409) << "another holds now";
}

TEST_P(CareApi, WhatIsAcceptedWordForWordIsKeptAsSuch) {
  send("gad-7", 7, 0);
  const auto& step = shipped().steps.front();
  const auto body = R"({"number":1,"sessions":1,"weeks":2,"first_contact_hours":168,"support":")" + step.support.en +
                    R"(","safety":")" + step.safety.en + R"("})";
  const auto decided = call(therapist, http::Method::post, care(), body);
  EXPECT_TRUE(has(decided, R"("as_proposed":true)")) << decided.body;
}

TEST_P(CareApi, OnceTheTwoHaveMetNobodyIsAskedForAFirstContact) {
  const std::string without = R"({"number":1,"sessions":1,"weeks":2,"support":"a","safety":""})";
  const auto refused = call(therapist, http::Method::post, care(), without);
  EXPECT_EQ(refused.status, 422);
  EXPECT_TRUE(has(refused, "/first_contact_hours")) << refused.body;
  send("gad-7", 7, 0);
  EXPECT_TRUE(has(call(therapist, http::Method::get, care()), R"("first_contact_hours":168)"));
  begin_session();
  const auto proposed = call(therapist, http::Method::get, care());
  EXPECT_TRUE(has(proposed, R"("met":true)")) << proposed.body;
  EXPECT_TRUE(has(proposed, R"("proposal":)")) << proposed.body;
  EXPECT_FALSE(has(proposed, "first_contact")) << proposed.body;
  const auto& step = shipped().steps.front();
  const auto body = R"({"number":1,"sessions":1,"weeks":2,"support":")" + step.support.en + R"(","safety":")" +
                    step.safety.en + R"("})";
  const auto decided = call(therapist, http::Method::post, care(), body);
  EXPECT_EQ(decided.status, 201) << decided.body;
  EXPECT_TRUE(has(decided, R"("as_proposed":true)")) << decided.body;
  EXPECT_FALSE(has(decided, "first_contact")) << decided.body;
  EXPECT_EQ(call(therapist, http::Method::post, care(), body).status, 200) << "sent again";
  const auto seen = call(client, http::Method::get, care());
  EXPECT_TRUE(has(seen, R"("met":true)")) << seen.body;
  EXPECT_FALSE(has(seen, "first_contact")) << seen.body;
  EXPECT_EQ(call(therapist, http::Method::post, care(), decision(2, 1, "")).status, 201)
      << "it may be said all the same";
}

INSTANTIATE_TEST_SUITE_P(Engines, CareApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::measurement_plan
