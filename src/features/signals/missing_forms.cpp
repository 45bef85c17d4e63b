#include "features/signals/missing_forms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
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

/// One that came all the same, and gave no score.
struct Empty {
  std::string instrument;
  int session = 0;
  std::optional<int> answered = {};  ///< of
  int questions = 0;
};
/// Names of values begin so; the instrument's id follows. The first begins another form.
constexpr std::string_view kEmptySession = "empty_session ";
constexpr std::string_view kEmptyAnswered = "empty_answered ";
constexpr std::string_view kEmptyQuestions = "empty_questions ";

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
    const auto space = std::min(name.find(' '), name.size());
    const auto is_named = [&](const auto& number) { return std::string_view(name).substr(0, space) == number.first; };
    if (space == name.size() || std::none_of(kNumbers.begin(), kNumbers.end(), is_named)) continue;
    const auto instrument = name.substr(space + 1);
    auto gap = std::find_if(gaps.begin(), gaps.end(), [&](const Gap& one) { return one.instrument == instrument; });
    if (gap == gaps.end()) gap = gaps.insert(gaps.end(), {instrument});
    for (const auto& [number, member] : kNumbers) {
      if (std::string_view(name).substr(0, space) == number) (*gap).*member = static_cast<int>(value);
    }
  }
  return gaps;
}

std::vector<Empty> empties_of(Values values) {
  std::vector<Empty> empties;
  for (const auto& [name, value] : values) {
    const auto number = static_cast<int>(value);
    if (name.starts_with(kEmptySession)) empties.push_back({name.substr(kEmptySession.size()), number});
    if (empties.empty()) continue;
    if (name.starts_with(kEmptyAnswered)) empties.back().answered = number;
    if (name.starts_with(kEmptyQuestions)) empties.back().questions = number;
  }
  return empties;
}

void add_empty(const Signal& empty, std::vector<std::pair<std::string, double>>& values) {
  values.emplace_back(std::string(kEmptySession) + empty.instrument, empty.session);
  for (const auto& [name, value] : empty.values) {
    if (name == "answered") values.emplace_back(std::string(kEmptyAnswered) + empty.instrument, value);
    if (name == "questions") values.emplace_back(std::string(kEmptyQuestions) + empty.instrument, value);
  }
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

std::string name_of_instrument(const std::string& id, std::string_view language) {
  const auto* instrument = questionnaires::instruments().find(id);
  return instrument == nullptr ? id : name_of(*instrument, language);
}

std::string sentence_of(const Empty& empty, std::string_view language) {
  const bool german = language == record::kGerman;
  const auto name = name_of_instrument(empty.instrument, language);
  std::string counts;
  if (empty.answered) {
    counts = german ? fmt::format(" ({} von {} Fragen beantwortet)", *empty.answered, empty.questions)
                    : fmt::format(" ({} of {} questions answered)", *empty.answered, empty.questions);
  }
  return german ? fmt::format(" {} kam zu Sitzung {}, ergab aber keinen Wert{}.", name, empty.session, counts)
                : fmt::format(" {} came for session {}, but gave no score{}.", name, empty.session, counts);
}

std::string sentence(const std::vector<Gap>& gaps, const std::vector<Empty>& empties, bool is_therapists,
                     std::string_view language) {
  const bool german = language == record::kGerman;
  const bool alike = is_alike(gaps);
  const bool is_one = gaps.size() == 1;
  std::vector<std::string> named;
  for (const auto& gap : gaps) {
    const auto name = name_of_instrument(gap.instrument, language);
    named.push_back(alike ? name : fmt::format("{} {}", name, sessions_of(gap, german)));
  }
  const auto subject = listed_in(language, named) + whose(is_therapists, is_one, german);
  const auto when = alike ? " " + sessions_of(gaps.front(), german) : "";
  auto text = german
                  ? fmt::format("{} {}{} nicht; {}.", subject, is_one ? "kam" : "kamen", when, before(gaps, language))
                  : fmt::format("{} did not come{}; {}.", subject, when, before(gaps, language));
  for (const auto& empty : empties) text += sentence_of(empty, language);
  return text;
}

MissingRow row_of(const std::vector<const Signal*>& missing, const std::vector<const Signal*>& empty) {
  const auto later = [](const Signal* a, const Signal* b) { return a->form < b->form; };
  MissingRow row{**std::max_element(missing.begin(), missing.end(), later), 0};
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
  for (const auto* one : empty) {
    add_empty(*one, signal.values);
    signal.level = std::max(signal.level, one->level);
    if (one->form < signal.form) continue;
    signal.form = one->form;
    signal.session = one->session;
    signal.date = one->date;
  }
  signal.reason = sentence(gaps, empties_of(signal.values), is_therapists, "en");
  return row;
}

/// What is told in one row: sessions from `first` to `until` of which something is said.
struct Spell {
  Respondent respondent = Respondent::client;
  int first = 0;
  int until = 0;
  const Signal* signal = nullptr;
  bool is_empty = false;
};

/// One without a score goes on with what did not come, where it is the next of its kind.
Spell spell_of(const Signal& empty, const std::vector<Spell>& gaps) {
  Spell spell{empty.respondent, empty.session, empty.session, &empty, true};
  for (const auto& gap : gaps) {
    const bool is_same = gap.respondent == empty.respondent && gap.signal->instrument == empty.instrument;
    if (is_same && gap.until == empty.session - 1) spell.first = gap.first;
  }
  return spell;
}

}  // namespace

