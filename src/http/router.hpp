#pragma once
/// @file The route table. One declaration per route gives its address, its check, its limits, its audit
/// action and its description; nothing about a route is said anywhere else.
///
///   routes.post("/api/rooms/{room}/messages")
///       .says("Send a message to a room")
///       .body<NewMessage>().answers<Message>(201)
///       .needs(PermissionName{"send_message"}, "room").audits("message.send").limit("messages")
///       .handle([](Context& context, Call& call, NewMessage body) -> Result<Answer<Message>> { ... });
///
/// Path parameters: `{room}` is an id (anything but a UUID is 404), `{code:text}` is any one segment.
#include <array>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "http/call.hpp"
#include "http/live_events.hpp"
#include "http/problem_json.hpp"
#include "http/response.hpp"
#include "http/shape.hpp"

namespace rapport::http {

/// Nothing to say: 204 without a body.
struct Nothing {};
/// Bytes of some other kind than JSON (a CSV file, a page).
struct RawBody {
  std::string type;  ///< media type, for Content-Type
  std::string bytes;
};

template <class T>
struct Answer {
  int status = 200;
  T value{};
  std::vector<std::pair<std::string, std::string>> headers = {};
};

/// The name of a permission as the layer that owns permissions spells it.
struct PermissionName {
  std::string_view name;
};

enum class Guard { undeclared, open, signed_in, permission };

/// What a caller sent as the body: JSON not yet read (HTTP) or already read (a live frame); neither if empty.
struct BodyInput {
  std::string_view text = {};
  const boost::json::value* value = nullptr;
  bool is_empty() const { return !value && text.empty(); }
};

struct QueryParameter {
  std::string name;
  std::string says;
  std::string type;  ///< of JSON Schema: "string", "integer", "boolean"
};

/// The class of routes that are never refused for their number.
inline constexpr std::string_view kUnlimited = "none";
/// Of those that take files, which have a limit of their own by day.
inline constexpr std::string_view kFiles = "files";

/// Of those that keep a text in the place of the one before, again and again while somebody writes.
inline constexpr std::string_view kReplaces = "replaces";

using SchemaFunction = boost::json::object (*)(Components&);

struct Route {
  Method method = Method::get;
  std::string pattern;
  std::string summary;
  std::string explanation;  ///< more about it than the summary, for the description; may be empty
  Guard guard = Guard::undeclared;
  std::string permission;       ///< with Guard::permission
  std::string scope_parameter;  ///< the path parameter the permission is about; "" for the whole practice
  std::string audit;            ///< the action in the audit; "" for what is not audited, and then:
  std::string not_audited;      ///< why not
  std::string limit;            ///< class of rate limit; "" for the general one, kUnlimited for none
  std::vector<QueryParameter> query;
  SchemaFunction body_schema = nullptr;    ///< null: takes no body
  SchemaFunction answer_schema = nullptr;  ///< null: answers without JSON body
  std::vector<std::string> answer_types;   ///< media types of an answer that is not JSON of a shape
  std::vector<int> statuses;
  bool takes_batches = false;
  bool heavy = false;        ///< slow by nature, see Application::heavy_for
  bool opens_live = false;   ///< becomes a WebSocket when an upgrade is asked for
  bool sets_cookie = false;  ///< so it is refused over a live connection
  bool before_second_factor = false;
  /// One answer per input, in order. `context` is the Context of the Routes the route was declared in.
  std::function<std::vector<Response>(void* context, Call& call, std::span<const BodyInput> inputs)> invoke;
};

/// The names in a pattern, in order; `is_id` tells `{room}` from `{code:text}`.
struct PatternParameter {
  std::string name;
  bool is_id = true;
};
std::vector<PatternParameter> pattern_parameters(std::string_view pattern);

/// A route and what its address said; or, without a route, the error to answer (404, 405) with its Allow header.
struct Match {
  const Route* route = nullptr;
  Parameters path;
  Result<Parameters> query;
  Error error = {};
  std::string allow;
  Response refusal() const;
};

/// The table without the types of contexts and bodies.
class RouteTable {
 public:
  RouteTable();
  ~RouteTable();
  RouteTable(const RouteTable&) = delete;
  RouteTable& operator=(const RouteTable&) = delete;

  /// Call once, when all routes are declared. Throws std::logic_error that lists everything wrong with them
  /// (neither a permission nor open(), neither audits() nor not_audited(), no summary, no handler, two routes with
  /// one address, two events of one name).
  void finish();
  /// `target` is path and query, as sent.
  Match find(Method method, std::string_view target) const;
  const std::vector<std::unique_ptr<Route>>& all() const { return routes_; }

