#pragma once
/// @file What the practice's own treatments that are over let expect of a new one (measures/expected_course.hpp), for
/// the rules that ask for it. Kept are numbers of many treatments, nothing of one; they are made anew once a week, at
/// night.
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "features/context.hpp"
#include "features/signals/find_signals.hpp"

namespace rapport::signals {

/// Of these instruments, by their ids, as far as something is known of the version of the scoring that is given out
/// now.
Result<Expectations> list_expectations(store::ReadTx& tx, const std::set<std::string>& instruments);
/// When what is known of an instrument, or that it is not, was found out last.
std::optional<Time> limits_made_at(store::ReadTx& tx, std::string_view instrument);

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

/// The same, for whoever asks again and again: after one that failed, nothing before the next night. What takes too
/// long would otherwise begin anew at once and read every treatment by day.
class Renewals {
 public:
  explicit Renewals(House& house) : house_(house) {}
  Result<std::optional<Renewed>> renew(Deadline deadline, const std::function<bool()>& stops = [] { return false; });

 private:
  House& house_;
  std::optional<Time> failed_at_;
};

}  // namespace rapport::signals