std::vector<MissingRow> told_together(std::span<const Signal> missing, std::vector<Signal>& without_score) {
  // By whose form it is, then by where it begins; of one gap the latest.
  std::map<std::tuple<Respondent, int, std::string>, const Signal*> latest;
  for (const auto& one : missing) latest[{one.respondent, gap_of(one).first(), one.instrument}] = &one;
  std::vector<Spell> all;
  for (const auto& [place, one] : latest) {
    all.push_back({one->respondent, gap_of(*one).first(), gap_of(*one).latest, one});
  }
  const auto gaps = all;
  for (const auto& one : without_score) all.push_back(spell_of(one, gaps));
  const auto key = [](const Spell& one) {
    return std::tie(one.respondent, one.first, one.is_empty, one.signal->instrument, one.until);
  };
  std::sort(all.begin(), all.end(), [&](const Spell& a, const Spell& b) { return key(a) < key(b); });
  std::vector<MissingRow> rows;
  std::set<const Signal*> told;
  for (auto from = all.begin(); from != all.end();) {
    auto to = from;
    std::vector<const Signal*> not_sent, empty;
    for (int until = from->first; to != all.end() && to->respondent == from->respondent && to->first <= until; ++to) {
      (to->is_empty ? empty : not_sent).push_back(to->signal);
      until = std::max(until, to->until);
    }
    if (!not_sent.empty()) {
      rows.push_back(row_of(not_sent, empty));
      told.insert(empty.begin(), empty.end());
    }
    from = to;
  }
  std::erase_if(without_score, [&](const Signal& one) { return told.contains(&one); });
  return rows;
}

bool tells_without_score(Values values, std::string_view instrument) {
  const auto empties = empties_of(values);
  return std::any_of(empties.begin(), empties.end(), [&](const Empty& one) { return one.instrument == instrument; });
}

std::optional<std::string> sentence_of_missing(Values values, std::string_view language) {
  const auto gaps = gaps_of(values);
  if (gaps.empty()) return std::nullopt;
  const bool is_therapists = std::any_of(values.begin(), values.end(),
                                         [](const auto& one) { return one.first == kTherapists && one.second != 0; });
  return sentence(gaps, empties_of(values), is_therapists, language);
}

}  // namespace rapport::signals
