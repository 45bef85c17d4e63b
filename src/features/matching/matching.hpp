#pragma once
/// @file Which therapists could fit a client, with the reasons in plain words, and which wish nobody meets: computed of
/// wishes and profiles, nothing else. There is a rule of who is proposed, but no score and no order is ever shown.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.hpp"
#include "features/preferences/preferences.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"

namespace rapport::matching {

inline constexpr std::size_t kMostProposed = 3;

/// Somebody who could be proposed.
struct Candidate {
  AccountId therapist;
  std::int64_t room = 0;  ///< how many more clients they take
  therapist_profiles::TherapistProfile profile;
};

enum class Wish { language, gender, times, talk, lead, time, tasks };
BOOST_DESCRIBE_ENUM(Wish, language, gender, times, talk, lead, time, tasks)

struct FitReason {
  static constexpr std::string_view says =
      "About one wish of the client. Met: `times` are those that both have, `way` is what the therapist says of "
      "themselves, from -2 to 2. Not met: `times` are those that were wished for, `way` is what the therapist says, "
      "absent where they say nothing. `language` and `gender` are what was wished for.";
  Wish wish = Wish::language;
  std::optional<std::string> language = {};
  std::optional<therapist_profiles::Gender> gender = {};
  std::vector<therapist_profiles::WeekTime> times = {};
  std::optional<std::int64_t> way = {};
  bool operator==(const FitReason&) const = default;
};
BOOST_DESCRIBE_STRUCT(FitReason, (), (wish, language, gender, times, way))

struct Fit {
  AccountId therapist;
  std::vector<FitReason> met;
  std::vector<FitReason> unmet;
};

/// Those with room who meet all that is needed (the language; the gender where it is marked so), by how well they meet
/// the other wishes together; then who has more room; then by a hash of the two, so that nobody is always the first.
/// Does not depend on the order of `candidates`.
std::vector<AccountId> in_order(const preferences::Wishes& wishes, AccountId client,
                                const std::vector<Candidate>& candidates);

struct Proposals {
  /// At most kMostProposed, in an order that says nothing. Where somebody meets all that is needed, nobody who does not
  /// is among them.
  std::vector<Fit> fits;
  /// Wishes that nobody with room meets.
  std::vector<FitReason> nobody;
};
Proposals propose(const preferences::Wishes& wishes, AccountId client, const std::vector<Candidate>& candidates);

}  // namespace rapport::matching
