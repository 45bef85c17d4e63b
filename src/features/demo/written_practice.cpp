#include "features/demo/written_practice.hpp"

#include <algorithm>
#include <chrono>

#include "features/demo/demo_file.hpp"

namespace rapport::demo {
namespace {

constexpr std::chrono::minutes kDayEnds{20 * 60 + 30};  ///< UTC

}  // namespace

Time time_of(Time now, std::int64_t days, std::int64_t minutes) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const auto before = std::chrono::minutes(minutes);
  if (days > 0) return today + kDayEnds - std::chrono::days(days) - before;
  // After everything of yesterday, a second for each minute.
  const auto yesterday = today + kDayEnds - std::chrono::days(1);
  return std::max<Time>(now - before, yesterday + std::chrono::seconds(std::max<std::int64_t>(24 * 60 - minutes, 0)));
}

Result<WrittenPractice> read_written_practice() {
  return read_demo_file<WrittenPractice>("practice.json");
}

}  // namespace rapport::demo
