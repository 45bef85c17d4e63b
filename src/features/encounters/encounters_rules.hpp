#pragma once
/// @file The rules of encounters that need neither a database nor a route.
#include "features/encounters/encounters.hpp"

namespace rapport::encounters {

inline constexpr std::int64_t kShortestMinutes = 5;
inline constexpr std::int64_t kLongestMinutes = 30 * 24 * 60;
/// One that is entered a little late may have begun already.
inline constexpr std::chrono::hours kLateAtMost{24};
inline constexpr std::chrono::days kAheadAtMost{2 * 366};

/// invalid "encounter.plan", with a place for each mistake: the start too far away, the length out of its bounds, a
/// zone that has not the form of one.
Result<void> check_plan(const Plan& plan, Time now);

enum class Step { change, cancel, open, close };
/// Whether the step is to be taken: false when it was taken before. A conflict ("encounter.has_begun",
/// "encounter.is_over", "encounter.not_open") when the encounter has gone too far for it, or not far enough.
Result<bool> check_step(Status status, Step step);

}  // namespace rapport::encounters
