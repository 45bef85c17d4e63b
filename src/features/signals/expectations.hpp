#pragma once
/// @file What the practice's own treatments that are over let expect of a new one (measures/expected_course.hpp), for
/// the rules that ask for it. Kept are numbers of many treatments, nothing of one; they are made anew once a week, at
/// night.
#include <functional>

#include "features/context.hpp"
#include "features/signals/find_signals.hpp"

namespace rapport::signals {

/// Of the versions of instruments that are given out now.
Result<Expectations> list_expectations(store::ReadTx& tx);

/// When the limits were made last, and for how many instruments there are some.
struct Renewed {
  Time made_at;
  std::int64_t known = 0;
};
/// Makes them anew where a night has passed since a week ago; nothing where it is not time. Treatments are read one by
/// one, each in a transaction of its own: one that changes meanwhile, or is locked, harms nothing. A record that is
/// locked is never opened. Of a practice that is new only the next night is noted. When `stops` says so, nothing is
/// kept, and all of it is done the next time.
Result<std::optional<Renewed>> renew_expectations(
    House& house, Deadline deadline, const std::function<bool()>& stops = [] { return false; });

/// How often.
inline constexpr std::chrono::days kRenewEvery{7};

}  // namespace rapport::signals
