#include "features/notify/schedule.hpp"

#include <algorithm>
#include <array>

namespace rapport::notify {
namespace {

using std::chrono::minutes;
constexpr std::array kPauses{minutes(1), minutes(5), minutes(15), minutes(60), minutes(360)};

}  // namespace

std::optional<Time> next_try(std::int64_t tries, Time queued_at, Time now) {
  const auto last = static_cast<std::int64_t>(kPauses.size()) - 1;
  const auto at = now + kPauses[static_cast<std::size_t>(std::clamp<std::int64_t>(tries - 1, 0, last))];
  return at <= queued_at + kGivenUpAfter ? std::optional(at) : std::nullopt;
}

}  // namespace rapport::notify
