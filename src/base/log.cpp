#include "base/log.hpp"

#include <fmt/format.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "base/bytes.hpp"

namespace rapport::log {
namespace {

constexpr std::array<std::pair<std::string_view, Level>, 4> kLevels{
    {{"debug", Level::debug}, {"info", Level::info}, {"warning", Level::warning}, {"error", Level::error}}};

spdlog::level::level_enum theirs(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      break;
  }
  return spdlog::level::err;
}

/// Made once and never destroyed: a thread that ends last may still have something to say.
spdlog::logger& logger() {
  static auto* const made = [] {
    auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
    sink->set_formatter(
        std::make_unique<spdlog::pattern_formatter>("%Y-%m-%dT%H:%M:%S.%eZ %l %v", spdlog::pattern_time_type::utc));
    return new spdlog::logger("rapport", std::move(sink));
  }();
  return *made;
}

bool is_plain(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("._:/@+-[]").find(c) != std::string_view::npos;
  });
}

std::string in_quotes(std::string_view text) {
  const bool keeps_letters = is_utf8(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7F || (byte >= 0x80 && !keeps_letters)) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::optional<Level> level_from_text(std::string_view text) {
  const auto* found =
      std::find_if(kLevels.begin(), kLevels.end(), [text](const auto& level) { return level.first == text; });
  return found == kLevels.end() ? std::nullopt : std::optional(found->second);
}

void set_level(Level least) {
  logger().set_level(theirs(least));
}

void write(Level level, std::string_view event, Fields fields) {
  auto& to = logger();
  if (to.should_log(theirs(level))) to.log(theirs(level), line_of(event, fields));
}

std::string line_of(std::string_view event, Fields fields) {
  std::string line(event);
  for (const auto& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    line += is_plain(field.value) ? field.value : in_quotes(field.value);
  }
  return line;
}

}  // namespace rapport::log
