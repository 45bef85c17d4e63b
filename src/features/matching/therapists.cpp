#include "features/matching/therapists.hpp"

#include <algorithm>
#include <utility>

#include "base/log.hpp"
#include "features/matching/absence_ahead.hpp"
#include "features/people/profiles.hpp"
#include "features/therapist_switch/therapist_switch.hpp"

namespace rapport::matching {
namespace {

Result<Therapist> open(House& house, const StoredTherapist& stored, Deadline deadline) {
  people::Account account;
  account.id = stored.member.id;
  account.sealed_profile = stored.member.sealed_profile;
  TRY_ASSIGN(const auto key, house.keys.key_for(account.id, deadline));
  TRY_ASSIGN(auto named, people::open_profile(*key, account));
  Therapist opened{{account.id, std::move(named.name)}, {}, stored.away, stored.is_away, {}};
  if (!stored.profile) return opened;
  TRY_ASSIGN(opened.profile, therapist_profiles::open_profile(*key, *stored.profile));
  opened.room = std::max<std::int64_t>(stored.profile->capacity - stored.member.clients - stored.coming, 0);
  return opened;
}

}  // namespace

Result<std::vector<StoredTherapist>> list_stored(store::ReadTx& tx, PracticeId practice) {
  std::vector<StoredTherapist> list;
  for (auto& member : people::list_staff(tx, practice)) {
    if (member.role != "therapist" || member.closed_at || member.is_invited) continue;
    auto profile = therapist_profiles::find_profile(tx, member.id);
    const auto away = people::away_of(tx, member.id);
    TRY_ASSIGN(const bool is_away, is_away_soon(tx.now(), away));
    const auto coming = therapist_switch::count_coming(tx, member.id);
    list.push_back({std::move(member), std::move(profile), away, is_away, coming});
  }
  return list;
}

std::vector<Therapist> open_all(House& house, const std::vector<StoredTherapist>& stored, Deadline deadline) {
  std::vector<Therapist> opened;
  for (const auto& one : stored) {
    auto therapist = open(house, one, deadline);
    if (therapist) {
      opened.push_back(*std::move(therapist));
    } else {
      log::error("matching.not_read", {{"account", one.member.id.text()}, {"code", therapist.error().code}});
    }
  }
  return opened;
}

std::vector<Candidate> candidates_of(const std::vector<Therapist>& therapists) {
  std::vector<Candidate> candidates;
  for (const auto& one : therapists) {
    if (one.room && !one.is_away) candidates.push_back({one.person.id, *one.room, one.profile});
  }
  return candidates;
}

Result<preferences::Wishes> open_wishes(House& house, const std::optional<preferences::StoredWishes>& stored,
                                        Deadline deadline) {
  if (!stored) return preferences::Wishes{};
  TRY_ASSIGN(const auto key, house.keys.key_for(stored->client, deadline));
  return preferences::open_wishes(*key, *stored);
}

const Therapist& find(const std::vector<Therapist>& therapists, AccountId id) {
  return *std::ranges::find(therapists, id, [](const Therapist& one) { return one.person.id; });
}

std::vector<ProposedTherapist> show(std::vector<Fit> fits, const std::vector<Therapist>& therapists) {
  std::vector<ProposedTherapist> shown;
  for (auto& fit : fits) {
    const auto& therapist = find(therapists, fit.therapist);
    ProposedTherapist made{therapist_profiles::shown(therapist.person, therapist.profile), std::move(fit.met),
                           std::move(fit.unmet)};
    if (therapist.away) {
      made.away_from = therapist.away->starts_at;
      made.away_until = therapist.away->ends_at;
    }
    shown.push_back(std::move(made));
  }
  return shown;
}

}  // namespace rapport::matching
