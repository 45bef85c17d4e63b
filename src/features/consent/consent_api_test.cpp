#include "features/consent/consent_api.hpp"

#include "features/consent/consent_texts.hpp"
#include "support/full_house.hpp"

namespace rapport::consent {
namespace {

using access::Role;

class ConsentApi : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_consent_routes(routes, {[&](store::WriteTx&, const Record& record) -> Result<void> {
                         ended.push_back(record.purpose);
                         return {};
                       }});
    routes.finish();
  }
  http::Response ask(AccountId viewer, Role role, http::Method method, const std::string& path,
                     const std::string& body = "") {
    const auto match = routes.find(method, path);
    Context context{*house, {viewer, role, SessionId::make(clock.now()), practice}};
    http::Call call{nullptr, match.route, match.path, {}, soon()};
    const http::BodyInput input{body};
    return routes.answer(match, context, call, {&input, 1}).front();
  }
  http::Response own(AccountId viewer, Role role) { return ask(viewer, role, http::Method::get, "/api/me/consents"); }
  http::Response decide_on(const std::string& purpose, bool given, std::int64_t based_on, AccountId viewer,
                           Role role = Role::client) {
    const auto* text = texts().asked_now(purpose);
    const auto version = text == nullptr ? "2026-01-01.1" : text->version;
    return ask(viewer, role, http::Method::put, "/api/me/consents/" + purpose,
               R"({"version":")" + version + R"(","language":"en","given":)" + (given ? "true" : "false") +
                   R"(,"based_on":)" + std::to_string(based_on) + "}");
  }
  static bool has_words(const http::Response& answer, const std::string& words) {
    return answer.body.find(words) != std::string::npos;
  }

  Routes routes;
  std::vector<std::string> ended;
};

TEST_P(ConsentApi, NothingIsYesBeforehand) {
  const auto answer = own(client, Role::client);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(has_words(answer, R"("state":"never_given")"));
  for (const auto* state : {R"("state":"given")", R"("state":"outdated")", R"("state":"withdrawn")", R"("since")"}) {
    EXPECT_FALSE(has_words(answer, state)) << state;
  }
  EXPECT_FALSE(has_words(answer, R"("purpose":"studied")")) << "that is asked of therapists";
  const auto hers = own(therapist, Role::therapist);
  EXPECT_TRUE(has_words(hers, R"("purpose":"studied")"));
  EXPECT_FALSE(has_words(hers, R"("purpose":"recording")"));
}

TEST_P(ConsentApi, IsGivenWithdrawnAndGivenAgain) {
  const auto given = decide_on("recording", true, 0, client);
  ASSERT_EQ(given.status, 200) << given.body;
  EXPECT_TRUE(has_words(given, R"("state":"given")"));
  EXPECT_TRUE(has_words(given, R"("decisions":1)"));
  EXPECT_TRUE(ended.empty());
  const auto withdrawn = decide_on("recording", false, 0, client);
  EXPECT_TRUE(has_words(withdrawn, R"("state":"withdrawn")")) << withdrawn.body;
  EXPECT_EQ(ended, std::vector<std::string>{"recording"});
  EXPECT_EQ(decide_on("recording", true, 1, client).status, 409);
  EXPECT_TRUE(has_words(decide_on("recording", true, 2, client), R"("decisions":3)"));
}

TEST_P(ConsentApi, IsOnlyForWhoIsAsked) {
  EXPECT_EQ(decide_on("studied", true, 0, client).status, 404);
  EXPECT_EQ(decide_on("recording", true, 0, therapist, Role::therapist).status, 404);
  EXPECT_EQ(decide_on("hypnosis", true, 0, client).status, 404);
  EXPECT_TRUE(has_words(decide_on("studied", true, 0, therapist, Role::therapist), R"("state":"given")"));
  EXPECT_FALSE(has_words(own(stranger, Role::therapist), R"("state":"given")")) << "one's own alone";
}

TEST_P(ConsentApi, WhatOneDecidedIsWithdrawnAlsoWhereOthersAreAskedByNow) {
  const Decision once{.id = ConsentId::make(clock.now()),
                      .person = client,
                      .purpose = "studied",
                      .version = texts().asked_now("studied")->version,
                      .language = "en",
                      .given = true,
                      .by = client,
                      .at = clock.now()};
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return decide(tx, once, {}); }));
  EXPECT_TRUE(has_words(own(client, Role::client), R"("purpose":"studied")"));
  EXPECT_EQ(decide_on("studied", true, 1, client).status, 404);
  const auto withdrawn = decide_on("studied", false, 0, client);
  EXPECT_TRUE(has_words(withdrawn, R"("state":"withdrawn")")) << withdrawn.body;
  EXPECT_EQ(decide_on("studied", false, 0, other_client).status, 404) << "who never decided is not asked";
}

TEST_P(ConsentApi, TheTherapistLearnsWhatTheWorkDependsOnAndNoMore) {
  decide_on("recording", true, 0, client);
  decide_on("research", true, 0, client);
  decide_on("transcripts", true, 0, client);
  decide_on("transcripts", false, 1, client);
  const auto path = "/api/episodes/" + episode.text() + "/consents";
  const auto answer = ask(therapist, Role::therapist, http::Method::get, path);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(has_words(answer, R"({"purpose":"recording","title":"Recording of sessions","given":true})"))
      << answer.body;
  // Withdrawn reads as never given.
  EXPECT_TRUE(has_words(answer, R"("title":"Having sessions written down","given":false})"));
  EXPECT_TRUE(has_words(answer, R"("purpose":"e_therapy")"));
  for (const auto* words : {"research", "coding", "studied", "withdrawn", "since", "steps", "never"}) {
    EXPECT_FALSE(has_words(answer, words)) << words;
  }
  EXPECT_EQ(ask(stranger, Role::therapist, http::Method::get, path).status, 404);
}

TEST_P(ConsentApi, WhatSomebodyElseWroteDownIsShownAsThat) {
  const auto key = keys->key_for(client, soon()).value();
  Decision paper{.id = ConsentId::make(clock.now()),
                 .person = client,
                 .purpose = "e_therapy",
                 .version = texts().asked_now("e_therapy")->version,
                 .language = "de",
                 .given = true,
                 .by = therapist,
                 .at = clock.now()};
  paper.sealed_note = access::seal(*key, paper.id.bytes(), "signed on paper");
  ASSERT_TRUE(write([&](store::WriteTx& tx) { return decide(tx, paper, {}); }));
  const auto answer = own(client, Role::client);
  EXPECT_TRUE(has_words(answer, R"("by":"Berger Therapist","note":"signed on paper")")) << answer.body;
  EXPECT_FALSE(has_words(own(other_client, Role::client), "signed on paper"));
  const auto stored = read([&](store::ReadTx& tx) -> Result<std::vector<Record>> { return of(tx, client); }).value();
  const std::string sealed(stored.front().sealed_note->begin(), stored.front().sealed_note->end());
  EXPECT_EQ(sealed.find("paper"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engines, ConsentApi, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::consent
