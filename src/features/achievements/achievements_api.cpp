#include "features/achievements/achievements_api.hpp"

#include <algorithm>
#include <set>
#include <string>

#include "features/achievements/achievements_shapes.hpp"
#include "features/between_sessions/between_api.hpp"
#include "features/encounters/encounters.hpp"

namespace rapport::achievements {
namespace {

using between_sessions::audited_change;
using between_sessions::changes;
using between_sessions::Pair;
using between_sessions::reads;
using http::Answer;
using http::Call;
using http::Nothing;

/// What one page needs, read at one moment.
struct Found {
  Pair pair;
  std::vector<StoredAchievement> page;
  std::optional<Time> session_at;
  std::set<AchievementId> since;
};

Result<Found> find(store::ReadTx& tx, AccountId viewer, EpisodeId episode, std::optional<AchievementId> before,
                   std::int64_t limit) {
  Found found;
  TRY_ASSIGN(found.pair, between_sessions::find_pair(tx, viewer, episode));
  TRY_ASSIGN(found.page, list_achievements(tx, viewer, episode, before, limit));
  found.session_at = encounters::last_ended(tx, episode);
  if (!found.session_at) return found;
  TRY_ASSIGN(const auto since, list_since(tx, viewer, episode, *found.session_at));
  for (const auto& one : since) found.since.insert(one.id);
  return found;
}

Result<AchievementAnswer> describe(const StoredAchievement& stored, const Found& found, const access::SealKey& key,
                                   AccountId viewer) {
  TRY_ASSIGN(auto words, between_sessions::open<AchievementWords>(key, stored.id, stored.sealed_words));
  AchievementAnswer answer;
  answer.id = stored.id;
  answer.kind = stored.kind;
  if (!words.text.empty()) answer.text = std::move(words.text);
  answer.mood = words.mood;
  answer.by = found.pair.side_of(stored.by);
  answer.mine = stored.by == viewer;
  answer.at = stored.happened_at;
  answer.shared = stored.shared_at.has_value();
  answer.since_session = found.since.contains(stored.id);
  return answer;
}

Result<Answer<AchievementsAnswer>> read_all(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto before, call.query_id<AchievementId>("before"));
  TRY_ASSIGN(const auto limit, call.query_int("limit", kLargestPage, 1, kLargestPage));
  TRY_ASSIGN(auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find(tx, viewer, call.path_id<EpisodeId>("episode"), before, limit + 1);
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(found.pair.client, call.deadline));
  Answer<AchievementsAnswer> answer{
      200, {found.pair.is_one_of(viewer), found.session_at, {}, std::ssize(found.page) > limit}};
  if (answer.value.more) found.page.pop_back();
  for (const auto& one : found.page) {
    TRY_ASSIGN(auto entry, describe(one, found, *key, viewer));
    answer.value.achievements.push_back(std::move(entry));
  }
  TRY(audit_read(context, call, found.pair.client, std::nullopt, "achievements"));
  return answer;
}

std::string view_of(AchievementId id) {
  return "achievement " + id.text();
}

Result<Answer<Nothing>> add_one(Context& context, Call& call, const NewAchievement& wanted) {
  TRY(between_sessions::check_new_id(wanted.id.uuid()));
  const auto now = context.house.clock.now();
  const auto episode = call.path_id<EpisodeId>("episode");
  const auto viewer = context.viewer.account;
  const AchievementWords words{wanted.text ? wanted.text->str() : std::string(), wanted.mood};
  TRY(check(wanted.kind, words, wanted.at.at, now));
  TRY_ASSIGN(const auto pair, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return between_sessions::find_pair(tx, viewer, episode);
  }));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(pair.client, call.deadline));
  const StoredAchievement achievement{wanted.id,
                                      episode,
                                      wanted.kind,
                                      viewer,
                                      wanted.at.at,
                                      now,
                                      wanted.shared ? std::optional(now) : std::nullopt,
                                      between_sessions::seal(*key, wanted.id, words)};
  return audited_change(context, call, view_of(wanted.id),
                        [&](store::WriteTx& tx) { return add(tx, viewer, achievement); });
}

Result<Answer<Nothing>> share_one(Context& context, Call& call, const AchievementShared& wanted) {
  const auto id = call.path_id<AchievementId>("achievement");
  return audited_change(context, call, view_of(id), [&](store::WriteTx& tx) {
    return share(tx, context.viewer.account, id, wanted.shared, context.house.clock.now());
  });
}

Result<Answer<Nothing>> remove_one(Context& context, Call& call) {
  const auto id = call.path_id<AchievementId>("achievement");
  return audited_change(context, call, view_of(id),
                        [&](store::WriteTx& tx) { return remove(tx, context.viewer.account, id); });
}

}  // namespace

void add_achievement_routes(Routes& routes) {
  reads(routes.get("/api/episodes/{episode}/achievements")
            .says("What went well, how it was, and what the therapist noticed")
            .explains("The client sees all of it, the therapist what they noticed and what the client shows.")
            .query("before", "string", "the page after this one's id")
            .query("limit", "integer", "how many at most (1 to 100)")
            .answers<AchievementsAnswer>(),
        "achievements.read", read_all);
  changes(routes.post("/api/episodes/{episode}/achievements")
              .says("Write down what went well or how it is; as the therapist, what one noticed")
              .explains("The same id again, by the same person, changes nothing.")
              .body<NewAchievement>(),
          "episode", "achievement.add", add_one);
  changes(routes.put("/api/achievements/{achievement}/shared")
              .says("Show the therapist what one wrote, or not any more")
              .body<AchievementShared>(),
          "achievement", "achievement.share", share_one);
  changes(routes.del("/api/achievements/{achievement}").says("Remove what one wrote").explains("It is gone for both."),
          "achievement", "achievement.remove", remove_one);
}

}  // namespace rapport::achievements
