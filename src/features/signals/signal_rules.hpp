#pragma once
/// @file The rules by which a course of forms says that somebody should look: data, each with name, version, parameters
/// and where it comes from. What a rule does is its method; the numbers are the file's.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "measures/instrument_library.hpp"

namespace rapport::signals {

enum class Kind {
  early_alliance,
  rupture_candidate,
  repair,
  divergence,
  ceiling,
  straight_line,
  not_on_track,
  deterioration,
  reliable_improvement,
  sudden_gain_candidate,
  missing,
  silence,
  late_reply,
  safety,
};
std::string_view name(Kind kind);
/// Nothing for another word.
std::optional<Kind> kind_named(std::string_view name);

enum class Level { info, look, act };
std::string_view name(Level level);
std::optional<Level> level_named(std::string_view name);

enum class Method {
  worse_than_start,   ///< reliably, against the first score
  worse_than_best,    ///< the mean of the latest against the best mean there was before
  not_better_by,      ///< no reliable improvement by a session, from a start in the clinical range
  two_worsenings,     ///< one after the other
  beyond_expected,    ///< of what the practice's own treatments that are over let expect
  better_than_start,  ///< reliably
  sudden_gain,
  drop,       ///< below the person's own level
  repaired,   ///< back at that level after a drop
  yes,        ///< a count of answers that are each a warning
  item_dip,   ///< one answer falls while the total stays
  low_early,  ///< below a level, in the first sessions
  low_later,  ///< becomes so after them
  falling_early,
  gap,            ///< client and therapist see it differently
  perfect_score,  ///< which says nothing
  same_answers,   ///< to everything, also to what asks for opposites
  not_sent,       ///< a form that usually comes
  no_score,       ///< a form that came, of which too much was left out
  no_contact,     ///< not a word, a form or a session for some weeks (contact_signals.hpp)
  reply_late,     ///< an answer that is past the agreed time (contact_signals.hpp)
  safety_answer,
};

/// One scale that a rule is about, and what the rule takes for large on it, in points.
struct Measure {
  std::string instrument;
  std::string scale;
  double drop = 0;            ///< below the own level, from which it may be one
  double error = 0;           ///< standard error of measurement: the least sigma of a control chart
  std::optional<double> low;  ///< a score below it is low
  double spread = 0;          ///< standard deviation between people
};

/// Of a rule whose data says nothing of it; from 1, the weakest, to 9.
inline constexpr int kUsualStrength = 5;

struct Rule {
  std::string id;
  std::string title;
  std::string version;
  Kind signal = Kind::missing;
  Level level = Level::info;
  Method method = Method::not_sent;
  bool is_published = false;      ///< otherwise the rule is our own
  int strength = kUsualStrength;  ///< of two rules about the same thing the stronger speaks, whatever else they are
  std::string citation;           ///< what it rests on
  std::string citation_de;        ///< the same in German; empty where the file has it not
  std::vector<Measure> measures;
  std::map<std::string, double, std::less<>> parameters;

  double parameter(std::string_view key) const { return parameters.find(key)->second; }
};

/// {"rules": […]}. Errors: those of `measures::parse_document`; invalid "signals.rules" with line and field: an unknown
/// method or one with the signal of another, a parameter that is missing, unknown or out of its range, an instrument or
/// scale that is not there, an id twice, a scale twice in one rule, a low score outside its scale.
Result<std::vector<Rule>> read_rules(std::string_view text, const measures::InstrumentLibrary& instruments);

/// Those that are part of the program (resources/signals). Errors: those of `read_rules`, which would be a defect.
Result<std::vector<Rule>> shipped_rules(const measures::InstrumentLibrary& instruments);

/// The text of a file of resources/signals, by its name. Throws std::logic_error when it is not there: a defect.
std::string_view signal_file(std::string_view name);

}  // namespace rapport::signals
