#include "http/openapi.hpp"

#include <algorithm>

#include "http/live_schema.hpp"

namespace rapport::http {
namespace {

using boost::json::array;
using boost::json::object;

std::string lower_method(Method method) {
  return shape::enumerator_text(to_text(method));
}

/// OpenAPI knows no kinds in a path: "{code:text}" becomes "{code}".
std::string plain_path(std::string_view pattern) {
  std::string path;
  bool skip = false;
  for (const char c : pattern) {
    if (c == ':') skip = true;
    if (c == '}') skip = false;
    if (!skip) path += c;
  }
  return path;
}

object parameter(std::string_view name, std::string_view where, object schema) {
  return {{"name", name}, {"in", where}, {"required", where == "path"}, {"schema", std::move(schema)}};
}

array parameters(const Route& route) {
  array list;
  for (const auto& path : pattern_parameters(route.pattern)) {
    object schema{{"type", "string"}};
    if (path.is_id) schema["format"] = "uuid";
    list.emplace_back(parameter(path.name, "path", std::move(schema)));
  }
  for (const auto& query : route.query) {
    object schema;
    schema["type"] = query.type;
    auto described = parameter(query.name, "query", std::move(schema));
    described["description"] = query.says;
    list.emplace_back(std::move(described));
  }
  return list;
}

object json_content(std::string_view type, object schema) {
  object media;
  media["schema"] = std::move(schema);
  object content;
  content[type] = std::move(media);
  return content;
}

object raw_content(const std::vector<std::string>& types) {
  object content;
  for (const auto& type : types) content[type] = object{{"schema", object()}};
  return content;
}

/// What a status means at this route.
std::string meaning_of(int status, const Route& route) {
  const bool may_be_new = std::find(route.statuses.begin(), route.statuses.end(), 201) != route.statuses.end();
  if (status == 201) return "It is new, and stored durably.";
  if (status == 200 && may_be_new) return "The same id came before: nothing was done again, this is what it led to.";
  if (status == 204) return "Done.";
  if (status == 101) return "The connection is a WebSocket now.";
  return route.summary;
}

object problem_answer() {
  object problem{{"description", "What went wrong (RFC 9457)"}};
  problem["content"] = json_content("application/problem+json", {{"$ref", "#/components/schemas/Problem"}});
  object wait{{"description", "Seconds to wait before the same again; with 429 and 503"}};
  wait["schema"] = object{{"type", "integer"}};
  problem["headers"] = object{{"Retry-After", std::move(wait)}};
  return problem;
}

object answers(const Route& route, Components& components) {
  object all;
  for (const int status : route.statuses) {
    object answer{{"description", meaning_of(status, route)}};
    if (route.answer_schema) answer["content"] = json_content("application/json", route.answer_schema(components));
    if (!route.answer_types.empty()) answer["content"] = raw_content(route.answer_types);
    all[std::to_string(status)] = std::move(answer);
  }
  all["default"] = problem_answer();
  return all;
}

array security(const Route& route) {
  array list;
  if (route.guard == Guard::open) return list;
  object both;
  both["session"] = array();
  if (route.method != Method::get) both["csrf"] = array();
  list.emplace_back(std::move(both));
  return list;
}

object operation(const Route& route, Components& components) {
  object described;
  described["summary"] = route.summary;
  if (!route.explanation.empty()) described["description"] = route.explanation;
  described["parameters"] = parameters(route);
  if (route.body_schema) {
    object body{{"required", true}};
    body["content"] = json_content("application/json", route.body_schema(components));
    described["requestBody"] = std::move(body);
  }
  described["responses"] = answers(route, components);
  described["security"] = security(route);
  if (!route.permission.empty()) described["x-permission"] = route.permission;
  if (!route.audit.empty()) described["x-audit"] = route.audit;
  if (!route.limit.empty()) described["x-limit"] = route.limit;
  return described;
}

object security_schemes(std::string_view cookie) {
  object schemes;
  schemes["session"] = object{{"type", "apiKey"}, {"in", "cookie"}, {"name", cookie}};
  schemes["csrf"] = object{{"type", "apiKey"}, {"in", "header"}, {"name", "X-CSRF-Token"}};
  return schemes;
}

}  // namespace

object openapi(const RouteTable& routes, const ApiText& text) {
  Components components;
  object paths;
  for (const auto& route : routes.all()) {
    auto& path = paths[plain_path(route->pattern)];
    if (!path.is_object()) path = object();
    path.get_object()[lower_method(route->method)] = operation(*route, components);
  }
  put_live_schemas(routes, components);
  object document;
  document["openapi"] = "3.1.0";
  document["info"] = object{{"title", text.title}, {"version", text.version}};
  if (!text.description.empty()) document["info"].get_object()["description"] = text.description;
  document["paths"] = std::move(paths);
  document["components"] =
      object{{"schemas", components.schemas()}, {"securitySchemes", security_schemes(text.cookie)}};
  return document;
}

}  // namespace rapport::http
