#pragma once
/// @file The program's own log, for whoever runs it: one line an event on standard error,
///
///     2026-11-25T18:53:15.123Z warning database.gone engine=sqlite reason="disk I/O error"
///
/// It never holds what a person wrote, nor a name, a log-in, a password, a token or an address of a person. What is in
/// a field is escaped, so that nothing can begin a line of its own. Thread-safe; a log that cannot be written is no
/// reason to stop, so nothing here fails.
#include <fmt/format.h>

#include <concepts>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace rapport::log {

enum class Level { debug, info, warning, error };

/// "debug", "info", "warning" or "error".
std::optional<Level> level_from_text(std::string_view text);
/// What is less than this is not written. Level::info until it is set.
void set_level(Level least);

/// `name` is a word of ours; it lives as long as the call.
struct Field {
  Field(std::string_view the_name, std::string_view text) : name(the_name), value(text) {}
  template <class Number>
    requires std::integral<Number>
  Field(std::string_view the_name, Number number) : name(the_name), value(fmt::format("{}", number)) {}

  std::string_view name;
  std::string value;
};
using Fields = std::initializer_list<Field>;

/// `event` is two words of ours with a dot between ("server.started"): one can search for it.
void write(Level level, std::string_view event, Fields fields = {});

inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(Level::info, event, fields);
}
inline void warning(std::string_view event, Fields fields = {}) {
  write(Level::warning, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::error, event, fields);
}

/// The line without its time and level.
std::string line_of(std::string_view event, Fields fields);

}  // namespace rapport::log
