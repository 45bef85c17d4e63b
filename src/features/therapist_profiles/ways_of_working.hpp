#pragma once
/// @file What therapists say of themselves and clients wish for in the same words, so that the two can be laid side by
/// side (features/matching).
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace rapport::therapist_profiles {

enum class Gender { woman, man, diverse };
BOOST_DESCRIBE_ENUM(Gender, woman, man, diverse)

enum class DayPart { morning, afternoon, evening };
BOOST_DESCRIBE_ENUM(DayPart, morning, afternoon, evening)

struct WeekTime {
  static constexpr std::string_view says = "`day`: 1 is Monday, 7 is Sunday.";
  std::int64_t day = 1;
  DayPart part = DayPart::morning;
  auto operator<=>(const WeekTime&) const = default;
};
BOOST_DESCRIBE_STRUCT(WeekTime, (), (day, part))

struct WayOfWorking {
  static constexpr std::string_view says =
      "Each from -2 to 2, and absent where nothing is said. `talk`: -2 towards a solution, 2 open talk. `lead`: -2 the "
      "therapist leads, 2 the client does. `time`: -2 what was, 2 what is now. `tasks`: -2 with tasks between "
      "sessions, "
      "2 without.";
  std::optional<std::int64_t> talk = {};
  std::optional<std::int64_t> lead = {};
  std::optional<std::int64_t> time = {};
  std::optional<std::int64_t> tasks = {};
  bool operator==(const WayOfWorking&) const = default;
};
BOOST_DESCRIBE_STRUCT(WayOfWorking, (), (talk, lead, time, tasks))

inline constexpr std::int64_t kFarthestWay = 2;
inline constexpr std::size_t kMostLanguages = 20;

/// Each adds what is wrong to `mistakes`, with its place in the body.
void check_way(const WayOfWorking& way, std::vector<FieldError>& mistakes);
void check_times(const std::vector<WeekTime>& times, std::vector<FieldError>& mistakes);
/// Two small letters each (ISO 639).
void check_language(const std::string& language, const std::string& place, std::vector<FieldError>& mistakes);

}  // namespace rapport::therapist_profiles