  /// Declares a kind of live event, see live_events.hpp.
  template <class E>
  void event() {
    events_.push_back({E::kind, &shape::schema_of<E>});
  }
  const std::vector<EventDeclaration>& events() const { return events_; }

 protected:
  Route& add(Method method, std::string_view pattern);

 private:
  struct Node;
  void insert(const Route& route);
  std::vector<std::unique_ptr<Route>> routes_;
  std::vector<EventDeclaration> events_;
  std::unique_ptr<Node> root_;
};

namespace route {

Result<boost::json::value> read_input(const BodyInput& input);
Response refuse_body();

template <class A>
Response respond(Result<Answer<A>> result) {
  if (!result) return problem_response(result.error());
  Response response;
  response.status = result->status;
  response.headers = std::move(result->headers);
  if constexpr (std::is_same_v<A, RawBody>) {
    response.headers.emplace_back("Content-Type", std::move(result->value.type));
    response.body = std::move(result->value.bytes);
  } else if constexpr (!std::is_same_v<A, Nothing>) {
    response.headers.emplace_back("Content-Type", "application/json");
    write(response.body, result->value);
  }
  return response;
}

template <class B>
Result<B> read_body(const BodyInput& input) {
  if (input.value) return parse<B>(*input.value);
  TRY_ASSIGN(const auto value, read_input(input));
  return parse<B>(value);
}

template <class T>
boost::json::object schema_function(Components& components) {
  return schema<T>(components);
}

/// Calls `handler` with the bodies that are right; those that are wrong get their own answers in their places.
template <class B, class A, class Context, class Handler>
std::vector<Response> invoke_many(const Handler& handler, Context& context, Call& call,
                                  std::span<const BodyInput> inputs) {
  std::vector<Response> responses(inputs.size());
  std::vector<std::size_t> places;
  std::vector<B> bodies;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    auto body = read_body<B>(inputs[i]);
    if (!body) {
      responses[i] = problem_response(body.error());
      continue;
    }
    places.push_back(i);
    bodies.push_back(std::move(*body));
  }
  if (bodies.empty()) return responses;
  std::vector<Result<Answer<A>>> results = handler(context, call, std::move(bodies));
  if (results.size() != places.size()) throw std::logic_error("a batch handler must answer every body");
  for (std::size_t i = 0; i < places.size(); ++i) responses[places[i]] = respond<A>(std::move(results[i]));
  return responses;
}

}  // namespace route

/// Says what a route is, then how it is handled. B is the body's type (void: none), A the answer's.
template <class Context, class B = void, class A = Nothing>
class RouteBuilder {
 public:
  explicit RouteBuilder(Route& route) : route_(&route) {}

  RouteBuilder& says(std::string_view summary) {
    return set([&] { route_->summary = summary; });
  }
  /// What a client of another make must know beyond the shapes; Markdown.
  RouteBuilder& explains(std::string_view text) {
    return set([&] { route_->explanation = text; });
  }
  /// Every call leaves a row under this action: failed, unless the handler wrote down what it did.
  RouteBuilder& audits(std::string_view action) {
    return set([&] { route_->audit = action; });
  }
  /// Why no call of it needs to be found again.
  RouteBuilder& not_audited(std::string_view why) {
    return set([&] { route_->not_audited = why; });
  }
  /// It becomes a WebSocket when an upgrade is asked for; the handler answers those who did not ask.
  RouteBuilder& opens_live() {
    return set([&] { route_->opens_live = true; });
  }
  /// Its answer sets a cookie, so it is of no use over a live connection and refused there.
  RouteBuilder& sets_cookie() {
    return set([&] { route_->sets_cookie = true; });
  }
  /// Also for a log-in that still has to set up a second factor, which may do nothing else.
  RouteBuilder& before_second_factor() {
    return set([&] { route_->before_second_factor = true; });
  }
  RouteBuilder& limit(std::string_view name) {
    return set([&] { route_->limit = name; });
  }
  /// It works on a password, or something else that takes long by nature.
  RouteBuilder& heavy() {
    return set([&] { route_->heavy = true; });
  }
  /// The permission is checked before the handler, about the room (or other thing) of that path parameter.
  RouteBuilder& needs(PermissionName permission, std::string_view scope_parameter = "") {
    return set([&] {
      route_->guard = Guard::permission;
      route_->permission = permission.name;
      route_->scope_parameter = scope_parameter;
    });
  }
  /// Anyone may call it, without having logged in.
  RouteBuilder& open() {
    return set([&] { route_->guard = Guard::open; });
  }
  /// Whoever has logged in may call it: it is about themselves only.
  RouteBuilder& signed_in() {
    return set([&] { route_->guard = Guard::signed_in; });
  }
  /// Describes a query parameter; `type` is "string", "integer" or "boolean".
  RouteBuilder& query(std::string_view name, std::string_view type, std::string_view says) {
    return set([&] { route_->query.push_back({std::string(name), std::string(says), std::string(type)}); });
  }
  template <class NewBody>
  RouteBuilder<Context, NewBody, A> body() {
    route_->body_schema = &route::schema_function<NewBody>;
    return RouteBuilder<Context, NewBody, A>(*route_);
  }
  template <class NewAnswer, class... Statuses>
  RouteBuilder<Context, B, NewAnswer> answers(Statuses... statuses) {
    route_->statuses = {statuses...};
    if (route_->statuses.empty()) route_->statuses = {std::is_same_v<NewAnswer, Nothing> ? 204 : 200};
    static_assert(!std::is_same_v<NewAnswer, RawBody>, "say answers_raw(media type)");
    if constexpr (!std::is_same_v<NewAnswer, Nothing>) {
      route_->answer_schema = &route::schema_function<NewAnswer>;
    }
    return RouteBuilder<Context, B, NewAnswer>(*route_);
  }

