#include "base/clock.hpp"

#include <fmt/format.h>

namespace rapport {

std::string to_rfc3339(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(time - day).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), millis / 3'600'000,
                     millis / 60'000 % 60, millis / 1'000 % 60, millis % 1'000);
}

}  // namespace rapport
