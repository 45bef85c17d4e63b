#include "features/therapist_profiles/therapist_profiles_api.hpp"

#include <algorithm>

#include "features/people/profiles.hpp"
#include "features/people/staff.hpp"
#include "features/therapist_profiles/approaches.hpp"
#include "features/therapist_profiles/therapist_profiles_shapes.hpp"

namespace rapport::therapist_profiles {

ShownProfile shown(people::Person therapist, const TherapistProfile& profile) {
  ShownProfile made{std::move(therapist), profile.approaches, profile.languages, profile.reasons, profile.focus,
                    profile.gender,       profile.times,      profile.way,       profile.about};
  std::erase_if(made.approaches, [](const auto& id) { return !approaches().has_approach(id); });
  std::erase_if(made.reasons, [](const auto& id) { return !approaches().has_reason(id); });
  return made;
}

namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

const std::string& in(const between_sessions::TwoTexts& text, std::string_view language) {
  return language == "de" ? text.de : text.en;
}

Result<Answer<ProfileChoicesAnswer>> read_list(Context& /*context*/, Call& call) {
  const auto language = call.query_text("language").value_or("");
  const auto& all = approaches();
  Answer<ProfileChoicesAnswer> answer;
  answer.value.version = all.version;
  for (const auto& one : all.approaches) {
    answer.value.approaches.push_back({one.key, in(one.name, language), in(one.about, language), one.citation});
  }
  for (const auto& one : all.reasons) answer.value.reasons.push_back({one.id, in(one.name, language)});
  return answer;
}

std::int64_t clients_of(store::ReadTx& tx, PracticeId practice, AccountId therapist) {
  for (const auto& member : people::list_staff(tx, practice)) {
    if (member.id == therapist) return member.clients;
  }
  return 0;
}

Result<Answer<OwnProfile>> read_own(Context& context, Call& call) {
  const auto therapist = context.viewer.account;
  Answer<OwnProfile> answer;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::optional<StoredProfile>> {
               answer.value.clients = clients_of(tx, context.viewer.practice, therapist);
               return find_profile(tx, therapist);
             }));
  people::Names names(context.house, call.deadline);
  TRY_ASSIGN(auto name, names.of(therapist));
  TherapistProfile profile;
  if (stored) {
    TRY_ASSIGN(const auto key, context.house.keys.key_for(therapist, call.deadline));
    TRY_ASSIGN(profile, open_profile(*key, *stored));
    answer.value.revision = stored->revision;
    answer.value.changed_at = stored->changed_at;
    answer.value.capacity = stored->capacity;
  }
  answer.value.profile = shown({therapist, std::move(name)}, profile);
  return answer;
}

TherapistProfile profile_of(const ProfileWanted& wanted) {
  TherapistProfile made{wanted.approaches, wanted.languages, wanted.reasons, wanted.focus.str(),
                        wanted.gender,     wanted.times,     wanted.way,     wanted.about.str()};
  std::ranges::sort(made.times);
  return made;
}

Result<Answer<OwnProfile>> write_own(Context& context, Call& call, const ProfileWanted& wanted) {
  const auto therapist = context.viewer.account;
  const auto profile = profile_of(wanted);
  TRY(check_profile(profile, wanted.capacity));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(therapist, call.deadline));
  const StoredProfile made{therapist, wanted.based_on + 1, wanted.capacity, seal_profile(*key, therapist, profile),
                           context.house.clock.now()};
  const auto is_same = [&](const StoredProfile& stored) {
    const auto opened = open_profile(*key, stored);
    return opened && *opened == profile && stored.capacity == wanted.capacity;
  };
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.view = "therapist_profile";
    TRY_ASSIGN(const bool changed, store_profile(tx, made, is_same));
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return read_own(context, call);
}

}  // namespace

void add_therapist_profile_routes(Routes& routes) {
  routes.get("/api/profile-choices")
      .says("Approaches that a therapist's profile can name, and common reasons for which people come")
      .query("language", "string", "of the names and sentences: en or de")
      .answers<ProfileChoicesAnswer>()
      .signed_in()
      .not_audited("it is part of the program")
      .handle(read_list);
  routes.get("/api/me/therapist-profile")
      .says("What one says of oneself to clients who choose a therapist")
      .answers<OwnProfile>()
      .needs(PermissionName{"edit_own_profile"})
      .not_audited("one's own words about oneself")
      .handle(read_own);
  routes.put("/api/me/therapist-profile")
      .says("Say it anew")
      .explains(
          "Clients of the practice who came without a therapist read it, and so does whoever assigns one to them. "
          "Nobody is proposed before they have written theirs. Sent again it changes nothing.")
      .body<ProfileWanted>()
      .answers<OwnProfile>()
      .needs(PermissionName{"edit_own_profile"})
      .audits("therapist_profile.change")
      .handle(write_own);
}

}  // namespace rapport::therapist_profiles
