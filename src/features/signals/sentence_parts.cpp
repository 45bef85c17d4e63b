#include "features/signals/sentence_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "features/record/record_terms.hpp"

namespace rapport::signals {

std::string name_of(const measures::Instrument& instrument, std::string_view language) {
  return std::string(record::name_of_questionnaire(instrument.id(), instrument.scoring().name, language));
}

std::string name_of(const measures::Instrument& instrument, const measures::Scale& scale, std::string_view language) {
  const auto& scales = instrument.scoring().scales;
  const bool is_main = scales.size() == 1 || (scale.key == "total" && scale.key == scales.front().key);
  if (is_main) return name_of(instrument, language);
  return fmt::format("{}, {}", name_of(instrument, language), record::name_of_scale(scale.key, scale.label, language));
}

std::string number_in(std::string_view language, double value, int digits) {
  auto text = fmt::format("{:.{}g}", std::abs(value), digits);
  if (language == record::kGerman) std::replace(text.begin(), text.end(), '.', ',');
  return value < 0 && text != "0" ? "\u2212" + text : text;
}

std::string listed_in(std::string_view language, std::span<const std::string> all) {
  if (all.size() < 2) return fmt::format("{}", fmt::join(all, ""));
  return fmt::format("{}{}{}", fmt::join(all.first(all.size() - 1), ", "),
                     language == record::kGerman ? " und " : " and ", all.back());
}

}  // namespace rapport::signals
