#pragma once
/// @file When a mail that could not be sent is tried again.
#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"

namespace rapport::notify {

/// After that long a notice is given up.
inline constexpr std::chrono::hours kGivenUpAfter{48};

/// The time of the next try after `tries` that failed, the last of them at `now`: 1, 5, 15 and 60 minutes later, then
/// every 6 hours. Nothing when that would be more than kGivenUpAfter after `queued_at`.
std::optional<Time> next_try(std::int64_t tries, Time queued_at, Time now);

}  // namespace rapport::notify
