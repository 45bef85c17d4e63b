#pragma once
/// @file How often a log-in may be wrong. Three counts, so that guessing is slow and yet nobody is locked out by
/// another: of one person at one address (tight: whoever guesses), of one address (loose: a whole clinic may stand
/// behind it), and of one person by all browsers that never were theirs (against guessing from many addresses). A
/// browser in which the person has logged in before carries a device cookie and is counted with the others of theirs
/// (many log-ins make many), so what strangers do does not touch it. Only what was wrong counts. Thread-safe.
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/rate_limit.hpp"
#include "access/seal.hpp"
#include "base/clock.hpp"

namespace rapport::access {

/// Each is so many at once and then one each time its share of the hour (minute) has passed; 0: no limit.
struct WrongLogIns {
  double of_one_person_per_hour = 10;  ///< at one address, or in one known browser; in all of those 3 times it a day
  double of_one_address_per_minute = 60;
  double by_strangers_per_hour = 100;  ///< at one person, from all addresses together
};

class LogInGuard {
 public:
  using Instant = RateLimit::Instant;

  LogInGuard(const SealKey& root, const WrongLogIns& limits);

  /// Whom one attempt is counted against.
  struct Attempt {
    std::string person;  ///< the log-in's digest, whether or not there is such a person
    std::string address;
    std::optional<std::string> device;  ///< of a browser that is known to be the person's
  };
  /// Counted under `login_digest` alone, which nobody who is logged in can change. `known_as`: what the cookies of the
  /// person's browsers are signed over (known_browsers.hpp). `peer`: the other side's address. `cookie`: the device
  /// cookie.
  Attempt attempt(BytesView login_digest, BytesView known_as, std::string_view peer, std::string_view cookie,
                  Time now) const;

  /// Counts the attempt as a wrong one. 0 when it may be made, else the seconds to wait; nothing is counted then.
  int take(const Attempt& attempt, Instant now);
  /// It was not wrong: as if it had not been counted.
  void give_back(const Attempt& attempt);

  /// The value of the cookie for a browser in which that person has just logged in. Good for kDeviceCookieLife.
  std::string device_cookie(BytesView known_as, Time now) const;

 private:
  struct Count {
    RateClass rate;
    std::string who;
  };
  std::vector<Count> counts_of(const Attempt& attempt) const;
  Bytes signature(BytesView signed_part, BytesView known_as) const;

  SealKey key_;
  WrongLogIns limits_;
  RateLimit buckets_;
};

inline constexpr std::chrono::hours kDeviceCookieLife{24 * 180};

/// What is counted as one address: an IPv6 network of 64 bits, since whoever has one address there has them all.
std::string address_to_count(std::string_view peer);

}  // namespace rapport::access
