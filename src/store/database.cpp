#include "store/database.hpp"

#include <mutex>

#include "base/log.hpp"

namespace rapport::store {

StorageFailure untold(const std::string& what_for_the_log) {
  return {
      Error{ErrorKind::storage, "storage.untold", "This is stored, but nobody could be told; please send it again."},
      "publishing after the commit: " + what_for_the_log};
}

const Clock& Database::computers_clock() {
  static const SystemClock clock;
  return clock;
}

Error Database::logged(const StorageFailure& failure) {
  using Steady = std::chrono::steady_clock;
  static std::mutex mutex;
  static Steady::time_point next;
  static std::int64_t unsaid = 0;
  const std::lock_guard lock(mutex);
  const auto now = Steady::now();
  if (now < next) {
    ++unsaid;
    return failure.error();
  }
  log::warning("storage.failed", {{"code", failure.error().code}, {"why", failure.what()}, {"unsaid", unsaid}});
  next = now + std::chrono::seconds(1);
  unsaid = 0;
  return failure.error();
}

}  // namespace rapport::store
