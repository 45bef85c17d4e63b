#include "http/live_schema.hpp"

#include "http/live_frames.hpp"
#include "http/openapi.hpp"
#include "http/problem_types.hpp"

namespace rapport::http {
namespace {

using boost::json::array;
using boost::json::object;

object typed(std::string_view type) {
  return {{"type", type}};
}

object closed_object(object properties, array required, std::string_view description) {
  object schema{{"type", "object"}, {"additionalProperties", false}, {"description", description}};
  schema["properties"] = std::move(properties);
  schema["required"] = std::move(required);
  return schema;
}

object problem_schema() {
  array types{"about:blank"};
  for (const auto& type : problem_types()) types.emplace_back(problem_type_uri(type.code));
  object type = typed("string");
  type["format"] = "uri-reference";
  type["enum"] = std::move(types);
  object place = closed_object({{"pointer", typed("string")}, {"detail", typed("string")}}, {"pointer", "detail"},
                               "`pointer` is a JSON pointer into the body, or ?NAME for a parameter of the address.");
  object properties{{"type", std::move(type)}, {"title", typed("string")}, {"status", typed("integer")}};
  properties["detail"] = object{{"type", "string"}, {"description", "A sentence for the person."}};
  properties["code"] = object{{"type", "string"}, {"description", "For programs; the last part of `type`."}};
  properties["errors"] = object{{"type", "array"}, {"items", std::move(place)}};
  properties["retry_after"] =
      object{{"type", "integer"}, {"minimum", 1}, {"description", "Seconds; the same as the header Retry-After."}};
  return closed_object(std::move(properties), {"type", "title", "status", "detail", "code"},
                       "What went wrong (RFC 9457).");
}

object frame_id() {
  return {{"type", "integer"}, {"minimum", 0}, {"maximum", kLargestFrameId}};
}

object request_schema() {
  object action = typed("string");
  action["pattern"] = "^(GET|POST|PUT|PATCH|DELETE) /[^ ]*$";
  action["description"] = "Method and address of any route.";
  return closed_object({{"id", frame_id()}, {"do", std::move(action)}, {"body", object()}}, {"id", "do"},
                       "Sent by the client. `id` is chosen by the client and comes back in the answer.");
}

object answer_schema(const Components& components) {
  object status{{"type", "integer"}, {"minimum", 200}, {"maximum", 599}};
  object schema =
      closed_object({{"id", frame_id()}, {"status", std::move(status)}, {"body", object()}}, {"id", "status"},
                    "Sent by the server: what the route would have answered over HTTP. `id` is 0 when the request's "
                    "own could not be read.");
  object failed;
  failed["properties"] = object{{"status", object{{"minimum", 400}}}};
  object told;
  told["properties"] = object{{"body", components.reference("Problem")}};
  schema["if"] = std::move(failed);
  schema["then"] = std::move(told);
  return schema;
}

/// "reply-time" -> "LiveReplyTime"
std::string schema_name(std::string_view kind) {
  std::string name = "Live";
  bool begins = true;
  for (const char c : kind) {
    if (c != '-') name += begins ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '-';
  }
  return name;
}

object event_schema(const EventDeclaration& event, Components& components) {
  object properties{{"room", object{{"type", "string"}, {"format", "uuid"}}}};
  array required{"room"};
  if (event.kind.kept) {
    properties["seq"] = object{{"type", "integer"}, {"minimum", 1}};
    required.emplace_back("seq");
  }
  properties["kind"] = object{{"type", "string"}, {"const", event.kind.name}};
  properties["body"] = event.body_schema(components);
  required.emplace_back("kind");
  required.emplace_back("body");
  return closed_object(std::move(properties), std::move(required), event.kind.says);
}

object event_of_some_kind(const RouteTable& routes, Components& components) {
  array kinds;
  for (const auto& event : routes.events()) {
    const auto name = schema_name(event.kind.name);
    components.put(name, event_schema(event, components));
    kinds.emplace_back(components.reference(name));
  }
  object schema{{"description", "Sent by the server unasked. Ignore kinds that you do not know."}};
  schema["oneOf"] = std::move(kinds);
  return schema;
}

array close_codes() {
  array codes;
  for (const auto& close : kCloseCodes) codes.emplace_back(object{{"code", close.code}, {"says", close.says}});
  return codes;
}

}  // namespace

void put_live_schemas(const RouteTable& routes, Components& components) {
  components.put("Problem", problem_schema());
  components.put("LiveRequest", request_schema());
  components.put("LiveAnswer", answer_schema(components));
  if (!routes.events().empty()) components.put("LiveEvent", event_of_some_kind(routes, components));
}

object live_schema(const RouteTable& routes, std::string_view description) {
  Components components("#/$defs/");
  put_live_schemas(routes, components);
  array frames{components.reference("LiveRequest"), components.reference("LiveAnswer")};
  if (!routes.events().empty()) frames.emplace_back(components.reference("LiveEvent"));
  object document{{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  document["title"] = "Frames of the live connection";
  document["description"] = description;
  document["oneOf"] = std::move(frames);
  document["x-close-codes"] = close_codes();
  document["$defs"] = components.schemas();
  return document;
}

}  // namespace rapport::http
