#include "features/signals/signal_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/days_for_sessions.hpp"
#include "features/signals/find_signals.hpp"
#include "features/signals/missing_forms.hpp"
#include "features/signals/sentence_parts.hpp"
#include "features/signals/several_instruments.hpp"
#include "features/signals/support.hpp"
#include "http/shape.hpp"

namespace rapport::signals {
namespace {

constexpr std::string_view kGerman = "de";

struct KeptValue {
  std::string name;
  double value = 0;
};
BOOST_DESCRIBE_STRUCT(KeptValue, (), (name, value))

struct KeptBody {
  std::string reason;
  std::vector<KeptValue> values;
};
BOOST_DESCRIBE_STRUCT(KeptBody, (), (reason, values))

struct Title {
  Kind kind;
  std::string_view english, german;
};
// They speak of the relationship whatever was asked: for SPARQ it is no alliance.
constexpr std::array kTitles{
    Title{Kind::early_alliance, "The relationship in the first sessions", "Die Beziehung in den ersten Sitzungen"},
    Title{Kind::rupture_candidate, "Perhaps something has come between you",
          "Vielleicht ist etwas zwischen Sie gekommen"},
    Title{Kind::repair, "The relationship is back where it was", "Die Beziehung ist wieder, wie sie war"},
    Title{Kind::divergence, "You two see it differently", "Sie beide sehen es verschieden"},
    Title{Kind::ceiling, "A perfect score says nothing", "Ein Höchstwert sagt nichts"},
    Title{Kind::straight_line, "One answer to every question", "Überall dieselbe Antwort"},
    Title{Kind::not_on_track, "It does not get better as hoped", "Es wird nicht besser wie erhofft"},
    Title{Kind::deterioration, "Reliably worse", "Verlässlich schlechter"},
    Title{Kind::reliable_improvement, "Reliably better", "Verlässlich besser"},
    Title{Kind::sudden_gain_candidate, "Perhaps a sudden gain", "Vielleicht eine plötzliche Besserung"},
    Title{Kind::missing, "A form did not come, or gave no score", "Ein Fragebogen kam nicht oder ergab keinen Wert"},
    Title{Kind::silence, "Nothing has come for weeks", "Seit Wochen kam nichts"},
    Title{Kind::late_reply, "An answer is late", "Eine Antwort ist überfällig"},
    Title{Kind::safety, "An answer that a person has to see", "Eine Antwort, die ein Mensch ansehen muss"},
};

/// Three digits that mean something, as the English sentences have.
std::string number(double value) {
  return number_in(kGerman, value);
}
/// Two digits are enough of standard deviations.
std::string rounded(double value) {
  return number_in(kGerman, value, 2);
}
std::string points(double size) {
  const auto text = number(std::abs(size));
  return text + (text == "1" ? " Punkt" : " Punkte");
}
/// After "ab", "von" and "bei".
std::string of_points(double size) {
  const auto text = number(std::abs(size));
  return text + (text == "1" ? " Punkt" : " Punkten");
}

/// The numbers of a signal by their names; a sentence that asks for one that is not there is not written.
class Values {
 public:
  explicit Values(const Body& body) : body_(body) {}
  double operator[](std::string_view name) {
    for (const auto& [known, value] : body_.values) {
      if (known == name) return value;
    }
    is_whole_ = false;
    return 0;
  }
  /// One whose name begins so, with what follows; none is no mistake.
  std::optional<std::pair<std::string_view, double>> beginning(std::string_view prefix) const {
    for (const auto& [known, value] : body_.values) {
      if (known.starts_with(prefix)) return std::pair(std::string_view(known).substr(prefix.size()), value);
    }
    return std::nullopt;
  }
  std::string of_missing() {
    const auto sentence = sentence_of_missing(body_.values, kGerman);
    is_whole_ = is_whole_ && sentence;
    return sentence.value_or("");
  }
  bool is_whole() const { return is_whole_; }

