#include "http/router.hpp"

#include <gtest/gtest.h>

#include "http/cookies.hpp"
#include "http/problem_types.hpp"

namespace rapport::http {
namespace {

struct Context {
  int calls = 0;
};
struct NewItem {
  Text<1, 10> text;
};
BOOST_DESCRIBE_STRUCT(NewItem, (), (text))
struct Item {
  RoomId room;
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Item, (), (room, text))

struct Told {
  static constexpr EventKind kind{"told", false, "Something was told."};
  bool loud = false;
};
BOOST_DESCRIBE_STRUCT(Told, (), (loud))
struct Noted {
  static constexpr EventKind kind{"noted", true, "Something was written down."};
  std::string text;
};
BOOST_DESCRIBE_STRUCT(Noted, (), (text))

const std::string room = "01890a5d-ac96-774b-bcce-b302099a8057";

void declare(Routes<Context>& routes) {
  routes.post("/api/rooms/{room}/items")
      .says("Add an item")
      .body<NewItem>()
      .answers<Item>(201)
      .needs(PermissionName{"add_item"}, "room")
      .audits("item.add")
      .limit("items")
      .handle_many([](Context& context, Call& call, std::vector<NewItem> bodies) {
        ++context.calls;
        std::vector<Result<Answer<Item>>> answers;
        for (const auto& body : bodies) {
          answers.push_back(Answer<Item>{201, {call.path_id<RoomId>("room"), body.text.str()}});
        }
        return answers;
      });
  routes.get("/api/rooms/{room}")
      .says("A room")
      .answers<Nothing>()
      .signed_in()
      .not_audited("test")
      .handle([](Context&, Call&) -> Result<Answer<Nothing>> { return Answer<Nothing>{204}; });
  routes.put("/api/rooms/{room}")
      .says("Change")
      .body<NewItem>()
      .answers<Nothing>()
      .open()
      .not_audited("test")
      .handle([](Context&, Call&, NewItem) -> Result<Answer<Nothing>> { return fail(forbidden("No.")); });
  routes.get("/api/rooms/new")
      .says("Literal")
      .answers_raw("text/plain")
      .open()
      .not_audited("test")
      .handle([](Context&, Call&) -> Result<Answer<RawBody>> { return Answer<RawBody>{200, {"text/plain", "new"}}; });
  routes.get("/api/codes/{code:text}")
      .says("Text")
      .answers<std::string>()
      .open()
      .not_audited("test")
      .handle([](Context&, Call& call) -> Result<Answer<std::string>> {
        TRY_ASSIGN(const auto n, call.query_int("n", 1, 1, 9));
        return Answer<std::string>{200, call.path_text("code") + std::to_string(n)};
      });
  routes.finish();
}

Response ask(const Routes<Context>& routes, Method method, std::string_view target, std::string_view body = "") {
  const auto match = routes.find(method, target);
  if (!match.route) return match.refusal();
  Context context;
  Call call;
  const BodyInput input{body};
  return routes.answer(match, context, call, {&input, 1}).at(0);
}

TEST(Router, AnswersOrRefuses) {
  Routes<Context> routes;
  declare(routes);
  struct Case {
    Method method;
    std::string target;
    std::string body;
    int status;
  };
  const Case cases[] = {
      {Method::get, "/api/rooms/" + room, "", 204},
      {Method::get, "/api/rooms/" + room, "{}", 422},
      {Method::get, "/api/rooms/new", "", 200},
      {Method::get, "/api/rooms/%6Eew", "", 200},
      {Method::get, "/api/rooms/other", "", 404},
      {Method::del, "/api/rooms/" + room, "", 405},
      {Method::put, "/api/rooms/" + room, R"({"text":"x"})", 403},
      {Method::post, "/api/rooms/" + room + "/items", R"({"text":"x"})", 201},
      {Method::post, "/api/rooms/" + room + "/items", R"({"text":""})", 422},
      {Method::post, "/api/rooms/" + room + "/items", "", 400},
      {Method::get, "/api/codes/a%20b", "", 200},
      {Method::get, "/api/codes/a%2Fb", "", 404},
      {Method::get, "/api/codes/%2e%2E", "", 404},
      {Method::get, "/api/codes/..", "", 404},
      {Method::get, "/api/codes/a%00", "", 404},
      {Method::get, "/api/codes/%FF", "", 404},
      {Method::get, "/api/codes/%4", "", 404},
      {Method::get, "/api/codes/%zz", "", 404},
      {Method::get, "/api/codes/a/", "", 404},
      {Method::get, "//api/codes/a", "", 404},
      {Method::get, "api/codes/a", "", 404},
      {Method::get, "", "", 404},
      {Method::get, "/api/codes/a?n=10", "", 422},
      {Method::get, "/api/codes/a?n=%", "", 422},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(ask(routes, one.method, one.target, one.body).status, one.status) << one.target << " " << one.body;
  }
  EXPECT_EQ(ask(routes, Method::get, "/api/codes/%C3%A9?n=2").body,
            "\"\xC3\xA9"
            "2\"");
  EXPECT_EQ(routes.find(Method::del, "/api/rooms/" + room).allow, "GET, PUT");
}

TEST(Router, BatchKeepsOrderAroundWrongBodies) {
  Routes<Context> routes;
  declare(routes);
  const auto match = routes.find(Method::post, "/api/rooms/" + room + "/items");
  Context context;
  Call call;
  const BodyInput inputs[] = {{R"({"text":"a"})"}, {"{"}, {R"({"text":"b"})"}};
  const auto answers = routes.answer(match, context, call, inputs);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_EQ(context.calls, 1);
  EXPECT_EQ(answers[0].body, R"({"room":")" + room + R"(","text":"a"})");
  EXPECT_EQ(answers[1].status, 400);
  EXPECT_EQ(answers[2].status, 201);
}

TEST(Router, RefusesRoutesThatAreNotDeclaredInFull) {
  Routes<Context> routes;
  routes.get("/a/{room}").says("x").answers<Nothing>().handle([](Context&, Call&) -> Result<Answer<Nothing>> {
    return Answer<Nothing>{204};
  });
  routes.event<Told>();
  routes.event<Told>();
  try {
    routes.finish();
    FAIL();
  } catch (const std::logic_error& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("GET /a/{room}: declares neither"), std::string::npos) << what;
    EXPECT_NE(what.find("GET /a/{room}: must say either audits(action) or not_audited(why)"), std::string::npos)
        << what;
    EXPECT_NE(what.find("two events are named told"), std::string::npos) << what;
  }
}

TEST(Events, AreFramesOfTheirStructAndNotedAsSendable) {
  const auto id = *RoomId::from_text(room);
  EXPECT_EQ(passing_frame(id, Told{true}), R"({"room":")" + room + R"(","kind":"told","body":{"loud":true}})");
  EXPECT_EQ(kept_frame<Noted>(id, 7, R"({"text":"x"})"),
            R"({"room":")" + room + R"(","seq":7,"kind":"noted","body":{"text":"x"}})");
  for (const std::string_view kind : {"told", "noted"}) {
    EXPECT_EQ(std::count(sendable_events().begin(), sendable_events().end(), kind), 1) << kind;
  }
}

TEST(Problem, HasFieldsAndRetryAfter) {
  EXPECT_EQ(problem_frame(7, invalid("x", "d", {{"/a", "b"}})),
            R"({"id":7,"status":422,"body":{"type":"about:blank","title":"Unprocessable Content","status":422,)"
            R"("detail":"d","code":"x","errors":[{"pointer":"/a","detail":"b"}]}})");
  const auto response = problem_response(Error{ErrorKind::too_many, "limit", "Slow down.", {}, 5});
  EXPECT_EQ(response.status, 429);
  EXPECT_NE(response.body.find(R"("retry_after":5})"), std::string::npos) << response.body;
  EXPECT_EQ(response.headers.at(1), std::make_pair(std::string("Retry-After"), std::string("5")));
}

TEST(Problem, ACodeOfTheListHasATypeOfItsOwn) {
  for (const auto& type : problem_types()) {
    EXPECT_EQ(find_problem_type(type.code), &type);
    EXPECT_NE(problem_body(invalid(std::string(type.code), "d")).find("/api/problems/" + std::string(type.code)),
              std::string::npos);
    EXPECT_TRUE(type.says.ends_with('.')) << type.code;
  }
  EXPECT_EQ(find_problem_type("nothing"), nullptr);
}

TEST(Cookies, RoundTripAndRefuseInjection) {
  EXPECT_EQ(cookie_value("a=1; session=abc; b=2", "session"), "abc");
  EXPECT_EQ(cookie_value("xsession=1;session=\"q\"", "session"), "q");
  EXPECT_FALSE(cookie_value("sessions=1", "session"));
  EXPECT_EQ(set_cookie({"session", "abc", 60}), "session=abc; Path=/; SameSite=Strict; Max-Age=60; HttpOnly; Secure");
  EXPECT_EQ(set_cookie({"session", "abc", std::nullopt}), "session=abc; Path=/; SameSite=Strict; HttpOnly; Secure");
  EXPECT_THROW(set_cookie({"session", "a; Domain=x", 60}), std::invalid_argument);
  EXPECT_THROW(set_cookie({"session", "a\r\nX: y", 60}), std::invalid_argument);
}

}  // namespace
}  // namespace rapport::http
