#pragma once
/// @file What a therapist needs before a session of what the client wrote. Everything is found as this viewer sees it:
/// what the client keeps for themselves is not read. Nothing is stored, and no index of words is kept.
#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "features/achievements/achievements.hpp"
#include "features/check_in/check_in.hpp"
#include "features/encounters/encounters.hpp"
#include "features/goals/goals.hpp"
#include "features/homework/homework.hpp"
#include "features/messages/messages.hpp"
#include "store/transaction.hpp"

namespace rapport::preparation {

/// How far back is looked: so many messages, and so long.
inline constexpr std::int64_t kMostMessages = 2000;
inline constexpr std::chrono::days kLongestAgo{2 * 366};
/// Without a session before, what was written in so long counts as new.
inline constexpr std::chrono::days kRecent{30};
inline constexpr std::int64_t kMostShown = 5;       ///< of the client's own words, in the list of what is new
inline constexpr std::int64_t kMostEntries = 1000;  ///< of homework, and of what went well

/// What the client wrote in rooms of the episode, the latest first; at most kMostMessages were looked at.
struct OwnMessages {
  std::vector<messages::StoredMessage> messages;
  std::int64_t looked_at = 0;  ///< the therapist's included
  bool is_all = true;          ///< nothing was left out because it was too much
};
/// Since then. not_found unless the session is one that the viewer treats.
struct NewWords {
  encounters::Encounter encounter;
  std::optional<encounters::Encounter> last;  ///< the session before
  Time since;
  OwnMessages own;
};
Result<NewWords> find_new_words(store::ReadTx& tx, AccountId viewer, EncounterId encounter, Time now);

/// Everything that may be an earlier example, and what the client says now.
struct StoredReports {
  encounters::Encounter encounter;
  Time since;  ///< what was written from then on is what the client says now
  OwnMessages own;
  std::optional<check_in::StoredVersion> check_in;  ///< sent last for this session
  std::vector<achievements::StoredAchievement> achievements;
  std::vector<homework::StoredHomework> homework;
  goals::StoredGoals goals;
};
Result<StoredReports> find_reports(store::ReadTx& tx, AccountId viewer, EncounterId encounter, Time now);

}  // namespace rapport::preparation
