#pragma once
/// @file The frames of the live connection: {"id":7,"do":"POST /api/...","body":{...}} asks,
/// {"id":7,"status":201,"body":{...}} answers. `do` is any route of the table.
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace rapport::http {

struct LiveRequest {
  std::int64_t id = 0;  ///< chosen by the sender, repeated in the answer
  Method method = Method::get;
  std::string target;
  std::optional<boost::json::value> body;
};

/// What a frame that cannot be taken apart gets; `id` is the frame's own if it could be read, else 0.
struct LiveMistake {
  std::int64_t id = 0;
  Error error;
};

/// Errors: invalid "frame.invalid", or those of parse_json.
tl::expected<LiveRequest, LiveMistake> parse_live_frame(std::string_view frame);
/// A body that is not JSON is sent as a JSON string.
std::string answer_frame(std::int64_t id, const Response& response);
/// JSON Schema 2020-12 of request, answer and event frames.
std::string live_schema_json();

}  // namespace rapport::http
