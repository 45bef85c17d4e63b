#include "http/live_frames.hpp"

#include "http/shape.hpp"

namespace rapport::http {
namespace {

tl::unexpected<LiveMistake> mistake(std::int64_t id, std::string detail, std::string path = "") {
  std::vector<FieldError> fields;
  if (!path.empty()) fields.push_back({std::move(path), detail});
  return tl::unexpected<LiveMistake>(LiveMistake{id, invalid("frame.invalid", std::move(detail), std::move(fields))});
}

std::optional<Method> method_from(std::string_view text) {
  for (const auto method : {Method::get, Method::post, Method::put, Method::patch, Method::del}) {
    if (to_text(method) == text) return method;
  }
  return std::nullopt;
}

/// "POST /api/x" into its two halves; false if it is not of that form.
bool read_do(std::string_view text, LiveRequest& request) {
  const auto space = text.find(' ');
  if (space == std::string_view::npos) return false;
  const auto method = method_from(text.substr(0, space));
  const auto target = text.substr(space + 1);
  if (!method || !target.starts_with('/') || target.find(' ') != std::string_view::npos) return false;
  request.method = *method;
  request.target = target;
  return true;
}

bool is_json(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Content-Type") return value.find("json") != std::string::npos;
  }
  return false;
}

}  // namespace

tl::expected<LiveRequest, LiveMistake> parse_live_frame(std::string_view frame) {
  auto value = parse_json(frame);
  if (!value) return tl::unexpected<LiveMistake>(LiveMistake{0, std::move(value).error()});
  auto* object = value->if_object();
  if (!object) return mistake(0, "A frame must be an object with id, do and body.");
  const auto* id = object->if_contains("id");
  if (!id || !id->is_int64() || id->get_int64() < 0 || id->get_int64() > kLargestFrameId) {
    return mistake(0, "The frame needs an id: a whole number from 0 to 9007199254740991.", "/id");
  }
  LiveRequest request;
  request.id = id->get_int64();
  const auto* action = object->if_contains("do");
  if (!action || !action->is_string() || !read_do(std::string_view(action->get_string()), request)) {
    return mistake(request.id, "The frame needs do: a method, a space and an address, such as \"GET /api/session\".",
                   "/do");
  }
  for (const auto& field : *object) {
    const std::string_view name(field.key().data(), field.key().size());
    if (name != "id" && name != "do" && name != "body") {
      return mistake(request.id, "A frame has only id, do and body.");
    }
  }
  if (auto* body = object->if_contains("body"); body && !body->is_null()) request.body = std::move(*body);
  return request;
}

std::string answer_frame(std::int64_t id, const Response& response) {
  const std::string_view body = response.fixed_body.empty() ? std::string_view(response.body) : response.fixed_body;
  std::string out = "{\"id\":";
  out.reserve(body.size() + 48);
  write_integer(out, id);
  out += ",\"status\":";
  write_integer(out, response.status);
  if (!body.empty()) {
    out += ",\"body\":";
    if (is_json(response)) {
      out += body;
    } else {
      write_string(out, body);
    }
  }
  out += '}';
  return out;
}

}  // namespace rapport::http
