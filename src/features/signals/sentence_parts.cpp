#include "features/signals/sentence_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/record/record_terms.hpp"
#include "features/signals/find_signals.hpp"

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

bool is_middle(const measures::Scale& scale, double limit) {
  return std::abs((scale.min + scale.max) / 2 - limit) < 1e-9;
}

std::vector<std::pair<std::string, double>> symptoms_of(std::span<const std::pair<std::string, double>> values) {
  std::vector<std::pair<std::string, double>> found;
  for (const auto prefix : {kSymptomsFrom, kSymptomsTo}) {
    const auto one = std::find_if(values.begin(), values.end(),
                                  [&](const auto& value) { return std::string_view(value.first).starts_with(prefix); });
    if (one == values.end()) return {};
    found.push_back(*one);
  }
  return found;
}

std::string sentence_of_symptoms(std::span<const std::pair<std::string, double>> values, std::string_view language) {
  const auto symptoms = symptoms_of(values);
  if (symptoms.empty()) return "";
  const auto id = symptoms[0].first.substr(kSymptomsFrom.size());
  const auto* instrument = questionnaires::instruments().find(id);
  const auto name = instrument == nullptr ? id : name_of(*instrument, instrument->scoring().scales.front(), language);
  const auto from = number_in(language, symptoms[0].second);
  const auto to = number_in(language, symptoms[1].second);
  return language == record::kGerman ? fmt::format(" {} ging derweil von {} auf {}.", name, from, to)
                                     : fmt::format(" {} went from {} to {} meanwhile.", name, from, to);
}

}  // namespace rapport::signals
