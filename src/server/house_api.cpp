#include "server/house_api.hpp"

#include <boost/json/serialize.hpp>
#include <mutex>
#include <stdexcept>

#include "api_files.hpp"
#include "features/log_in/log_in_api.hpp"
#include "features/people/people_shapes.hpp"
#include "http/openapi.hpp"
#include "http/problem_types.hpp"

namespace rapport::server {

struct HealthAnswer {
  std::string status;
};
BOOST_DESCRIBE_STRUCT(HealthAnswer, (), (status))

struct ProblemMeaning {
  std::string type;
  std::string code;
  std::string meaning;
};
BOOST_DESCRIBE_STRUCT(ProblemMeaning, (), (type, code, meaning))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;
using http::RawBody;

std::string_view prose(std::string_view name) {
  for (const auto& file : api_files()) {
    if (file.path == name) return file.content;
  }
  throw std::logic_error("this program was built without resources/api/" + std::string(name));
}

/// What the table says of itself, made when it is first asked for: it is not finished while routes are added to it.
class Description {
 public:
  Description(const Routes& routes, std::string (*make)(const Routes&)) : routes_(routes), make_(make) {}
  Answer<RawBody> answer() {
    std::call_once(made_, [this] { text_ = make_(routes_); });
    return {200, {"application/json", text_}};
  }

 private:
  const Routes& routes_;
  std::string (*make_)(const Routes&);
  std::once_flag made_;
  std::string text_;
};

Result<Answer<ProblemMeaning>> explain_problem(Context& /*context*/, Call& call) {
  const auto* type = http::find_problem_type(call.path_text("code"));
  if (type == nullptr) return fail(not_found());
  return Answer<ProblemMeaning>{200,
                                {http::problem_type_uri(type->code), std::string(type->code), std::string(type->says)}};
}

Result<Answer<HealthAnswer>> tell_health(Context& context, Call& /*call*/) {
  if (context.house.is_well()) return Answer<HealthAnswer>{200, {"ok"}};
  return fail({ErrorKind::storage, "database.gone", "The database does not answer just now. Please try again.", {}, 1});
}

void add_description(Routes& routes, std::string_view pattern, std::string_view says,
                     std::string (*make)(const Routes&)) {
  const auto description = std::make_shared<Description>(routes, make);
  routes.get(pattern)
      .says(says)
      .answers_raw("application/json")
      .open()
      .not_audited("it is for everybody to see")
      .handle([description](Context&, Call&) -> Result<Answer<RawBody>> { return description->answer(); });
}

}  // namespace

void add_house_routes(Routes& routes) {
  routes.event<people::PresenceEvent>();
  routes.get("/healthz")
      .says("Whether the server is ready and its database answers")
      .answers<HealthAnswer>()
      .open()
      .not_audited("it tells of nobody")
      .limit(http::kUnlimited)
      .handle(tell_health);
  add_description(routes, "/api/openapi.json", "This description", openapi_text);
  add_description(routes, "/api/live.schema.json", "The frames of the live connection, as JSON Schema",
                  live_schema_text);
  routes.get("/api/problems/{code:text}")
      .says("What the type of a problem means")
      .answers<ProblemMeaning>()
      .open()
      .not_audited("it is for everybody to see")
      .handle(explain_problem);
  routes.get("/api/live")
      .says("Open the live connection (WebSocket)")
      .explains(
          "Ask for an upgrade to WebSocket (RFC 6455), with the session cookie; a browser's Origin must be this site. "
          "The frames are described at /api/live.schema.json. Without an upgrade the answer is 422 `live.upgrade`.")
      .answers<Nothing>(101)
      .needs(PermissionName{"live"})
      .audits("live.open")
      .opens_live()
      .handle([](Context&, Call&) -> Result<Answer<Nothing>> {
        return fail(invalid("live.upgrade", "This address is for WebSocket connections."));
      });
}

std::string openapi_text(const Routes& routes) {
  return boost::json::serialize(http::openapi(routes, {"Rapport", "1", prose("http.md"), log_in::kCookie}));
}

std::string live_schema_text(const Routes& routes) {
  return boost::json::serialize(http::live_schema(routes, prose("live.md")));
}

}  // namespace rapport::server
