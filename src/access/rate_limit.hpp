#pragma once
/// @file Token buckets: so many at once, then so many a second.
#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace rapport::access {

/// A class of calls that share a limit ("login", "send").
struct RateClass {
  std::string_view name;
  double per_second = 1;
  double burst = 10;
};

/// Thread-safe. Memory is bounded: the bucket that was longest unused is given up (most likely it is full again).
class RateLimit {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  explicit RateLimit(std::size_t max_buckets = 65536);

  /// Takes tokens of `who` (a viewer or an address). 0 when it may go on, else the whole seconds to wait; waiting costs
  /// nothing. Where there is one, as many may be taken as are wanted: what lacks is owed.
  int take(const RateClass& rate_class, std::string_view who, Instant now, double tokens = 1);
  /// Puts one back that was taken, up to the burst.
  void give_back(const RateClass& rate_class, std::string_view who);
  std::size_t bucket_count() const;

 private:
  struct Bucket {
    std::string key;
    double tokens = 0;
    Instant filled_at;
  };
  using Buckets = std::list<Bucket>;

  Bucket& bucket_for(std::string key, double burst, Instant now);

  std::size_t max_buckets_;
  mutable std::mutex mutex_;
  Buckets buckets_;                                                 ///< the latest used first
  std::unordered_map<std::string_view, Buckets::iterator> by_key_;  ///< keys are views of the buckets' own
};

}  // namespace rapport::access
