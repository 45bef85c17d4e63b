#include "features/messages/messages_api.hpp"

#include "support/full_house.hpp"

namespace rapport::messages {
namespace {

const store::Query kAudited{"test.messages_audited",
                            "SELECT COUNT(*), SUM(count) FROM audit WHERE action = 'message.send'"};

/// The routes in process: what they answer, and what must not be in the answer.
class Api : public testing::FullHouseTest {
 protected:
  void SetUp() override {
    FullHouseTest::SetUp();
    add_message_routes(routes, 5);
    routes.finish();
  }

  std::vector<http::Response> call(AccountId viewer, http::Method method, const std::string& target,
                                   const std::vector<std::string>& bodies) {
    const auto match = routes.find(method, target);
    if (match.route == nullptr) return {match.refusal()};
    Context context{*house, {viewer, access::Role::client, session, practice}};
    http::Call one;
    one.deadline = soon();
    std::vector<http::BodyInput> inputs;
    for (const auto& body : bodies) inputs.push_back({body, nullptr});
    return routes.answer(match, context, one, inputs);
  }
  std::string at(RoomId room, std::string_view rest) { return "/api/rooms/" + room.text() + std::string(rest); }
  std::string message(std::string_view text) {
    return R"({"id":")" + MessageId::make(clock.now()).text() + R"(","text":")" + std::string(text) + "\"}";
  }

  SessionId session = SessionId::make(clock.now());
  Routes routes;
};

TEST_P(Api, WhatOneWritesTheOtherReads) {
  const auto first = message("How was the week?");
  const auto sent = call(client, http::Method::post, at(chat, "/messages"), {first, message("And the sleep?"), first});
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].status, 201) << sent[0].body;
  EXPECT_EQ(sent[1].status, 201);
  EXPECT_EQ(sent[2].status, 200);
  EXPECT_EQ(sent[2].body, sent[0].body);
  const auto read = call(therapist, http::Method::get, at(chat, "/events?after=1"), {""});
  EXPECT_EQ(read[0].status, 200) << read[0].body;
  EXPECT_EQ(read[0].body.find("How was the week?"), std::string::npos);
  EXPECT_NE(read[0].body.find("And the sleep?"), std::string::npos);
  EXPECT_NE(read[0].body.find("\"last_seq\":2"), std::string::npos);
}

TEST_P(Api, AMessageSentThreeTimesIsAuditedAsOne) {
  const auto one = message("one");
  for (int i = 0; i < 3; ++i) call(client, http::Method::post, at(chat, "/messages"), {one});
  const auto audited = read([](store::ReadTx& tx) -> Result<std::pair<std::int64_t, std::int64_t>> {
    return *tx.first(kAudited, {}, [](const store::Row& row) { return std::pair{row.int64(0), row.int64(1)}; });
  });
  EXPECT_EQ(audited->first, 1) << "what changed nothing leaves no row";
  EXPECT_EQ(audited->second, 1);
}

TEST_P(Api, NobodyElseLearnsThatTheRoomExists) {
  ASSERT_EQ(call(client, http::Method::post, at(chat, "/messages"), {message("private words")})[0].status, 201);
  const auto nowhere = RoomId::make(clock.now());
  for (const auto outsider : {other_client, stranger}) {
    for (const auto& [method, rest, body] : std::vector<std::tuple<http::Method, std::string, std::string>>{
             {http::Method::post, "/messages", message("x")},
             {http::Method::get, "/events", ""},
             {http::Method::put, "/receipt", R"({"read":1})"},
             {http::Method::post, "/typing", R"({"typing":true})"}}) {
      const auto refused = call(outsider, method, at(chat, rest), {body})[0];
      EXPECT_EQ(refused.status, 404) << rest;
      EXPECT_EQ(refused.body.find("private words"), std::string::npos);
      EXPECT_EQ(refused.body, call(outsider, method, at(nowhere, rest), {body})[0].body) << rest;
    }
  }
}

TEST_P(Api, WrongInputIsNamedAndTheRestOfABatchGoesThrough) {
  const auto sent = call(client, http::Method::post, at(chat, "/messages"),
                         {message("one"), R"({"id":"x","text":"y"})", message(std::string(20'001, 'a')),
                          message("\xff\xfe"), "", "[1", message("two")});
  ASSERT_EQ(sent.size(), 7U);
  EXPECT_EQ(sent[0].status, 201);
  EXPECT_EQ(sent[6].status, 201);
  for (std::size_t i = 1; i < 6; ++i) EXPECT_TRUE(sent[i].status == 400 || sent[i].status == 422) << i;
  EXPECT_NE(sent[6].body.find("\"seq\":2"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Engines, Api, ::testing::ValuesIn(testing::engines_here()),
                         [](const auto& engine) { return engine.param; });

}  // namespace
}  // namespace rapport::messages