 private:
  const Body& body_;
  bool is_whole_ = true;
};

/// Which the rule names; null where it names none.
const measures::Scale* named_scale(const measures::Instrument& instrument, const Rule& rule) {
  const auto measure = std::find_if(rule.measures.begin(), rule.measures.end(),
                                    [&](const Measure& one) { return one.instrument == instrument.id(); });
  if (measure == rule.measures.end()) return nullptr;
  const auto& scales = instrument.scoring().scales;
  const auto scale =
      std::find_if(scales.begin(), scales.end(), [&](const measures::Scale& one) { return one.key == measure->scale; });
  return scale == scales.end() ? nullptr : &*scale;
}

/// By rule, for a rule says of what scale it is; without one it is the main scale.
std::string scale_of(const StoredSignal& signal, const Rule& rule) {
  const auto* instrument = questionnaires::instruments().find(signal.instrument.value_or(""));
  if (instrument == nullptr) return signal.instrument.value_or("");
  const auto& scales = instrument->scoring().scales;
  if (const auto* scale = named_scale(*instrument, rule)) return name_of(*instrument, *scale, kGerman);
  return rule.method == Method::same_answers ? name_of(*instrument, kGerman)
                                             : name_of(*instrument, scales.front(), kGerman);
}

std::string symptoms(const Values& v) {
  const auto from = v.beginning(kSymptomsFrom);
  const auto to = v.beginning(kSymptomsTo);
  if (!from || !to) return "";
  const auto* instrument = questionnaires::instruments().find(from->first);
  return fmt::format("; {} ging derweil von {} auf {}",
                     instrument == nullptr ? std::string(from->first) : name_of(*instrument, kGerman),
                     number(from->second), number(to->second));
}

/// Whether its sentence says how the symptoms went; where another took that over, it stands behind.
bool has_symptoms_in_it(Method method) {
  return method == Method::low_early || method == Method::low_later || method == Method::falling_early;
}

/// Of what was told before and has become worse since; otherwise nothing.
std::string further(Values& v) {
  if (!v.beginning("further")) return "";
  return fmt::format(" Das sind {} mehr als in Sitzung {:.0f}, als es zuletzt gemeldet wurde.", points(v["further"]),
                     v["told_before"]);
}

/// Of so many forms one after the other; of one, nothing.
std::string running(const Values& v) {
  const auto forms = v.beginning("running");
  return forms ? fmt::format(", {:.0f}-mal in Folge", forms->second) : "";
}

std::string drop(const std::string& of, Values& v) {
  const bool is_one = v["forms"] == 1;
  const auto scores = is_one ? fmt::format("{}, das sind", number(v["score"]))
                             : fmt::format("{} nach {}, im Mittel", number(v["score"]), number(v["previous"]));
  return fmt::format(
      "{}: {} {} {} als die sonst üblichen {}: mehr, als die Werte dieses Menschen schwanken; vielleicht ist etwas "
      "zwischen die beiden gekommen.",
      of, scores, points(v["drop"]), v["score"] < v["level"] ? "weniger" : "mehr", number(v["level"]));
}

/// What a low score lies below: the middle of its scale is no norm.
std::string norm(const StoredSignal& signal, const Rule& rule, double limit) {
  const auto* instrument = questionnaires::instruments().find(signal.instrument.value_or(""));
  const auto* scale = instrument == nullptr ? nullptr : named_scale(*instrument, rule);
  return scale != nullptr && is_middle(*scale, limit) ? fmt::format(", unter der Mitte der Skala ({})", number(limit))
                                                      : fmt::format("; üblich wären {} oder mehr", number(limit));
}

std::string german(const StoredSignal& signal, const Rule& rule, Values& v) {
  const auto of = scale_of(signal, rule);
  const auto session = signal.session.value_or(0);
  switch (rule.method) {
    case Method::worse_than_start:
    case Method::better_than_start:
      return fmt::format(
          "{}: {}, das sind {} {} als die {} aus Sitzung {:.0f}; ab {} ist eine Veränderung verlässlich.{}", of,
          number(v["score"]), points(v["change"]), rule.method == Method::worse_than_start ? "schlechter" : "besser",
          number(v["start"]), v["start_session"], of_points(v["threshold"]), further(v));
    case Method::worse_than_best:
      return fmt::format(
          "{}: Die letzten {:.0f} Werte sind im Mittel {}, {} schlechter als das beste Mittel aus {:.0f} davor, {}; "
          "die "
          "Regel verlangt einen Abstand von {}.{}",
          of, v["latest"], number(v["recent_mean"]), points(v["worse"]), v["best_of"], number(v["best_mean"]),
          of_points(v["threshold"]), further(v));
    case Method::not_better_by:
      return fmt::format(
          "{}: Der Anfang lag mit {} im auffälligen Bereich, in Sitzung {} sind es {}: keine verlässliche Besserung, "
          "die bei {} läge.",
          of, number(v["start"]), session, number(v["score"]), of_points(v["threshold"]));
    case Method::beyond_expected:
      return fmt::format(
          "{}: {} in Sitzung {}, schlechter als üblich{}; nach einem ersten Wert von {} waren {} zu erwarten, und {} "
          "von 100 liegen nicht schlechter als {}, nach {:.0f} abgeschlossenen Behandlungen dieser Praxis.",
          of, number(v["score"]), session, running(v), number(v["start"]), number(v["expected"]),
          number(v["of_hundred"]), number(v["limit"]), v["cases"]);
    case Method::two_worsenings:
      return fmt::format(
          "{}: zweimal nacheinander schlechter, von {} auf {} und {}: {} zusammen; die Regel verlangt {}.", of,
          number(v["before"]), number(v["between"]), number(v["score"]), points(v["score"] - v["before"]),
          points(v["threshold"]));
    case Method::sudden_gain:
      return fmt::format(
          "{}: von {} in Sitzung {:.0f} auf {} in Sitzung {:.0f}, und es blieb dabei: vielleicht eine plötzliche "
          "Besserung. Von Menschen, denen es stetig besser geht, zeigt etwa die Hälfte zufällig eine.",
          of, number(v["before"]), v["after_session"], number(v["after"]), v["reached_session"]);
    case Method::drop:
      return drop(of, v);
    case Method::repaired:
      return fmt::format("{}: {}, und damit wieder nahe an {}, wo es vor dem Abfall war; das dauerte {:.0f} {}.", of,
                         number(v["score"]), number(v["level"]), v["forms"],
                         v["forms"] == 1 ? "Fragebogen" : "Fragebögen");
    case Method::yes:
      return fmt::format("{}: {}-mal mit Ja geantwortet. Ein Mensch sieht es an.", of, number(v["count"]));
    case Method::item_dip:
      return fmt::format("{} bleibt mit {} hoch, aber Frage {:.0f} hat {}, {} weniger als sonst.", of,
                         number(v["score"]), v["item"], number(v["answer"]), points(v["dip"]));
    case Method::low_early:
    case Method::low_later:
      return fmt::format("{}: {} in Sitzung {}{}{}.", of, number(v["score"]), session, norm(signal, rule, v["limit"]),
                         symptoms(v));
    case Method::falling_early:
      return fmt::format("{}: in den ersten Sitzungen zweimal nacheinander gefallen, von {} auf {} und {}{}.", of,
                         number(v["before"]), number(v["between"]), number(v["score"]), symptoms(v));
    case Method::gap:
      return fmt::format(
          "{}: Die beiden sehen es {:.0f}-mal nacheinander verschieden, mit {} bei der Klientin oder dem Klienten und "
          "{} bei der Therapeutin oder dem Therapeuten, {} Standardabweichungen auseinander.",
          of, v["times"], number(v["client"]), number(v["therapist"]), rounded(std::abs(v["gap"])));
    case Method::perfect_score:
      return fmt::format(
          "{} war {:.0f}-mal nacheinander am Ende der Skala, {}: Ein solcher Wert kann nicht sagen, wie die Beziehung "
          "ist; "
          "besser ist es, zu fragen.",
          of, v["forms"], number(v["score"]));
    case Method::same_answers:
      return fmt::format(
          "{}: Jede Frage ist mit {} beantwortet. Ein solcher Fragebogen sagt wenig; besser ist es, zu fragen.", of,
          number(v["answer"]));
    case Method::not_sent:
      return v.of_missing();
    case Method::no_score:
      return fmt::format("{} kam zu Sitzung {}, ergab aber keinen Wert{}.", of, session,
                         v.beginning("answered")
                             ? fmt::format(" ({:.0f} von {:.0f} Fragen beantwortet)", v["answered"], v["questions"])
                             : "");
    case Method::no_contact:
      return fmt::format(
          "Seit {:.0f} Tagen kam von der Klientin oder dem Klienten weder eine Nachricht noch ein Fragebogen, es war "
          "keine Sitzung, und keine ist geplant; die Regel verlangt {:.0f}.",
          v["days"], v["limit"]);
    case Method::reply_late:
      return fmt::format("Jemand wartet seit {:.0f} Stunden auf eine Antwort; vereinbart sind {:.0f}.", v["hours"],
                         v["agreed"]);
    case Method::safety_answer:
      return std::string(title_of(Kind::safety, kGerman)) + ".";
  }
  return "";
}

}  // namespace

Bytes seal_body(const access::SealKey& key, SignalId signal, const Body& body) {
  KeptBody kept{body.reason, {}};
  for (const auto& [name, value] : body.values) kept.values.push_back({name, value});
  std::string text;
  http::write(text, kept);
  return access::seal(key, signal.bytes(), text);
}

Result<Body> open_body(const access::SealKey& key, SignalId signal, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, signal.bytes(), sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  TRY_ASSIGN(auto kept, http::parse<KeptBody>(value));
  Body body{std::move(kept.reason), {}};
  for (auto& one : kept.values) body.values.emplace_back(std::move(one.name), one.value);
  return body;
}

namespace {

/// Values that are scores of one form.
constexpr std::array<std::string_view, 6> kScores{"score", "start", "before", "between", "previous", "client"};

/// Wherever it stands as a number of its own.
std::string with_number(std::string text, const std::string& old, const std::string& other) {
  const auto is_digit = [&](std::size_t place) {
    return place < text.size() && text[place] >= '0' && text[place] <= '9';
  };
  for (auto at = text.find(old); at != std::string::npos; at = text.find(old, at)) {
    const auto end = at + old.size();
    const bool is_part = (at > 0 && (is_digit(at - 1) || text[at - 1] == '.')) || is_digit(end);
    if (!is_part) text.replace(at, old.size(), other);
    at += is_part ? old.size() : other.size();
  }
  return text;
}

}  // namespace

Body with_rounded_scores(Body body) {
  for (auto& [name, value] : body.values) {
    const auto whole = std::round(value);
    if (value == whole || std::find(kScores.begin(), kScores.end(), name) == kScores.end()) continue;
    body.reason = with_number(std::move(body.reason), number_in("en", value), number_in("en", whole));
    value = whole;
  }
  return body;
}

const std::vector<Rule>& rules() {
  // Not those of the practice, which may have an earlier version that lacks a scale.
  static const auto shipped = shipped_rules(questionnaires::instruments_of_program()).value();
  return shipped;
}

const Rule* find_rule(std::string_view id) {
  const auto& all = rules();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Rule& rule) { return rule.id == id; });
  return found == all.end() ? nullptr : &*found;
}

