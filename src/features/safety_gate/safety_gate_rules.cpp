#include <algorithm>
#include <array>
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
  return gate->sealed_answers && !gate->skipped_at && now - gate->at >= rules.ask_again;
}

std::string tidy_phone(std::string_view text) {
  struct Other {
    std::string_view written;
    std::string_view tidy;
  };
  static constexpr std::array kOthers{Other{"\t", " "},
                                      Other{"\n", " "},
                                      Other{"\r", " "},
                                      Other{"\xC2\xA0", " "},
                                      Other{"\xC2\xAD", ""},
                                      Other{"\xE2\x80\x80", " "},
                                      Other{"\xE2\x80\x87", " "},
                                      Other{"\xE2\x80\x89", " "},
                                      Other{"\xE2\x80\x8A", " "},
                                      Other{"\xE2\x80\xAF", " "},
                                      Other{"\xE2\x80\x8B", ""},
                                      Other{"\xE2\x80\x8C", ""},
                                      Other{"\xE2\x80\x8D", ""},
                                      Other{"\xE2\x80\x8E", ""},
                                      Other{"\xE2\x80\x8F", ""},
                                      Other{"\xE2\x80\xAA", ""},
                                      Other{"\xE2\x80\xAB", ""},
                                      Other{"\xE2\x80\xAC", ""},
                                      Other{"\xE2\x80\xAD", ""},
                                      Other{"\xE2\x80\xAE", ""},
                                      Other{"\xE2\x81\xA0", ""},
                                      Other{"\xEF\xBB\xBF", ""},
                                      Other{"\xE2\x80\x90", "-"},
                                      Other{"\xE2\x80\x91", "-"},
                                      Other{"\xE2\x80\x92", "-"},
                                      Other{"\xE2\x80\x93", "-"},
                                      Other{"\xE2\x80\x94", "-"},
                                      Other{"\xE2\x88\x92", "-"},
                                      Other{"[", "("},
                                      Other{"]", ")"},
                                      Other{",", " "}};
  if (text.starts_with("tel:")) text.remove_prefix(4);
  std::string tidy;
  while (!text.empty()) {
    const auto found = std::ranges::find_if(kOthers, [&](const Other& one) { return text.starts_with(one.written); });
    tidy += found == kOthers.end() ? text.substr(0, 1) : found->tidy;
    text.remove_prefix(found == kOthers.end() ? 1 : found->written.size());
  }
  const auto from = tidy.find_first_not_of(' ');
  if (from == std::string::npos) return {};
  return tidy.substr(from, tidy.find_last_not_of(' ') + 1 - from);
}

Result<void> check_whereabouts(const Whereabouts& answers) {
  std::vector<FieldError> wrong;
  const auto look = [&](const std::string& name, const std::string& text, std::size_t least, std::size_t most) {
    if (auto mistake = http::text_mistake(text, least, most))
      wrong.push_back({"/answers/" + name, std::move(*mistake)});
  };
  look("place", answers.place, 1, kLongestPlace);
  if (!answers.phone.empty() && !is_number(answers.phone))
    wrong.push_back({"/answers/phone", "Give a telephone number: digits, and at most + ( ) / . - between them."});
  if (answers.region) look("region", *answers.region, 0, kLongestRegion);
  if (answers.backup_words) look("backup_words", *answers.backup_words, 0, kLongestBackup);
  const bool is_country =
      answers.country.size() == 2 && std::ranges::all_of(answers.country, [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!is_country) wrong.push_back({"/answers/country", "Give two capital letters (ISO 3166)."});
  if (wrong.empty()) return {};
  return fail(invalid("safety_gate.answers", "Something is missing, or does not fit.", std::move(wrong)));
}

}  // namespace rapport::safety_gate
