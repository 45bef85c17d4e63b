#pragma once
/// Simulated courses of which the truth is known. Everything here is made up; the sizes are those of README.md.
#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "features/signals/find_signals.hpp"
#include "research/statistics/random.hpp"

namespace rapport::signals_bench {

inline constexpr int kSessions = 20;
/// Found in time: in the session in which it begins or one of the three after it.
inline constexpr int kInTime = 3;

/// How much is noise. Points of the score; the noise of a session goes over to the next by the share `carried`.
struct World {
  std::string_view name;
  double symptom_noise = 2.2;  ///< PHQ-9 with SD 5.5 and retest reliability .84
  double alliance_noise = 1.25;
  double carried = 0;
  double fall = 5;  ///< of SPARQ positive in a rupture, on average
};

/// What can happen in a course, each to be found by some rule.
enum class Event {
  worsening,
  no_progress,
  improvement,
  gain,
  rupture,
  repair,
  one_answer,
  weak_start,
  falling_start,
  two_views,
  ceiling,
  same_answers,
  forms_stop
};
inline constexpr std::size_t kEvents = 13;

struct Happening {
  int onset = 0;    ///< session; 0: it does not happen
  int from = 0;     ///< the first session in which saying so is right
  int in_time = 0;  ///< the last session that is in time
  int until = 0;    ///< the last session in which saying so is right

  bool happens() const { return onset != 0; }
  bool is_right(int session) const { return happens() && session >= from && session <= until; }
};

struct Truth {
  std::string_view name;
  double share = 0;          ///< of the clients of a practice
  double change = 0;         ///< of symptoms in each session, before anything begins
  int changes_until = 99;    ///< and after that session none
  bool worsens = false;      ///< two points a session from its onset, for five sessions
  bool ruptures = false;     ///< a fall of the relationship
  bool is_repaired = false;  ///< after two sessions; otherwise it stays
  bool at_ceiling = false;
  bool gains = false;    ///< nine points from one session to the next
  double missing = 0;    ///< share of forms that do not come
  bool ends = false;     ///< drops out: after four to nine sessions, and after three of what began
  bool is_weak = false;  ///< the relationship, from the first session
  bool falls = false;    ///< two points a session, in the first five
  bool has_views = false;
  bool views_part = false;  ///< the therapist sees it five points higher, from the onset
  bool one_answer = false;  ///< one question falls by three under a high total
  bool same_answers = false;
  bool stops = false;  ///< the PHQ-9 comes no more
};
std::span<const Truth> truths();
const Truth& truth_named(std::string_view name);

struct Instruments {
  const measures::Instrument* phq = nullptr;
  const measures::Instrument* sparq = nullptr;
  const measures::Instrument* risq = nullptr;
  const measures::Instrument* srs = nullptr;
};

struct Simulated {
  std::vector<signals::Form> forms;
  int sessions = 0;
  std::array<Happening, kEvents> happenings;

  const Happening& of(Event event) const { return happenings[static_cast<std::size_t>(event)]; }
};

Simulated simulate(const Truth& truth, const World& world, const Instruments& instruments, statistics::Random& random);

}  // namespace rapport::signals_bench