bool tells_single_answers(std::string_view id) {
  const auto* rule = find_rule(id);
  return rule == nullptr || rule->method == Method::item_dip || rule->method == Method::same_answers;
}

std::string_view language_of(std::string_view wanted) {
  return wanted == kGerman ? kGerman : "en";
}

std::string_view title_of(Kind kind, std::string_view language) {
  for (const auto& title : kTitles) {
    if (title.kind == kind) return language == kGerman ? title.german : title.english;
  }
  return "";
}

std::string title_of(const Rule& rule, std::string_view language) {
  if (language != kGerman) return rule.title;
  const auto translated = support_texts().rule_title(rule.id, language);
  return translated.empty() ? rule.title : translated;
}

std::string citation_of(const Rule& rule, std::string_view language) {
  return language == kGerman && !rule.citation_de.empty() ? rule.citation_de : rule.citation;
}

std::string sentence_of(const StoredSignal& signal, const Body& body, std::string_view language) {
  const auto* rule = find_rule(signal.rule);
  if (language != kGerman || rule == nullptr) return with_days(body.reason, body.values, "en");
  Values values(body);
  auto text = german(signal, *rule, values);
  if (!has_symptoms_in_it(rule->method)) text += sentence_of_symptoms(body.values, kGerman);
  text += sentence_of_others(body.values, kGerman);
  return values.is_whole() ? with_days(std::move(text), body.values, kGerman)
                           : with_days(body.reason, body.values, "en");
}

}  // namespace rapport::signals
