#pragma once
/// @file What of achievements crosses the wire.
#include "features/achievements/achievements.hpp"
#include "http/text.hpp"

namespace rapport::achievements {

struct NewAchievement {
  static constexpr std::string_view says =
      "`id` is a UUID of version 7 that the sender makes, the same at every try. `at` is when it was. A mood has "
      "`mood`, 0 (very low) to 10 (very good), and may have words; the others have words alone. `shared`: the "
      "therapist "
      "sees it; what the therapist noticed is always shown.";
  AchievementId id;
  AchievementKind kind = AchievementKind::achievement;
  std::optional<http::Text<0, kLongestText>> text;
  std::optional<std::int64_t> mood;
  http::GivenTime at;
  bool shared = false;
};
BOOST_DESCRIBE_STRUCT(NewAchievement, (), (id, kind, text, mood, at, shared))

struct AchievementShared {
  bool shared = false;
};
BOOST_DESCRIBE_STRUCT(AchievementShared, (), (shared))

struct AchievementAnswer {
  static constexpr std::string_view says =
      "`since_session`: written or shown since the last session ended. `by`: who wrote it; `mine`: whoever asks, who "
      "may remove it.";
  AchievementId id;
  AchievementKind kind = AchievementKind::achievement;
  std::optional<std::string> text;
  std::optional<std::int64_t> mood;
  Side by = Side::client;
  bool mine = false;
  Time at;
  bool shared = false;
  bool since_session = false;
};
BOOST_DESCRIBE_STRUCT(AchievementAnswer, (), (id, kind, text, mood, by, mine, at, shared, since_session))

struct AchievementsAnswer {
  static constexpr std::string_view says =
      "By when it was, the latest first. `session_at`: when the last session ended. `more`: ask again with `before` = "
      "the id of the last one.";
  bool may_change = false;
  std::optional<Time> session_at;
  std::vector<AchievementAnswer> achievements;
  bool more = false;
};
BOOST_DESCRIBE_STRUCT(AchievementsAnswer, (), (may_change, session_at, achievements, more))

}  // namespace rapport::achievements
