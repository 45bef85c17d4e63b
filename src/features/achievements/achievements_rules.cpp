#include "features/achievements/achievements.hpp"

namespace rapport::achievements {

Result<void> check(AchievementKind kind, const AchievementWords& words, Time happened_at, Time now) {
  std::vector<FieldError> wrong;
  if (words.text.empty() && kind != AchievementKind::mood) wrong.push_back({"/text", "Say what it was."});
  if ((kind == AchievementKind::mood) != words.mood.has_value()) {
    wrong.push_back({"/mood", "A mood has a number, and nothing else has one."});
  } else if (words.mood && (*words.mood < 0 || *words.mood > kBestMood)) {
    wrong.push_back({"/mood", "Give a whole number from 0 (very low) to 10 (very good)."});
  }
  if (happened_at < now - kLongestAgo || happened_at > now + kAheadAtMost) {
    wrong.push_back({"/at", "Choose a day that has come already, within the last ten years."});
  }
  if (wrong.empty()) return {};
  return fail(invalid("achievement.words", "This cannot be written down like that.", std::move(wrong)));
}

}  // namespace rapport::achievements
