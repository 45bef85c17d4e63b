#include "access/log_in_guard.hpp"

#include <arpa/inet.h>
#include <sodium.h>

#include <array>
#include <span>

namespace rapport::access {
namespace {

constexpr std::size_t kNonceBytes = 16;
constexpr std::size_t kTimeBytes = 8;
constexpr std::size_t kSignedBytes = kNonceBytes + kTimeBytes;
constexpr std::size_t kSignatureBytes = 32;
constexpr double kMinute = 60;
constexpr double kHour = 3600;
constexpr double kDay = 24 * kHour;
/// What all known browsers of a person may be wrong together in a day, in shares of what one may in an hour.
constexpr double kAllBrowsers = 3;

/// The most significant byte first.
void put_time(std::span<std::uint8_t> into, Time time) {
  auto micros = static_cast<std::uint64_t>(to_micros(time));
  for (std::size_t i = kTimeBytes; i-- > 0; micros >>= 8U) into[i] = static_cast<std::uint8_t>(micros);
}
Time get_time(BytesView from) {
  std::uint64_t micros = 0;
  for (std::size_t i = 0; i < kTimeBytes; ++i) micros = micros << 8U | from[i];
  return from_micros(static_cast<std::int64_t>(micros));
}

}  // namespace

LogInGuard::LogInGuard(const SealKey& root, const WrongLogIns& limits)
    : key_(root.subkey("deviceck")), limits_(limits) {}

Bytes LogInGuard::signature(BytesView signed_part, BytesView known_as) const {
  std::string text(as_text(signed_part));
  text += as_text(known_as);
  return keyed_digest(key_, text);
}

std::string LogInGuard::device_cookie(BytesView known_as, Time now) const {
  ensure_crypto();
  Bytes cookie(kSignedBytes);
  randombytes_buf(cookie.data(), kNonceBytes);
  put_time(std::span(cookie).subspan(kNonceBytes), now);
  const Bytes signed_by_us = signature(cookie, known_as);
  cookie.insert(cookie.end(), signed_by_us.begin(), signed_by_us.end());
  return to_hex(cookie);
}

LogInGuard::Attempt LogInGuard::attempt(BytesView login_digest, BytesView known_as, std::string_view peer,
                                        std::string_view cookie, Time now) const {
  Attempt made{to_hex(login_digest), address_to_count(peer), std::nullopt};
  const auto bytes = from_hex(cookie);
  if (!bytes || bytes->size() != kSignedBytes + kSignatureBytes) return made;
  const BytesView whole(*bytes);
  const Bytes expected = signature(whole.first(kSignedBytes), known_as);
  if (sodium_memcmp(expected.data(), whole.data() + kSignedBytes, kSignatureBytes) != 0) return made;
  if (now - get_time(whole.subspan(kNonceBytes, kTimeBytes)) > kDeviceCookieLife) return made;
  made.device = to_hex(whole.first(kNonceBytes));
  return made;
}

std::vector<LogInGuard::Count> LogInGuard::counts_of(const Attempt& attempt) const {
  const auto per_hour = [](std::string_view name, double limit) { return RateClass{name, limit / kHour, limit}; };
  std::vector<Count> counts;
  const double person = limits_.of_one_person_per_hour;
  if (attempt.device) {
    if (person <= 0) return counts;
    counts.push_back({per_hour("device", person), *attempt.device});
    counts.push_back({{"devices", kAllBrowsers * person / kDay, kAllBrowsers * person}, attempt.person});
    return counts;
  }
  const double address = limits_.of_one_address_per_minute;
  // The address first: what is over its limit then makes no counts of the names that it makes up. Counts are bounded,
  // and whoever could make many for nothing would have those of the others forgotten.
  if (address > 0) counts.push_back({{"address", address / kMinute, address}, attempt.address});
  if (person > 0) counts.push_back({per_hour("person_at_address", person), attempt.person + attempt.address});
  if (limits_.by_strangers_per_hour > 0) {
    counts.push_back({per_hour("strangers", limits_.by_strangers_per_hour), attempt.person});
  }
  return counts;
}

int LogInGuard::take(const Attempt& attempt, Instant now) {
  const auto counts = counts_of(attempt);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const int wait = buckets_.take(counts[i].rate, counts[i].who, now);
    if (wait == 0) continue;
    for (std::size_t taken = 0; taken < i; ++taken) buckets_.give_back(counts[taken].rate, counts[taken].who);
    return wait;
  }
  return 0;
}

void LogInGuard::give_back(const Attempt& attempt) {
  for (const auto& count : counts_of(attempt)) buckets_.give_back(count.rate, count.who);
}

std::string address_to_count(std::string_view peer) {
  constexpr std::size_t network_bytes = 8;
  std::array<std::uint8_t, sizeof(in6_addr)> bytes{};
  if (::inet_pton(AF_INET6, std::string(peer.substr(0, peer.find('%'))).c_str(), bytes.data()) != 1) {
    return std::string(peer);
  }
  return to_hex(BytesView(bytes).first(network_bytes));
}

}  // namespace rapport::access
