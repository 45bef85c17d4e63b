#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/safety_gate/safety_gate.hpp"
#include "http/text.hpp"

namespace rapport::safety_gate {

using encounters::Status;

namespace {

constexpr std::ptrdiff_t kFewestDigits = 3;

/// As people write them: digits, and what stands between them.
bool is_number(const std::string& text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return text.size() <= kLongestPhone && std::ranges::count_if(text, is_digit) >= kFewestDigits &&
         std::ranges::all_of(text, [&](char c) {
           return is_digit(c) || std::string_view(" +()/.-").find(c) != std::string_view::npos;
         });
}

}  // namespace

Rules rules_of(const config::Settings& settings) {
  return {std::chrono::hours(settings.safety_ask_again_hours), std::chrono::days(settings.safety_place_days)};
}

bool is_asked(const encounters::Encounter& encounter, const std::optional<StoredGate>& gate, const Rules& rules,
              Time now) {
  const bool is_near = encounter.status == Status::planned && now >= encounter.plan.starts_at - kAskedAhead &&
                       now < encounter.plan.starts_at + std::chrono::minutes(encounter.plan.minutes);
  if (!is_near && encounter.status != Status::open) return false;
  if (!gate) return true;
  return gate->sealed_answers && now - gate->at >= rules.ask_again;
}

Result<void> check_whereabouts(const Whereabouts& answers) {
  std::vector<FieldError> wrong;
  const auto look = [&](const std::string& name, const std::string& text, std::size_t least, std::size_t most) {
    if (auto mistake = http::text_mistake(text, least, most))
      wrong.push_back({"/answers/" + name, std::move(*mistake)});
  };
  look("place", answers.place, 1, kLongestPlace);
  if (!is_number(answers.phone)) wrong.push_back({"/answers/phone", "Give a telephone number."});
  if (answers.region) look("region", *answers.region, 0, kLongestRegion);
  if (answers.backup_words) look("backup_words", *answers.backup_words, 0, kLongestBackup);
  const bool is_country =
      answers.country.size() == 2 && std::ranges::all_of(answers.country, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_country) wrong.push_back({"/answers/country", "Give two capital letters (ISO 3166)."});
  if (wrong.empty()) return {};
  return fail(invalid("safety_gate.answers", "Something is missing, or does not fit.", std::move(wrong)));
}

}  // namespace rapport::safety_gate
