#include "features/signals/several_instruments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/record/record_terms.hpp"
#include "features/signals/sentence_parts.hpp"

namespace rapport::signals {
namespace {

constexpr std::string_view kAlso = "also_";
/// Names of values begin so; the ids of the instrument and of its scale follow.
constexpr std::string_view kFrom = "also_from ";
constexpr std::string_view kTo = "also_to ";
/// The same of forms without a score; the last where it is not known how much was answered.
constexpr std::string_view kAnswered = "also_answered ";
constexpr std::string_view kQuestions = "also_questions ";
constexpr std::string_view kNoScore = "also_no_score ";

const Rule* rule_of(const Signal& signal, std::span<const Rule> rules) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const Rule& one) { return one.id == signal.rule; });
  return found == rules.end() ? nullptr : &*found;
}

bool can_be_one(const Rule& rule) {
  switch (rule.method) {
    case Method::worse_than_start:
    case Method::worse_than_best:
    case Method::not_better_by:
    case Method::two_worsenings:
    case Method::better_than_start:
    case Method::drop:
    case Method::repaired:
    case Method::low_early:
    case Method::low_later:
    case Method::falling_early:
    case Method::no_score:
      return true;
    default:
      return false;
  }
}

/// The first of these values that is there.
template <std::size_t N>
std::optional<double> first_of(const Signal& signal, const std::array<std::string_view, N>& names) {
  for (const auto name : names) {
    for (const auto& [known, value] : signal.values) {
      if (known == name) return value;
    }
  }
  return std::nullopt;
}

/// "gad-7 total".
std::string ids_of_scale(const Signal& signal, const Rule& rule) {
  const auto measure = std::find_if(rule.measures.begin(), rule.measures.end(),
                                    [&](const Measure& one) { return one.instrument == signal.instrument; });
  if (measure != rule.measures.end()) return fmt::format("{} {}", signal.instrument, measure->scale);
  const auto* instrument = questionnaires::instruments().find(signal.instrument);
  return fmt::format("{} {}", signal.instrument, instrument == nullptr ? "" : instrument->scoring().scales.front().key);
}

void add_counts(const Signal& signal, std::string_view scale, std::vector<std::pair<std::string, double>>& values) {
  if (signal.values.empty()) values.emplace_back(fmt::format("{}{}", kNoScore, scale), 0);
  for (const auto& [name, value] : signal.values) {
    values.emplace_back(fmt::format("{}{}", name == "answered" ? kAnswered : kQuestions, scale), value);
  }
}

/// Called before anything of another was added to `signal`: its numbers are its own.
void add_numbers(const Signal& signal, const Rule& rule, std::vector<std::pair<std::string, double>>& values) {
  constexpr std::array<std::string_view, 4> kBefore{"start", "best_mean", "before", "level"};
  constexpr std::array<std::string_view, 2> kNow{"score", "recent_mean"};
  const auto scale = ids_of_scale(signal, rule);
  if (rule.method == Method::no_score) return add_counts(signal, scale, values);
  // What a repair is held against is the level of before the fall: "from" that would be wrong.
  const auto before = rule.method == Method::repaired ? std::nullopt : first_of(signal, kBefore);
  if (before) values.emplace_back(std::string(kFrom) + scale, *before);
  values.emplace_back(std::string(kTo) + scale, first_of(signal, kNow).value_or(0));
}

std::string name_of_scale(std::string_view ids, std::string_view language) {
  const auto space = ids.find(' ');
  const auto* instrument = questionnaires::instruments().find(ids.substr(0, space));
  if (instrument == nullptr) return std::string(ids.substr(0, space));
  const auto& scales = instrument->scoring().scales;
  const auto scale =
      std::find_if(scales.begin(), scales.end(), [&](const auto& one) { return one.key == ids.substr(space + 1); });
  return scale == scales.end() ? name_of(*instrument, language) : name_of(*instrument, *scale, language);
}

std::string with_numbers(std::string_view ids, std::optional<double> from, double to, std::string_view language) {
  const auto now = number_in(language, to);
  if (!from) return fmt::format("{} ({})", name_of_scale(ids, language), now);
  const auto before = number_in(language, *from);
  return language == record::kGerman ? fmt::format("{} (von {} auf {})", name_of_scale(ids, language), before, now)
                                     : fmt::format("{} (from {} to {})", name_of_scale(ids, language), before, now);
}

using TellsBefore = std::function<std::optional<ToldBefore>(const Signal&)>;

