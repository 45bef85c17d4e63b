#pragma once
/// @file The therapists of the practice as whoever chooses, or chooses for somebody, is shown them.
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "features/context.hpp"
#include "features/matching/matching.hpp"
#include "features/people/absences.hpp"
#include "features/people/people_shapes.hpp"
#include "features/people/staff.hpp"
#include "features/therapist_profiles/therapist_profiles_shapes.hpp"

namespace rapport::matching {

struct ProposedTherapist {
  static constexpr std::string_view says =
      "Somebody who could fit and has room: what they say of themselves, which wishes they meet, and which not. "
      "`away_from` and `away_until`: an absence that begins in the next weeks.";
  therapist_profiles::ShownProfile profile;
  std::vector<FitReason> met;
  std::vector<FitReason> unmet;
  std::optional<Time> away_from = {};
  std::optional<Time> away_until = {};
};
BOOST_DESCRIBE_STRUCT(ProposedTherapist, (), (profile, met, unmet, away_from, away_until))

/// As stored, of one moment.
struct StoredTherapist {
  people::StaffMember member;
  std::optional<therapist_profiles::StoredProfile> profile;
  std::optional<people::Away> away;  ///< now or next
  bool is_away = false;              ///< see is_away_soon
  std::int64_t coming = 0;           ///< clients, see therapist_switch::count_coming
};
/// Those who can log in.
Result<std::vector<StoredTherapist>> list_stored(store::ReadTx& tx, PracticeId practice);

struct Therapist {
  people::Person person;
  std::optional<std::int64_t> room;  ///< absent: they have written no profile
  std::optional<people::Away> away;
  bool is_away = false;
  therapist_profiles::TherapistProfile profile;
};
/// Who cannot be opened is logged and left out.
std::vector<Therapist> open_all(House& house, const std::vector<StoredTherapist>& stored, Deadline deadline);
/// Who is away now or soon takes nobody meanwhile.
std::vector<Candidate> candidates_of(const std::vector<Therapist>& therapists);
/// Without any: no preference.
Result<preferences::Wishes> open_wishes(House& house, const std::optional<preferences::StoredWishes>& stored,
                                        Deadline deadline);
/// Must be among them.
const Therapist& find(const std::vector<Therapist>& therapists, AccountId id);
std::vector<ProposedTherapist> show(std::vector<Fit> fits, const std::vector<Therapist>& therapists);

}  // namespace rapport::matching
