#include "features/signals/missing_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <tuple>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/record/record_terms.hpp"
#include "features/signals/sentence_parts.hpp"

namespace rapport::signals {
namespace {

using Values = std::span<const std::pair<std::string, double>>;

constexpr std::string_view kTherapists = "therapists";

/// How one form did not come.
struct Gap {
  std::string instrument;
  int in_a_row = 0;  ///< sessions
  int latest = 0;    ///< of them
  int sent = 0;      ///< before
  int sessions = 0;  ///< before

  int first() const { return latest - in_a_row + 1; }
};

/// Its numbers; in the values of a row the instrument's id stands behind each name.
constexpr std::array kNumbers{
    std::pair{std::string_view("in_a_row"), &Gap::in_a_row}, std::pair{std::string_view("latest"), &Gap::latest},
    std::pair{std::string_view("sent"), &Gap::sent}, std::pair{std::string_view("sessions"), &Gap::sessions}};

Gap gap_of(const Signal& missing) {
  Gap gap{missing.instrument};
  for (const auto& [name, value] : missing.values) {
    for (const auto& [number, member] : kNumbers) {
      if (name == number) gap.*member = static_cast<int>(value);
    }
  }
  return gap;
}

std::vector<Gap> gaps_of(Values values) {
  std::vector<Gap> gaps;
  for (const auto& [name, value] : values) {
    const auto space = name.find(' ');
    if (space == std::string::npos) continue;
    const auto instrument = name.substr(space + 1);
    auto gap = std::find_if(gaps.begin(), gaps.end(), [&](const Gap& one) { return one.instrument == instrument; });
    if (gap == gaps.end()) gap = gaps.insert(gaps.end(), {instrument});
    for (const auto& [number, member] : kNumbers) {
      if (std::string_view(name).substr(0, space) == number) (*gap).*member = static_cast<int>(value);
    }
  }
  return gaps;
}

bool is_alike(const std::vector<Gap>& gaps) {
  return std::all_of(gaps.begin(), gaps.end(), [&](const Gap& one) {
    return one.in_a_row == gaps.front().in_a_row && one.latest == gaps.front().latest;
  });
}

std::string sessions_of(const Gap& gap, bool german) {
  if (gap.in_a_row == 1) return fmt::format("{} {}", german ? "zu Sitzung" : "for session", gap.latest);
  return german ? fmt::format("zu {} Sitzungen bis Sitzung {}", gap.in_a_row, gap.latest)
                : fmt::format("for {} sessions up to {}", gap.in_a_row, gap.latest);
}

/// "before it came to 3 of 3 sessions", with the numbers of each where they are not the same. Of one session it would
/// read as if there had been a choice.
std::string before(const std::vector<Gap>& gaps, std::string_view language) {
  const bool german = language == record::kGerman;
  const std::string_view subject = gaps.size() == 1 ? "it" : "they";
  if (std::all_of(gaps.begin(), gaps.end(), [](const Gap& one) { return one.sent == 1 && one.sessions == 1; })) {
    return german ? "zur Sitzung davor schon" : fmt::format("{} came to the session before", subject);
  }
  std::vector<std::string> all;
  for (const auto& gap : gaps) {
    all.push_back(fmt::format("{} {} {}", gap.sent, german ? "von" : "of", gap.sessions));
  }
  const bool is_one = std::all_of(all.begin(), all.end(), [&](const std::string& one) { return one == all.front(); });
  const auto counts = listed_in(language, is_one ? std::span(all).first(1) : std::span(all));
  return german ? fmt::format("davor zu {} Sitzungen", counts)
                : fmt::format("before {} came to {} sessions", subject, counts);
}

std::string whose(bool is_therapists, bool is_one, bool german) {
  if (!is_therapists) return "";
  if (german) {
    return fmt::format(", {} der Therapeutin oder des Therapeuten,", is_one ? "der Fragebogen" : "die Fragebögen");
  }
  return is_one ? ", the therapist's form," : ", the therapist's forms,";
}

std::string sentence(const std::vector<Gap>& gaps, bool is_therapists, std::string_view language) {
  const bool german = language == record::kGerman;
  const bool alike = is_alike(gaps);
  const bool is_one = gaps.size() == 1;
  std::vector<std::string> named;
  for (const auto& gap : gaps) {
    const auto* instrument = questionnaires::instruments().find(gap.instrument);
    const auto name = instrument == nullptr ? gap.instrument : name_of(*instrument, language);
    named.push_back(alike ? name : fmt::format("{} {}", name, sessions_of(gap, german)));
  }
  const auto subject = listed_in(language, named) + whose(is_therapists, is_one, german);
  const auto when = alike ? " " + sessions_of(gaps.front(), german) : "";
  return german ? fmt::format("{} {}{} nicht; {}.", subject, is_one ? "kam" : "kamen", when, before(gaps, language))
                : fmt::format("{} did not come{}; {}.", subject, when, before(gaps, language));
}

MissingRow row_of(const std::vector<const Signal*>& missing) {
  MissingRow row{**std::max_element(missing.begin(), missing.end(),
                                    [](const Signal* a, const Signal* b) { return a->form < b->form; }),
                 0};
  auto& signal = row.signal;
  signal.instrument.clear();
  signal.values.clear();
  std::vector<Gap> gaps;
  for (const auto* one : missing) {
    gaps.push_back(gap_of(*one));
    signal.level = std::max(signal.level, one->level);
  }
  std::sort(gaps.begin(), gaps.end(), [](const Gap& a, const Gap& b) {
    return std::pair(a.first(), std::string_view(a.instrument)) < std::pair(b.first(), std::string_view(b.instrument));
  });
  row.first = gaps.front().first();
  for (const auto& gap : gaps) {
    for (const auto& [number, member] : kNumbers) {
      signal.values.emplace_back(fmt::format("{} {}", number, gap.instrument), gap.*member);
    }
  }
  const bool is_therapists = signal.respondent == Respondent::therapist;
  signal.values.emplace_back(kTherapists, is_therapists ? 1 : 0);
  signal.reason = sentence(gaps, is_therapists, "en");
  return row;
}

}  // namespace

std::vector<MissingRow> told_together(std::span<const Signal> missing) {
  // By whose form it is, then by where it begins; of one gap the latest.
  std::map<std::tuple<Respondent, int, std::string>, const Signal*> gaps;
  for (const auto& one : missing) gaps[{one.respondent, gap_of(one).first(), one.instrument}] = &one;
  std::vector<MissingRow> rows;
  std::vector<const Signal*> together;
  int until = 0;
  const auto end = [&] {
    if (!together.empty()) rows.push_back(row_of(together));
    together.clear();
    until = 0;
  };
  for (const auto& [place, one] : gaps) {
    const auto& [respondent, first, instrument] = place;
    if (!together.empty() && (together.front()->respondent != respondent || first > until)) end();
    together.push_back(one);
    until = std::max(until, gap_of(*one).latest);
  }
  end();
  return rows;
}

std::optional<std::string> sentence_of_missing(Values values, std::string_view language) {
  const auto gaps = gaps_of(values);
  if (gaps.empty()) return std::nullopt;
  const bool is_therapists = std::any_of(values.begin(), values.end(),
                                         [](const auto& one) { return one.first == kTherapists && one.second != 0; });
  return sentence(gaps, is_therapists, language);
}

}  // namespace rapport::signals
