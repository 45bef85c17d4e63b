#include "http/live_frames.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "http/openapi.hpp"

namespace rapport::http {
namespace {

TEST(LiveFrames, TakesApartAndAnswers) {
  const auto frame = parse_live_frame(R"({"id":7,"do":"POST /api/x?a=1","body":{"t":1}})");
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->id, 7);
  EXPECT_EQ(frame->method, Method::post);
  EXPECT_EQ(frame->target, "/api/x?a=1");
  EXPECT_EQ(answer_frame(7, {201, {{"Content-Type", "application/json"}}, R"({"t":1})"}),
            R"({"id":7,"status":201,"body":{"t":1}})");
  EXPECT_EQ(answer_frame(7, {204, {}, ""}), R"({"id":7,"status":204})");
  EXPECT_EQ(answer_frame(7, {200, {{"Content-Type", "text/csv"}}, "a\n"}), R"({"id":7,"status":200,"body":"a\n"})");
}

TEST(LiveFrames, RefusesWrongFramesWithTheirIdIfItHasOne) {
  const std::pair<const char*, std::int64_t> cases[] = {
      {"", 0},
      {"[]", 0},
      {R"({"do":"GET /x"})", 0},
      {R"({"id":-1,"do":"GET /x"})", 0},
      {R"({"id":3})", 3},
      {R"({"id":3,"do":"get /x"})", 3},
      {R"({"id":3,"do":"GET x"})", 3},
      {R"({"id":3,"do":"GET /x","more":1})", 3},
      {R"({"id":3,"do":"GET /x HTTP/1.1"})", 3},
  };
  for (const auto& [text, id] : cases) {
    const auto frame = parse_live_frame(text);
    ASSERT_FALSE(frame) << text;
    EXPECT_EQ(frame.error().id, id) << text;
  }
}

struct Note {
  static constexpr std::string_view says = "A short note.";
  Text<1, 9> text;
};
BOOST_DESCRIBE_STRUCT(Note, (), (text))

struct SlowReply {
  static constexpr EventKind kind{"slow-reply", true, "An answer came late."};
  int hours = 0;
};
BOOST_DESCRIBE_STRUCT(SlowReply, (), (hours))

TEST(OpenApi, HasEveryRoute) {
  struct Nobody {};
  Routes<Nobody> routes;
  routes.get("/api/codes/{code:text}")
      .says("One")
      .answers<Note>()
      .open()
      .not_audited("test")
      .handle([](Nobody&, Call&) -> Result<Answer<Note>> { return fail(not_found()); });
  routes.post("/api/rooms/{room}")
      .says("Two")
      .body<Note>()
      .answers<Note>(201, 200)
      .needs(PermissionName{"write"}, "room")
      .audits("note.add")
      .limit("notes")
      .handle([](Nobody&, Call&, Note) -> Result<Answer<Note>> { return fail(not_found()); });
  routes.event<SlowReply>();
  routes.finish();
  const auto document = openapi(routes, {"Rapport", "1", "All about it.", "session"});
  EXPECT_EQ(document.at("info").at("description"), "All about it.");
  const auto& paths = document.at("paths").as_object();
  EXPECT_TRUE(paths.at("/api/codes/{code}").as_object().at("get").as_object().at("security").as_array().empty());
  const auto& post = paths.at("/api/rooms/{room}").as_object().at("post").as_object();
  EXPECT_EQ(post.at("x-permission"), "write");
  EXPECT_TRUE(post.at("responses").as_object().contains("200"));
  const auto& schemas = document.at("components").at("schemas").as_object();
  EXPECT_EQ(schemas.at("Note").at("description"), "A short note.");
  EXPECT_EQ(schemas.at("LiveSlowReply").at("properties").at("kind").at("const"), "slow-reply");
  EXPECT_NE(boost::json::serialize(document).find(R"("maxLength":9)"), std::string::npos);

  const auto live = live_schema(routes, "How to.");
  EXPECT_EQ(live.at("description"), "How to.");
  const auto& frame = live.at("$defs").at("LiveSlowReply").as_object();
  EXPECT_EQ(frame.at("properties").at("body").at("$ref"), "#/$defs/SlowReply");
  EXPECT_EQ(frame.at("required").as_array().size(), 4U) << "a kept event has a number";
  EXPECT_EQ(live.at("$defs").at("LiveEvent").at("oneOf").as_array().size(), 1U);
}

}  // namespace
}  // namespace rapport::http
