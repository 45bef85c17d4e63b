#include "http/live_events.hpp"

namespace rapport::http {
namespace {

// A function-local static: kinds of other files note themselves before any order of files is certain.
std::vector<std::string_view>& noted() {
  static std::vector<std::string_view> names;
  return names;
}

}  // namespace

const std::vector<std::string_view>& sendable_events() {
  return noted();
}

namespace live_events {

std::string frame(RoomId room, std::int64_t seq, std::string_view kind, std::string_view body) {
  std::string out = "{\"room\":\"";
  out.reserve(body.size() + kind.size() + 96);
  out += room.text();
  out += '"';
  if (seq != 0) {
    out += ",\"seq\":";
    write_integer(out, seq);
  }
  out += ",\"kind\":\"";
  out += kind;
  out += "\",\"body\":";
  out += body;
  out += '}';
  return out;
}

bool note_sendable(std::string_view kind) {
  noted().push_back(kind);
  return true;
}

}  // namespace live_events
}  // namespace rapport::http
