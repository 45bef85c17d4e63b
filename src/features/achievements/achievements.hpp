#pragma once
/// @file What went well, how a day was, and what the therapist noticed. What the client writes is theirs alone until
/// they show it; what the therapist noticed the client sees at once. The functions know neither HTTP nor sockets; an
/// episode that is not the viewer's does not exist for them.
#include <boost/describe.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "features/between_sessions/between.hpp"

namespace rapport::achievements {

using between_sessions::Changed;
using between_sessions::Side;
using AchievementId = Id<struct AchievementTag>;

/// The client writes down an achievement or a mood, the therapist what they noticed.
enum class AchievementKind { achievement, mood, noticed };
BOOST_DESCRIBE_ENUM(AchievementKind, achievement, mood, noticed)

inline constexpr std::int64_t kLargestPage = 100;
inline constexpr std::size_t kLongestText = 2000;
inline constexpr std::int64_t kBestMood = 10;  ///< from 0
/// Something may have happened so long ago; a little ahead is today in another time zone.
inline constexpr std::chrono::days kLongestAgo{366 * 10};
inline constexpr std::chrono::hours kAheadAtMost{24};

/// What is sealed.
struct AchievementWords {
  std::string text;
  std::optional<std::int64_t> mood;
};
BOOST_DESCRIBE_STRUCT(AchievementWords, (), (text, mood))

struct StoredAchievement {
  AchievementId id;
  EpisodeId episode;
  AchievementKind kind = AchievementKind::achievement;
  AccountId by;
  Time happened_at;
  Time written_at;
  std::optional<Time> shared_at;  ///< none: the client's alone
  Bytes sealed_words;
};

/// What the viewer sees, by when it happened, the latest first; with `before`, those that stand after that one.
/// not_found unless the episode is the viewer's.
Result<std::vector<StoredAchievement>> list_achievements(store::ReadTx& tx, AccountId viewer, EpisodeId episode,
                                                         std::optional<AchievementId> before, std::int64_t limit);
/// Of what the viewer sees what was written or shown since then, by when it happened, the latest first; at most
/// kLargestPage.
Result<std::vector<StoredAchievement>> list_since(store::ReadTx& tx, AccountId viewer, EpisodeId episode, Time since);

/// By the client, or "noticed" by the therapist: "achievement.kind" otherwise. The same id again, by the same person in
/// the same episode, is the same, as it stands now.
Result<Changed> add(store::WriteTx& tx, AccountId viewer, const StoredAchievement& achievement);
/// By the client, of what they wrote: "between.not_yours" otherwise.
Result<Changed> share(store::WriteTx& tx, AccountId viewer, AchievementId id, bool shared, Time now);
/// By whoever wrote it ("between.not_yours"); gone for both.
Result<Changed> remove(store::WriteTx& tx, AccountId viewer, AchievementId id);

/// invalid "achievement.words", with a place for each mistake: no words, a mood that is none or does not belong there,
/// a time too far away.
Result<void> check(AchievementKind kind, const AchievementWords& words, Time happened_at, Time now);

/// All of the client's go.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::achievements
