#include "features/achievements/achievements.hpp"

namespace rapport::achievements {
namespace {

using between_sessions::find_pair;
using between_sessions::lock_pair;
using between_sessions::Pair;
using between_sessions::stored_as;
using between_sessions::text_of;
using between_sessions::Topic;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

// $2: 1 for the client, who sees all of it; the others see what is shown.
#define ACHIEVEMENT \
  "SELECT id, episode_id, kind, by_id, happened_at, written_at, shared_at, sealed_words FROM achievement"
#define SEEN " WHERE episode_id = $1 AND (shared_at IS NOT NULL OR $2 = 1)"
#define LATEST_FIRST " ORDER BY happened_at DESC, id DESC LIMIT $3"
const Query kFind{"achievements.find", ACHIEVEMENT " WHERE id = $1", true};
const Query kOfEpisode{"achievements.of_episode", ACHIEVEMENT SEEN LATEST_FIRST, true};
const Query kOfEpisodeBefore{"achievements.of_episode_before",
                             ACHIEVEMENT SEEN
                             " AND (happened_at, id) < (SELECT b.happened_at, b.id FROM achievement b"
                             " WHERE b.id = $4 AND b.episode_id = $1)" LATEST_FIRST,
                             true};
const Query kSince{"achievements.since", ACHIEVEMENT SEEN " AND (written_at >= $4 OR shared_at >= $4)" LATEST_FIRST,
                   true};
#undef LATEST_FIRST
#undef SEEN
#undef ACHIEVEMENT
const Query kAdd{"achievements.add",
                 "INSERT INTO achievement (id, episode_id, client_id, kind, by_id, happened_at, written_at, shared_at,"
                 " sealed_words) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                 true};
const Query kShare{"achievements.share", "UPDATE achievement SET shared_at = $2 WHERE id = $1", true};
const Query kRemove{"achievements.remove", "DELETE FROM achievement WHERE id = $1", true};
const Query kErase{"achievements.erase", "DELETE FROM achievement WHERE client_id = $1"};

StoredAchievement to_achievement(const Row& row) {
  return {row.id<AchievementId>(0), row.id<EpisodeId>(1), stored_as<AchievementKind>(row.text(2)),
          row.id<AccountId>(3),     row.time(4),          row.time(5),
          row.maybe_time(6),        copy_of(row.bytes(7))};
}

void tell(WriteTx& tx, const Pair& pair, bool is_shared) {
  if (is_shared) {
    between_sessions::tell_both(tx, pair, Topic::achievements);
  } else {
    between_sessions::tell_client(tx, pair, Topic::achievements);
  }
}

/// What the viewer wrote; what the client keeps for themselves does not exist for the therapist.
Result<std::pair<StoredAchievement, Pair>> lock_own(WriteTx& tx, AccountId viewer, AchievementId id) {
  const auto before = tx.first(kFind, {id}, to_achievement);
  if (!before) return fail(not_found());
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, before->episode));
  auto found = tx.first(kFind, {id}, to_achievement);
  if (!found || (!found->shared_at && viewer != pair.client)) return fail(not_found());
  if (found->by != viewer) {
    return fail({ErrorKind::conflict, "between.not_yours", "Only who wrote it can do that."});
  }
  return std::pair(std::move(*found), pair);
}

}  // namespace

Result<std::vector<StoredAchievement>> list_achievements(ReadTx& tx, AccountId viewer, EpisodeId episode,
                                                         std::optional<AchievementId> before, std::int64_t limit) {
  TRY_ASSIGN(const auto pair, find_pair(tx, viewer, episode));
  const bool sees_all = viewer == pair.client;
  if (!before) return tx.list(kOfEpisode, {episode, sees_all, limit}, to_achievement);
  return tx.list(kOfEpisodeBefore, {episode, sees_all, limit, *before}, to_achievement);
}

Result<std::vector<StoredAchievement>> list_since(ReadTx& tx, AccountId viewer, EpisodeId episode, Time since) {
  TRY_ASSIGN(const auto pair, find_pair(tx, viewer, episode));
  return tx.list(kSince, {episode, viewer == pair.client, kLargestPage, since}, to_achievement);
}

Result<Changed> add(WriteTx& tx, AccountId viewer, const StoredAchievement& achievement) {
  TRY_ASSIGN(const auto pair, lock_pair(tx, viewer, achievement.episode));
  if ((achievement.kind == AchievementKind::noticed) != (viewer != pair.client)) {
    return fail({ErrorKind::conflict, "achievement.kind",
                 "The client writes what went well and how it is; the therapist what they noticed."});
  }
  const auto there = tx.first(kFind, {achievement.id}, to_achievement);
  std::optional<between_sessions::Place> place;
  if (there) place = {there->episode, there->by};
  TRY_ASSIGN(const bool is_there, between_sessions::is_stored(place, {achievement.episode, viewer}));
  if (is_there) {
    tell(tx, pair, there->shared_at.has_value());
    return Changed{pair, false};
  }
  auto shared_at = achievement.shared_at;
  if (viewer != pair.client) shared_at = achievement.written_at;
  tx.execute(kAdd, {achievement.id, achievement.episode, pair.client, text_of(achievement.kind), viewer,
                    achievement.happened_at, achievement.written_at, shared_at, achievement.sealed_words});
  tell(tx, pair, shared_at.has_value());
  return Changed{pair, true};
}

Result<Changed> share(WriteTx& tx, AccountId viewer, AchievementId id, bool shared, Time now) {
  TRY_ASSIGN(const auto own, lock_own(tx, viewer, id));
  const auto& [found, pair] = own;
  TRY(between_sessions::check_client(pair, viewer));
  const bool is_new = found.shared_at.has_value() != shared;
  if (is_new) tx.execute(kShare, {id, shared ? std::optional(now) : std::nullopt});
  between_sessions::tell_both(tx, pair, Topic::achievements);
  return Changed{pair, is_new};
}

Result<Changed> remove(WriteTx& tx, AccountId viewer, AchievementId id) {
  TRY_ASSIGN(const auto own, lock_own(tx, viewer, id));
  const auto& [found, pair] = own;
  tx.execute(kRemove, {id});
  tell(tx, pair, found.shared_at.has_value());
  return Changed{pair, true};
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kErase, {client});
}

}  // namespace rapport::achievements
