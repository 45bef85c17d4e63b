#include "features/encounters/encounters_rules.hpp"

#include <algorithm>

namespace rapport::encounters {
namespace {

constexpr std::size_t kLongestZone = 64;

bool is_of_zone(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/_+-").find(c) != std::string_view::npos;
}

Error has_begun() {
  return {ErrorKind::conflict, "encounter.has_begun", "This session has begun already."};
}
Error not_open() {
  return {ErrorKind::conflict, "encounter.not_open", "This session has not begun yet."};
}
Error is_over() {
  return {ErrorKind::conflict, "encounter.is_over", "This session is over or was cancelled."};
}

}  // namespace

Result<void> check_plan(const Plan& plan, Time now) {
  std::vector<FieldError> wrong;
  if (plan.starts_at < now - kLateAtMost || plan.starts_at > now + kAheadAtMost) {
    wrong.push_back({"/start", "Choose a time from now on, within the next two years."});
  }
  if (plan.minutes < kShortestMinutes || plan.minutes > kLongestMinutes) {
    wrong.push_back({"/minutes", "Give a length from 5 minutes to 30 days (43200 minutes)."});
  }
  if (plan.zone.size() > kLongestZone || !std::ranges::all_of(plan.zone, is_of_zone)) {
    wrong.push_back({"/zone", "Give a name from the IANA time zone database, such as Europe/Berlin."});
  }
  if (wrong.empty()) return {};
  return fail(invalid("encounter.plan", "A session cannot be planned like this.", std::move(wrong)));
}

Result<bool> check_step(Status status, Step step) {
  switch (status) {
    case Status::planned:
      if (step == Step::close) return fail(not_open());
      return true;
    case Status::open:
      if (step == Step::cancel) return fail(has_begun());
      return step != Step::open;
    case Status::closed:
      if (step == Step::close) return false;
      return fail(step == Step::cancel ? has_begun() : is_over());
    case Status::cancelled:
      if (step == Step::cancel) return false;
      return fail(is_over());
  }
  return fail(is_over());
}

}  // namespace rapport::encounters
