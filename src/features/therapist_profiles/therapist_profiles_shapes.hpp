#pragma once
/// @file What of therapists' profiles crosses the wire.
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "features/people/people_shapes.hpp"
#include "features/therapist_profiles/therapist_profiles.hpp"
#include "http/text.hpp"

namespace rapport::therapist_profiles {

struct ShownApproach {
  std::string id;
  std::string name;
  std::string about;
  std::optional<std::string> citation;
};
BOOST_DESCRIBE_STRUCT(ShownApproach, (), (id, name, about, citation))

struct ShownReason {
  std::string id;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(ShownReason, (), (id, name))

struct ProfileChoicesAnswer {
  static constexpr std::string_view says =
      "`approaches` that a profile can name, each with a sentence of what it is like, and `reasons` for which people "
      "commonly come. `version` is that of the list.";
  std::string version;
  std::vector<ShownApproach> approaches;
  std::vector<ShownReason> reasons;
};
BOOST_DESCRIBE_STRUCT(ProfileChoicesAnswer, (), (version, approaches, reasons))

struct ShownProfile {
  static constexpr std::string_view says =
      "What a therapist says of themselves. `approaches` and `reasons` are ids of `GET /api/profile-choices`, "
      "`languages` "
      "two "
      "letters of ISO 639 each; `gender` is absent where they do not say it.";
  people::Person therapist;
  std::vector<std::string> approaches;
  std::vector<std::string> languages;
  std::vector<std::string> reasons;
  std::string focus;
  std::optional<Gender> gender;
  std::vector<WeekTime> times;
  WayOfWorking way;
  std::string about;
};
BOOST_DESCRIBE_STRUCT(ShownProfile, (), (therapist, approaches, languages, reasons, focus, gender, times, way, about))

struct OwnProfile {
  static constexpr std::string_view says =
      "`revision` is 0 while nothing was written. `clients` is how many one has now; whoever has as many as `capacity` "
      "is proposed to nobody.";
  std::int64_t revision = 0;
  std::optional<Time> changed_at;
  std::int64_t capacity = 0;
  std::int64_t clients = 0;
  ShownProfile profile;
};
BOOST_DESCRIBE_STRUCT(OwnProfile, (), (revision, changed_at, capacity, clients, profile))

struct ProfileWanted {
  static constexpr std::string_view says =
      "`based_on` is the revision that was seen; 409 `therapist_profile.older` where it was changed since. `capacity` "
      "from 0 to 200 clients; 0: takes nobody now.";
  std::int64_t based_on = 0;
  std::int64_t capacity = 0;
  std::vector<std::string> approaches;
  std::vector<std::string> languages;
  std::vector<std::string> reasons;
  http::Text<0, kLongestFocus> focus;
  std::optional<Gender> gender;
  std::vector<WeekTime> times;
  WayOfWorking way;
  http::Text<0, kLongestAbout> about;
};
BOOST_DESCRIBE_STRUCT(ProfileWanted, (),
                      (based_on, capacity, approaches, languages, reasons, focus, gender, times, way, about))

/// What is there no more among the approaches and reasons is left out.
ShownProfile shown(people::Person therapist, const TherapistProfile& profile);

}  // namespace rapport::therapist_profiles
