#include "features/signals/days_for_sessions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

#include "features/record/record_terms.hpp"

namespace rapport::signals {
namespace {

using DayValues = std::span<const std::pair<std::string, double>>;

/// That days stand for sessions; and "day_3", the day of the third, in days since 1970.
constexpr std::string_view kByDays = "by_days";
constexpr std::string_view kDay = "day_";

bool is_among(DayValues values, std::string_view name) {
  return std::any_of(values.begin(), values.end(), [&](const auto& one) { return one.first == name; });
}

struct DayWording {
  std::regex of_sessions;
  std::string of_days;
};

/// Where no number of a session is named.
const std::vector<DayWording>& day_wordings(bool german) {
  static const std::vector<DayWording> in_english{
      {std::regex("In the same session, too"), "On the same day, too"},
      {std::regex("came to the session before"), "came the time before"},
      {std::regex("came to ([0-9][0-9a-z, ]*) sessions"), "came on $1 days"},
      {std::regex("([0-9]+) sessions up to "), "$1 days up to session "},
      {std::regex("in the first sessions"), "at the beginning"}};
  static const std::vector<DayWording> in_german{
      {std::regex("In derselben Sitzung auch"), "Am selben Tag auch"},
      {std::regex("zur Sitzung davor schon"), "beim Mal davor schon"},
      {std::regex("davor zu ([0-9][0-9a-z, ]*) Sitzungen"), "davor an $1 Tagen"},
      {std::regex("zu ([0-9]+) Sitzungen bis Sitzung "), "an $1 Tagen bis Sitzung "},
      {std::regex("in den ersten Sitzungen"), "am Anfang"}};
  return german ? in_german : in_english;
}

struct Preposition {
  std::string_view of_session, of_day;
};
constexpr Preposition kEnglishDays[]{
    {"in session ", "on "}, {"for session ", "on "}, {"of session ", "of "}, {"up to session ", "up to "}};
constexpr Preposition kGermanDays[]{
    {"in Sitzung ", "am "}, {"zu Sitzung ", "am "}, {"aus Sitzung ", "vom "}, {"bis Sitzung ", "bis zum "}};

bool is_digit_at(const std::string& text, std::size_t place) {
  return place < text.size() && text[place] >= '0' && text[place] <= '9';
}

void replace_all(std::string& text, const std::string& old, const std::string& by) {
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at)) {
    if (is_digit_at(text, at + old.size())) {  // of 12 the 1
      ++at;
      continue;
    }
    text.replace(at, old.size(), by);
    at += by.size();
  }
}

}  // namespace

void add_days(const DaysForSessions& days, std::string_view reason,
              std::vector<std::pair<std::string, double>>& values) {
  if (is_among(values, kByDays)) return;
  values.emplace_back(kByDays, 1);
  static const std::regex session("sessions? (?:up to )?([0-9]+)");
  const std::string text(reason);
  for (std::sregex_iterator match(text.begin(), text.end(), session), end; match != end; ++match) {
    const auto number = std::stoi((*match)[1]);
    const auto day = days.find(number);
    const auto name = fmt::format("{}{}", kDay, number);
    if (day == days.end() || is_among(values, name)) continue;
    values.emplace_back(name, static_cast<double>(day->second.time_since_epoch().count()));
  }
}

std::string with_days(std::string sentence, DayValues values, std::string_view language) {
  if (!is_among(values, kByDays)) return sentence;
  const bool german = language == record::kGerman;
  for (const auto& one : day_wordings(german)) sentence = std::regex_replace(sentence, one.of_sessions, one.of_days);
  for (const auto& [name, value] : values) {
    if (!name.starts_with(kDay)) continue;
    const std::chrono::sys_days day{std::chrono::days(static_cast<int>(value))};
    for (const auto& [of_session, of_day] : german ? std::span(kGermanDays) : std::span(kEnglishDays)) {
      replace_all(sentence, fmt::format("{}{}", of_session, name.substr(kDay.size())),
                  fmt::format("{}{}", of_day, record::day_in_words(day, language)));
    }
  }
  return sentence;
}

}  // namespace rapport::signals
