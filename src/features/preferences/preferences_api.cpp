#include "features/preferences/preferences_api.hpp"

#include <algorithm>

#include "features/preferences/preferences.hpp"
#include "http/text.hpp"

namespace rapport::preferences {

struct WishesVersion {
  static constexpr std::string_view says =
      "What the client wished for from `at` on. What is absent or empty: no preference. `gender_needed`: another is "
      "not "
      "wanted.";
  std::int64_t version = 0;
  Time at;
  WayOfWorking way;
  std::optional<Gender> gender;
  bool gender_needed = false;
  std::optional<std::string> language;
  std::vector<WeekTime> times;
  std::string words;
};
BOOST_DESCRIBE_STRUCT(WishesVersion, (), (version, at, way, gender, gender_needed, language, times, words))

struct OwnWishes {
  static constexpr std::string_view says =
      "`now` holds, and is absent while nothing was written; `earlier` the latest first.";
  std::optional<WishesVersion> now;
  std::vector<WishesVersion> earlier;
};
BOOST_DESCRIBE_STRUCT(OwnWishes, (), (now, earlier))

struct WishesOfClientAnswer {
  static constexpr std::string_view says = "Absent: the client has written nothing.";
  std::optional<WishesVersion> wishes;
};
BOOST_DESCRIBE_STRUCT(WishesOfClientAnswer, (), (wishes))

struct WishesWanted {
  static constexpr std::string_view says =
      "`based_on` is the version that was seen, 0 for the first; 409 `preferences.older` where something was written "
      "since.";
  std::int64_t based_on = 0;
  WayOfWorking way;
  std::optional<Gender> gender;
  bool gender_needed = false;
  std::optional<http::Text<2, 2>> language;
  std::vector<WeekTime> times;
  http::Text<0, kLongestWords> words;
};
BOOST_DESCRIBE_STRUCT(WishesWanted, (), (based_on, way, gender, gender_needed, language, times, words))

namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

Result<WishesVersion> opened(const access::SealKey& key, const StoredWishes& stored) {
  TRY_ASSIGN(auto wishes, open_wishes(key, stored));
  return WishesVersion{stored.version,
                       stored.at,
                       wishes.way,
                       wishes.gender,
                       wishes.gender_needed,
                       std::move(wishes.language),
                       std::move(wishes.times),
                       std::move(wishes.words)};
}

Result<Answer<OwnWishes>> read_own(Context& context, Call& call) {
  const auto client = context.viewer.account;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<StoredWishes>> {
               return list_wishes(tx, client);
             }));
  Answer<OwnWishes> answer;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  for (const auto& one : stored) {
    TRY_ASSIGN(auto version, opened(*key, one));
    if (answer.value.now) {
      answer.value.earlier.push_back(std::move(version));
    } else {
      answer.value.now = std::move(version);
    }
  }
  return answer;
}

Wishes wishes_of(const WishesWanted& wanted) {
  Wishes made{wanted.way, wanted.gender, wanted.gender && wanted.gender_needed, {}, wanted.times, wanted.words.str()};
  if (wanted.language) made.language = wanted.language->str();
  std::ranges::sort(made.times);
  return made;
}

Result<Answer<OwnWishes>> write_own(Context& context, Call& call, const WishesWanted& wanted) {
  const auto client = context.viewer.account;
  const auto wishes = wishes_of(wanted);
  TRY(check_wishes(wishes));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  const auto version = wanted.based_on + 1;
  const StoredWishes made{client, version, context.house.clock.now(), seal_wishes(*key, client, version, wishes)};
  const auto is_same = [&](const StoredWishes& stored) {
    const auto before = open_wishes(*key, stored);
    return before && *before == wishes;
  };
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    entry.client = client;
    entry.view = "preferences";
    TRY_ASSIGN(const bool changed, add_wishes(tx, made, is_same));
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return read_own(context, call);
}

Result<Answer<WishesOfClientAnswer>> read_of_client(Context& context, Call& call) {
  const auto episode = call.path_id<EpisodeId>("episode");
  TRY_ASSIGN(const auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_wishes_in(tx, context.viewer.account, episode);
  }));
  Answer<WishesOfClientAnswer> answer;
  if (found.wishes) {
    TRY_ASSIGN(const auto key, context.house.keys.key_for(found.client, call.deadline));
    TRY_ASSIGN(answer.value.wishes, opened(*key, *found.wishes));
  }
  TRY(audit_read(context, call, found.client, std::nullopt, "preferences"));
  return answer;
}

}  // namespace

void add_preference_routes(Routes& routes) {
  routes.get("/api/me/preferences")
      .says("What one wishes for in the work, now and before")
      .answers<OwnWishes>()
      .needs(PermissionName{"state_preferences"})
      .not_audited("one's own words")
      .handle(read_own);
  routes.put("/api/me/preferences")
      .says("Say it anew")
      .explains(
          "Every version stays. Whoever treats one reads the latest; who is to choose a therapist for one is shown "
          "which "
          "wishes a therapist meets, and none of the words. Sent again it changes nothing.")
      .body<WishesWanted>()
      .answers<OwnWishes>()
      .needs(PermissionName{"state_preferences"})
      .audits("preferences.change")
      .handle(write_own);
  routes.get("/api/episodes/{episode}/preferences")
      .says("What a client wishes for in the work")
      .answers<WishesOfClientAnswer>()
      .needs(PermissionName{"read_preferences"}, "episode")
      .audits("preferences.read")
      .handle(read_of_client);
}

}  // namespace rapport::preferences
