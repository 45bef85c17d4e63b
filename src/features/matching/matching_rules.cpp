#include <algorithm>
#include <array>
#include <cstdlib>
#include <tuple>
#include <utility>

#include "access/seal.hpp"
#include "features/matching/matching.hpp"

namespace rapport::matching {
namespace {

using preferences::Wishes;
using therapist_profiles::TherapistProfile;
using therapist_profiles::WayOfWorking;
using therapist_profiles::WeekTime;

/// What a wish that is met counts, the same for every therapist: so a further wish that somebody meets never puts them
/// behind anybody. A time counts less than the others, since people name several, and all of them together no more than
/// another wish.
constexpr std::int64_t kOfWish = 4;
constexpr std::int64_t kOfTime = 1;
/// On the scale from -2 to 2, what still is the same way of working.
constexpr std::int64_t kNearWay = 1;

constexpr std::array kWays{std::pair{Wish::talk, &WayOfWorking::talk}, std::pair{Wish::lead, &WayOfWorking::lead},
                           std::pair{Wish::time, &WayOfWorking::time}, std::pair{Wish::tasks, &WayOfWorking::tasks}};

bool speaks(const TherapistProfile& profile, const std::string& language) {
  return std::ranges::find(profile.languages, language) != profile.languages.end();
}

std::vector<WeekTime> in_common(const std::vector<WeekTime>& wished, const std::vector<WeekTime>& had) {
  std::vector<WeekTime> both;
  for (const auto& one : wished) {
    if (std::ranges::find(had, one) != had.end()) both.push_back(one);
  }
  return both;
}

/// Everything that was wished for, on one side or the other.
Fit compare(const Wishes& wishes, const Candidate& candidate) {
  const auto& profile = candidate.profile;
  Fit fit{candidate.therapist, {}, {}};
  const auto note = [&](bool is_met, FitReason reason) { (is_met ? fit.met : fit.unmet).push_back(std::move(reason)); };
  if (wishes.language) {
    note(speaks(profile, *wishes.language), {.wish = Wish::language, .language = wishes.language});
  }
  if (wishes.gender) note(profile.gender == wishes.gender, {.wish = Wish::gender, .gender = wishes.gender});
  if (!wishes.times.empty()) {
    const auto both = in_common(wishes.times, profile.times);
    note(!both.empty(), {.wish = Wish::times, .times = both.empty() ? wishes.times : both});
  }
  for (const auto& [wish, degree] : kWays) {
    const auto wished = wishes.way.*degree;
    if (!wished) continue;
    const auto own = profile.way.*degree;
    note(own && std::abs(*own - *wished) <= kNearWay, {.wish = wish, .way = own});
  }
  return fit;
}

bool is_needed(const Wishes& wishes, Wish wish) {
  return wish == Wish::language || (wish == Wish::gender && wishes.gender_needed);
}

std::int64_t needs_unmet(const Wishes& wishes, const Fit& fit) {
  return std::ranges::count_if(fit.unmet, [&](const auto& one) { return is_needed(wishes, one.wish); });
}

std::int64_t count_met(const Fit& fit) {
  std::int64_t count = 0;
  for (const auto& one : fit.met) {
    count += one.wish == Wish::times ? std::min(kOfWish, kOfTime * std::ssize(one.times)) : kOfWish;
  }
  return count;
}

/// The same for the same two people, and not the same for another client.
Bytes mixed(AccountId client, AccountId therapist) {
  const auto first = client.bytes();
  const auto second = therapist.bytes();
  Bytes both(first.begin(), first.end());
  both.insert(both.end(), second.begin(), second.end());
  return access::plain_digest(both);
}

struct Placed {
  Fit fit;
  std::int64_t needs_unmet = 0;
  std::int64_t met = 0;
  std::int64_t room = 0;
  Bytes mixed;
};

std::vector<Placed> placed(const Wishes& wishes, AccountId client, const std::vector<Candidate>& candidates) {
  std::vector<Placed> all;
  for (const auto& one : candidates) {
    if (one.room <= 0) continue;
    auto fit = compare(wishes, one);
    const auto unmet = needs_unmet(wishes, fit);
    const auto met = count_met(fit);
    all.push_back({std::move(fit), unmet, met, one.room, mixed(client, one.therapist)});
  }
  std::ranges::sort(all, [](const Placed& a, const Placed& b) {
    return std::tie(a.needs_unmet, b.met, b.room, a.mixed) < std::tie(b.needs_unmet, a.met, a.room, b.mixed);
  });
  return all;
}

/// What stands among the unmet of every one. Nothing is said where nobody has room: then that is the reason.
std::vector<FitReason> unmet_by_all(const std::vector<Placed>& all) {
  std::vector<FitReason> found;
  if (all.empty()) return found;
  for (auto reason : all.front().fit.unmet) {
    const auto lacks = [&](const Placed& one) {
      return std::ranges::any_of(one.fit.unmet, [&](const auto& other) { return other.wish == reason.wish; });
    };
    if (!std::ranges::all_of(all, lacks)) continue;
    reason.way.reset();  // that of one of them
    found.push_back(std::move(reason));
  }
  return found;
}

}  // namespace

std::vector<AccountId> in_order(const Wishes& wishes, AccountId client, const std::vector<Candidate>& candidates) {
  std::vector<AccountId> order;
  for (const auto& one : placed(wishes, client, candidates)) {
    if (one.needs_unmet == 0) order.push_back(one.fit.therapist);
  }
  return order;
}

Proposals propose(const Wishes& wishes, AccountId client, const std::vector<Candidate>& candidates) {
  auto all = placed(wishes, client, candidates);
  Proposals made;
  made.nobody = unmet_by_all(all);
  if (!all.empty() && all.front().needs_unmet == 0) {
    std::erase_if(all, [](const Placed& one) { return one.needs_unmet > 0; });
  }
  if (all.size() > kMostProposed) all.erase(all.begin() + kMostProposed, all.end());
  std::ranges::sort(all, [](const Placed& a, const Placed& b) { return a.mixed < b.mixed; });
  for (auto& one : all) made.fits.push_back(std::move(one.fit));
  return made;
}

}  // namespace rapport::matching
