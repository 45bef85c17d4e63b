#pragma once
/// @file What therapists say of themselves, for clients of the practice who choose and for whoever assigns: approaches,
/// languages, how they work, when they have time, and how many clients they take. Sealed under the therapist's own key,
/// as their name is. Nothing here is a client's.
#include <boost/describe.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/therapist_profiles/ways_of_working.hpp"
#include "store/transaction.hpp"

namespace rapport::therapist_profiles {

inline constexpr std::size_t kLongestFocus = 300;
inline constexpr std::size_t kLongestAbout = 1000;
inline constexpr std::int64_t kMostClients = 200;

/// As it is sealed. `approaches` and `reasons` are ids (approaches.hpp); one that is there no more is shown no more.
struct TherapistProfile {
  std::vector<std::string> approaches;
  std::vector<std::string> languages;  ///< ISO 639, two letters
  std::vector<std::string> reasons;
  std::string focus;             ///< in their own words
  std::optional<Gender> gender;  ///< if they wish to say it
  std::vector<WeekTime> times;
  WayOfWorking way;
  std::string about;
  bool operator==(const TherapistProfile&) const = default;
};
BOOST_DESCRIBE_STRUCT(TherapistProfile, (), (approaches, languages, reasons, focus, gender, times, way, about))

/// Errors: invalid "therapist_profile.invalid", naming each place.
Result<void> check_profile(const TherapistProfile& profile, std::int64_t capacity);

struct StoredProfile {
  AccountId therapist;
  std::int64_t revision = 0;  ///< from 1
  std::int64_t capacity = 0;  ///< how many clients they take; 0: none now
  Bytes sealed;
  Time changed_at;
};
std::optional<StoredProfile> find_profile(store::ReadTx& tx, AccountId therapist);
/// Whether what is stored says what is to be stored.
using IsSameProfile = std::function<bool(const StoredProfile& stored)>;
/// False when the very revision is there already and says the same. `revision` is one more than what was seen. Error:
/// conflict "therapist_profile.older" when it was changed since.
Result<bool> store_profile(store::WriteTx& tx, const StoredProfile& profile, const IsSameProfile& is_same);

Bytes seal_profile(const access::SealKey& key, AccountId therapist, const TherapistProfile& profile);
Result<TherapistProfile> open_profile(const access::SealKey& key, const StoredProfile& stored);

}  // namespace rapport::therapist_profiles