/// Of what is alike in one session which speaks, and for which others: places among `signals`. The first speaks for
/// what nobody was told of yet.
std::map<std::size_t, std::vector<std::size_t>> who_speaks(const std::vector<std::size_t>& places,
                                                           const std::vector<Signal>& signals,
                                                           const TellsBefore& told_before) {
  std::map<std::size_t, std::size_t> speaker_of;  // by the signal that is known
  for (const bool itself : {true, false}) {
    for (const auto place : places) {
      const auto told = told_before(signals[place]);
      if (told && told->is_itself == itself) speaker_of.emplace(told->by, place);
    }
  }
  std::map<std::size_t, std::vector<std::size_t>> speaks;
  std::optional<std::size_t> first;
  for (const auto place : places) {
    const auto told = told_before(signals[place]);
    const auto speaker = told ? speaker_of.at(told->by) : first.value_or(place);
    auto& others = speaks[speaker];
    if (speaker != place) {
      others.push_back(place);
    } else if (!first) {
      first = place;
    }
  }
  return speaks;
}

/// With the numbers of the others, the gravest level among them, and how the symptoms went where one of them says so.
/// Those that it names.
std::vector<std::size_t> speak_for(std::size_t speaker, const std::vector<std::size_t>& places,
                                   std::vector<Signal>& signals, std::span<const Rule> rules) {
  auto& speaks = signals[speaker];
  std::vector<std::size_t> named;
  std::vector<std::pair<std::string, double>> others;
  auto symptoms = symptoms_of(speaks.values);
  const bool has_symptoms = !symptoms.empty();
  for (const auto place : places) {
    const auto& other = signals[place];
    if (other.instrument == speaks.instrument) continue;
    add_numbers(other, *rule_of(other, rules), others);
    speaks.level = std::max(speaks.level, other.level);
    if (symptoms.empty()) symptoms = symptoms_of(other.values);
    named.push_back(place);
  }
  if (!has_symptoms) {
    speaks.reason += sentence_of_symptoms(symptoms, "en");
    speaks.values.insert(speaks.values.end(), symptoms.begin(), symptoms.end());
  }
  speaks.reason += sentence_of_others(others, "en");
  speaks.values.insert(speaks.values.end(), others.begin(), others.end());
  return named;
}

}  // namespace

std::vector<Signal> told_as_one(std::vector<Signal> signals, std::span<const Rule> rules,
                                const TellsBefore& told_before) {
  std::map<std::pair<int, Kind>, std::vector<std::size_t>> alike;  // in the order of the forms
  for (std::size_t place = 0; place < signals.size(); ++place) {
    const auto* rule = rule_of(signals[place], rules);
    if (rule != nullptr && can_be_one(*rule)) alike[{signals[place].session, signals[place].kind}].push_back(place);
  }
  std::vector<bool> is_named(signals.size(), false);
  for (auto& [what, places] : alike) {
    std::sort(places.begin(), places.end(), [&](std::size_t a, std::size_t b) {
      return std::tie(signals[a].form, a) < std::tie(signals[b].form, b);
    });
    for (const auto& [speaker, others] : who_speaks(places, signals, told_before)) {
      for (const auto place : speak_for(speaker, others, signals, rules)) is_named[place] = true;
    }
  }
  std::vector<Signal> left;
  for (std::size_t place = 0; place < signals.size(); ++place) {
    if (!is_named[place]) left.push_back(std::move(signals[place]));
  }
  return left;
}

std::string sentence_of_others(std::span<const std::pair<std::string, double>> values, std::string_view language) {
  std::vector<std::string> others;
  std::optional<double> before;  // the number that belongs to the next
  for (const auto& [name, value] : values) {
    const auto ids = std::string_view(name).substr(std::string_view(name).find(' ') + 1);
    if (name.starts_with(kFrom) || name.starts_with(kAnswered)) before = value;
    if (name.starts_with(kTo)) others.push_back(with_numbers(ids, std::exchange(before, {}), value, language));
    if (name.starts_with(kQuestions)) {
      others.push_back(fmt::format("{} ({} {} {})", name_of_scale(ids, language), before.value_or(0),
                                   language == record::kGerman ? "von" : "of", value));
      before.reset();
    }
    if (name.starts_with(kNoScore)) others.push_back(name_of_scale(ids, language));
  }
  if (others.empty()) return "";
  return fmt::format(" {}: {}.", language == record::kGerman ? "In derselben Sitzung auch" : "In the same session, too",
                     listed_in(language, others));
}

std::vector<std::string> named_in(std::span<const std::pair<std::string, double>> values) {
  std::vector<std::string> instruments;
  for (const auto& [name, value] : values) {
    const auto space = name.find(' ');
    if (!name.starts_with(kAlso) || space == std::string::npos) continue;
    instruments.push_back(name.substr(space + 1, name.find(' ', space + 1) - space - 1));
  }
  return instruments;
}

bool names_more(std::span<const std::pair<std::string, double>> before,
                std::span<const std::pair<std::string, double>> after) {
  return std::any_of(after.begin(), after.end(), [&](const auto& value) {
    const auto is_it = [&](const auto& other) { return other.first == value.first; };
    return value.first.starts_with(kTo) && std::none_of(before.begin(), before.end(), is_it);
  });
}

}  // namespace rapport::signals
