#pragma once
/// @file The frames of the live connection: {"id":7,"do":"POST /api/...","body":{...}} asks,
/// {"id":7,"status":201,"body":{...}} answers. `do` is any route of the table.
#include <array>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace rapport::http {

/// The largest whole number that every browser can repeat.
inline constexpr std::int64_t kLargestFrameId = 9'007'199'254'740'991;

/// Why the server ends a live connection. Codes from 4000 on are the service's own.
struct CloseCode {
  int code;
  std::string_view says;
};
inline constexpr int kClosedLoggedOut = 4401;
inline constexpr int kClosedForNewClient = 4409;
inline constexpr int kClosedTooMany = 4429;
inline constexpr std::array kCloseCodes{
    CloseCode{1001, "The server stops. Connect again, with growing pauses."},
    CloseCode{1002, "The client broke the WebSocket protocol."},
    CloseCode{1003, "The client sent a binary frame; only text is taken."},
    CloseCode{1007, "The client sent text that is not UTF-8."},
    CloseCode{1009, "The client sent a frame larger than 256 KiB. Use HTTP for it."},
    CloseCode{1011, "A defect of the server. Connect again, with growing pauses."},
    CloseCode{1013, "The client took too long to read what it was sent. Connect again and resume."},
    CloseCode{kClosedLoggedOut, "The log-in has ended. Log in before you connect again."},
    CloseCode{kClosedForNewClient,
              "Somebody came whose words this connection does not carry. Connect again and resume."},
    CloseCode{kClosedTooMany,
              "The account opened more live connections than one person needs; this was its oldest. Connect again only "
              "when the person comes back to it."},
};

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

}  // namespace rapport::http
