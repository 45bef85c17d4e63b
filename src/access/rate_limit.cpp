#include "access/rate_limit.hpp"

#include <algorithm>
#include <cmath>

#include "access/seal.hpp"

namespace rapport::access {
namespace {

constexpr std::size_t kLongestPlainKey = 64;
constexpr double kLongestWait = 3600;

/// Long keys are digested, so that a sender cannot choose how much memory a bucket takes.
std::string bucket_key(std::string_view class_name, std::string_view who) {
  std::string key(class_name);
  key += '\n';
  if (who.size() <= kLongestPlainKey) return key.append(who);
  return key.append(to_hex(plain_digest(as_bytes(who)))).append("#");
}

int seconds_until_one(double tokens, double per_second) {
  if (per_second <= 0) return static_cast<int>(kLongestWait);
  return static_cast<int>(std::clamp(std::ceil((1 - tokens) / per_second), 1.0, kLongestWait));
}

}  // namespace

RateLimit::RateLimit(std::size_t max_buckets) : max_buckets_(std::max<std::size_t>(max_buckets, 1)) {}

int RateLimit::take(const RateClass& rate_class, std::string_view who, Instant now, double tokens) {
  std::string key = bucket_key(rate_class.name, who);
  const std::lock_guard lock(mutex_);
  Bucket& bucket = bucket_for(std::move(key), rate_class.burst, now);
  const double elapsed = std::max(0.0, std::chrono::duration<double>(now - bucket.filled_at).count());
  bucket.tokens = std::min(rate_class.burst, bucket.tokens + elapsed * rate_class.per_second);
  bucket.filled_at = std::max(bucket.filled_at, now);
  if (bucket.tokens < 1) return seconds_until_one(bucket.tokens, rate_class.per_second);
  bucket.tokens -= tokens;
  return 0;
}

void RateLimit::give_back(const RateClass& rate_class, std::string_view who) {
  const std::string key = bucket_key(rate_class.name, who);
  const std::lock_guard lock(mutex_);
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) found->second->tokens = std::min(rate_class.burst, found->second->tokens + 1);
}

RateLimit::Bucket& RateLimit::bucket_for(std::string key, double burst, Instant now) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, found->second);
    return buckets_.front();
  }
  if (buckets_.size() >= max_buckets_) {
    by_key_.erase(buckets_.back().key);
    buckets_.pop_back();
  }
  buckets_.push_front(Bucket{std::move(key), burst, now});
  by_key_.emplace(buckets_.front().key, buckets_.begin());
  return buckets_.front();
}

std::size_t RateLimit::bucket_count() const {
  const std::lock_guard lock(mutex_);
  return buckets_.size();
}

}  // namespace rapport::access