  /// Answers 200 with a body of one of these media types as the handler gives it.
  template <class... Types>
  RouteBuilder<Context, B, RawBody> answers_raw(Types... media_types) {
    route_->statuses = {200};
    route_->answer_types = {std::string(media_types)...};
    return RouteBuilder<Context, B, RawBody>(*route_);
  }

  /// (Context&, Call&[, B]) -> Result<Answer<A>>.
  template <class Handler>
  void handle(Handler handler) {
    route_->invoke = [handler](void* context, Call& call, std::span<const BodyInput> inputs) {
      std::vector<Response> responses;
      responses.reserve(inputs.size());
      for (const auto& input : inputs) responses.push_back(one(handler, *static_cast<Context*>(context), call, input));
      return responses;
    };
  }
  /// (Context&, Call&, std::vector<B>) -> std::vector<Result<Answer<A>>>, one per body and in order: for bodies
  /// that arrived together and are cheaper in one transaction.
  template <class Handler>
  void handle_many(Handler handler) {
    static_assert(!std::is_void_v<B>, "a batch is a batch of bodies: say body<T>() first");
    route_->takes_batches = true;
    route_->invoke = [handler](void* context, Call& call, std::span<const BodyInput> inputs) {
      return route::invoke_many<B, A>(handler, *static_cast<Context*>(context), call, inputs);
    };
  }

 private:
  template <class Change>
  RouteBuilder& set(Change change) {
    change();
    return *this;
  }
  template <class Handler>
  static Response one(const Handler& handler, Context& context, Call& call, const BodyInput& input) {
    if constexpr (std::is_void_v<B>) {
      if (!input.is_empty()) return route::refuse_body();
      return route::respond<A>(handler(context, call));
    } else {
      auto body = route::read_body<B>(input);
      if (!body) return problem_response(body.error());
      return route::respond<A>(handler(context, call, std::move(*body)));
    }
  }

  Route* route_;
};

template <class Context>
class Routes : public RouteTable {
 public:
  RouteBuilder<Context> get(std::string_view pattern) { return begin(Method::get, pattern); }
  RouteBuilder<Context> post(std::string_view pattern) { return begin(Method::post, pattern); }
  RouteBuilder<Context> put(std::string_view pattern) { return begin(Method::put, pattern); }
  RouteBuilder<Context> patch(std::string_view pattern) { return begin(Method::patch, pattern); }
  RouteBuilder<Context> del(std::string_view pattern) { return begin(Method::del, pattern); }

  /// Calls the handler of a match; one answer per input. What a handler throws passes through.
  std::vector<Response> answer(const Match& match, Context& context, Call& call,
                               std::span<const BodyInput> inputs) const {
    call.route = match.route;
    call.path = match.path;
    if (!match.query) return std::vector<Response>(inputs.size(), problem_response(match.query.error()));
    call.query = *match.query;
    return match.route->invoke(&context, call, inputs);
  }

 private:
  RouteBuilder<Context> begin(Method method, std::string_view pattern) {
    return RouteBuilder<Context>(add(method, pattern));
  }
};

}  // namespace rapport::http
