#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "features/therapist_profiles/approaches.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"
#include "http/shape.hpp"

namespace rapport::therapist_profiles {
namespace {

void check_degree(const std::optional<std::int64_t>& degree, std::string_view place,
                  std::vector<FieldError>& mistakes) {
  if (!degree || (*degree >= -kFarthestWay && *degree <= kFarthestWay)) return;
  mistakes.push_back({std::string(place), "Give a whole number from -2 to 2, or leave it out."});
}

/// Each once, and each known.
template <class IsKnown>
void check_ids(const std::vector<std::string>& ids, std::string_view place, IsKnown is_known,
               std::vector<FieldError>& mistakes) {
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (is_known(ids[i]) && seen.insert(ids[i]).second) continue;
    mistakes.push_back(
        {fmt::format("{}/{}", place, i), "Take one that GET /api/profile-choices lists, and each once."});
  }
}

}  // namespace

void check_way(const WayOfWorking& way, std::vector<FieldError>& mistakes) {
  check_degree(way.talk, "/way/talk", mistakes);
  check_degree(way.lead, "/way/lead", mistakes);
  check_degree(way.time, "/way/time", mistakes);
  check_degree(way.tasks, "/way/tasks", mistakes);
}

void check_times(const std::vector<WeekTime>& times, std::vector<FieldError>& mistakes) {
  std::set<WeekTime> seen;
  for (std::size_t i = 0; i < times.size(); ++i) {
    if (times[i].day >= 1 && times[i].day <= 7 && seen.insert(times[i]).second) continue;
    mistakes.push_back({fmt::format("/times/{}", i), "Give a day from 1 to 7, and each time once."});
  }
}

void check_language(const std::string& language, const std::string& place, std::vector<FieldError>& mistakes) {
  const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
  if (language.size() == 2 && std::ranges::all_of(language, is_letter)) return;
  mistakes.push_back({place, "Give a language as two small letters (ISO 639), such as tr."});
}

Result<void> check_profile(const TherapistProfile& profile, std::int64_t capacity) {
  std::vector<FieldError> mistakes;
  check_ids(profile.approaches, "/approaches", [](const auto& id) { return approaches().has_approach(id); }, mistakes);
  check_ids(profile.reasons, "/reasons", [](const auto& id) { return approaches().has_reason(id); }, mistakes);
  std::set<std::string_view> languages;
  for (std::size_t i = 0; i < profile.languages.size(); ++i) {
    check_language(profile.languages[i], fmt::format("/languages/{}", i), mistakes);
    languages.insert(profile.languages[i]);
  }
  if (languages.size() != profile.languages.size() || languages.size() > kMostLanguages) {
    mistakes.push_back({"/languages", fmt::format("Name each language once, and at most {}.", kMostLanguages)});
  }
  if (languages.empty()) mistakes.push_back({"/languages", "Name at least one language that you work in."});
  check_times(profile.times, mistakes);
  check_way(profile.way, mistakes);
  if (capacity < 0 || capacity > kMostClients) {
    mistakes.push_back({"/capacity", fmt::format("Give a number of clients from 0 to {}.", kMostClients)});
  }
  if (mistakes.empty()) return {};
  return fail(invalid("therapist_profile.invalid", "Something in this profile cannot be right.", std::move(mistakes)));
}

Bytes seal_profile(const access::SealKey& key, AccountId therapist, const TherapistProfile& profile) {
  std::string text;
  http::write(text, profile);
  return access::seal(key, therapist.bytes(), text);
}

Result<TherapistProfile> open_profile(const access::SealKey& key, const StoredProfile& stored) {
  TRY_ASSIGN(const auto text, access::unseal(key, stored.therapist.bytes(), stored.sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  return http::parse<TherapistProfile>(value);
}

}  // namespace rapport::therapist_profiles
