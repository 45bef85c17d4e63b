/// What the rules find in simulated courses of which the truth is known, beside a rule with a fixed cut-off and one
/// that looks at the last two scores. Shares with 95 % intervals (Wilson). Then what it costs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <functional>

#include "features/signals/find_signals.hpp"
#include "research/statistics/random.hpp"

namespace rapport {
namespace {

using signals::Form;
using signals::Kind;
using statistics::Random;

constexpr int kSessions = 20;
/// Found in time: in the session in which it begins or one of the three after it.
constexpr int kInTime = 3;

/// The noise of a PHQ-9 with SD 5.5 and retest reliability .84, and of a SPARQ positive in quiet times, in points.
constexpr double kSymptomNoise = 2.2;
constexpr double kAllianceNoise = 1.25;

struct Truth {
  std::string_view name;
  double change = 0;         ///< of symptoms in each session, before anything begins
  bool worsens = false;      ///< two points a session from its onset, for five sessions
  bool ruptures = false;     ///< a fall of about five points
  bool is_repaired = false;  ///< after two sessions; otherwise it stays
  bool at_ceiling = false;
  double missing = 0;  ///< share of forms that do not come
  bool drops_out = false;
};
constexpr std::array<Truth, 9> kTruths{
    {{.name = "steady improvement", .change = -.7},
     {.name = "no change"},
     {.name = "deterioration", .worsens = true},
     {.name = "better, then worse", .change = -.5, .worsens = true},
     {.name = "rupture, repaired", .change = -.4, .ruptures = true, .is_repaired = true},
     {.name = "rupture, not repaired", .change = -.2, .ruptures = true},
     {.name = "ceiling rater", .change = -.4, .at_ceiling = true},
     {.name = "forms missing", .worsens = true, .ruptures = true, .missing = .2},
     {.name = "drop-out", .change = -.3, .drops_out = true}}};

struct Simulated {
  std::vector<Form> forms;
  int onset = 0;  ///< session; 0: nothing begins
  int sessions = 0;
};

double clamp_round(double value, double most) {
  return std::clamp(std::round(value), 0.0, most);
}

struct Instruments {
  const measures::Instrument* phq;
  const measures::Instrument* sparq;
  const measures::Instrument* risq;
};

Simulated simulate(const Truth& truth, const Instruments& instruments, Random& random) {
  Simulated made;
  made.sessions = truth.drops_out ? 4 + static_cast<int>(random.below(6)) : kSessions;
  if (truth.worsens || truth.ruptures) made.onset = 5 + static_cast<int>(random.below(8));
  const auto start = 14 + 3 * random.normal();
  const auto level = 11 + 3.5 * random.uniform();
  const auto fall = 5 + random.normal();
  for (int session = 1; session <= made.sessions; ++session) {
    const bool begun = made.onset != 0 && session >= made.onset;
    const auto steps = begun ? std::min(session - made.onset + 1, 5) : 0;
    const auto quiet = truth.worsens && begun ? made.onset - 1 : session - 1;
    auto symptoms = start + truth.change * quiet + (truth.worsens ? 2.0 * steps : 0);
    symptoms += kSymptomNoise * random.normal();
    const bool is_down = truth.ruptures && begun && (!truth.is_repaired || session < made.onset + 2);
    auto alliance = level - (is_down ? fall : 0) + kAllianceNoise * random.normal();
    if (truth.at_ceiling) alliance = 16 - (random.uniform() < .1 ? 1 : 0);
    const bool says_yes = random.uniform() < (is_down && session == made.onset ? .5 : .002);
    const auto add = [&](const measures::Instrument* instrument, std::string_view scale, double value) {
      if (random.uniform() < truth.missing) return;
      Form form;
      form.session = session;
      form.instrument = instrument;
      form.scores = {{std::string(scale), value, false}};
      made.forms.push_back(std::move(form));
    };
    add(instruments.phq, "total", clamp_round(symptoms, 27));
    add(instruments.sparq, "positive", clamp_round(alliance, 16));
    add(instruments.risq, "count", says_yes ? 1 : 0);
  }
  return made;
}

/// The sessions in which a rule speaks.
using Speaker = std::function<std::vector<int>(const Simulated&)>;

Speaker ours(std::span<const signals::Rule> rules, Kind kind) {
  return [rules, kind](const Simulated& course) {
    std::vector<int> sessions;
    for (const auto& signal : signals::find_signals(course.forms, rules)) {
      if (signal.kind == kind) sessions.push_back(signal.session);
    }
    return sessions;
  };
}

/// On one score after the other: the score and the one before it.
Speaker on_scores(const measures::Instrument* instrument, std::function<bool(double now, double before)> speaks) {
  return [instrument, speaks](const Simulated& course) {
    std::vector<int> sessions;
    const Form* before = nullptr;
    for (const auto& form : course.forms) {
      if (form.instrument != instrument) continue;
      const auto now = *form.scores.front().value;
      if (before != nullptr && speaks(now, *before->scores.front().value)) sessions.push_back(form.session);
      before = &form;
    }
    return sessions;
  };
}

Speaker either(Speaker a, Speaker b) {
  return [a, b](const Simulated& course) {
    auto sessions = a(course);
    for (const auto session : b(course)) sessions.push_back(session);
    return sessions;
  };
}

/// A share with its interval.
std::string share(int part, int whole) {
  if (whole == 0) return "-";
  const auto p = static_cast<double>(part) / whole;
  const auto z = 1.96;
  const auto centre = (p + z * z / (2 * whole)) / (1 + z * z / whole);
  const auto half = z * std::sqrt(p * (1 - p) / whole + z * z / (4.0 * whole * whole)) / (1 + z * z / whole);
  return fmt::format("{:.3f} [{:.3f}, {:.3f}]", p, centre - half, centre + half);
}

struct Count {
  int courses = 0;
  int in_time = 0;
  int any = 0;
  int false_alarms = 0;
  int quiet_sessions = 0;
  double delay = 0;
};

void count(const Simulated& course, bool begins, const std::vector<int>& spoken, Count& counted) {
  ++counted.courses;
  if (!spoken.empty()) ++counted.any;
  const auto quiet_until = begins ? course.onset - 1 : course.sessions;
  counted.quiet_sessions += quiet_until;
  for (const auto session : spoken) counted.false_alarms += session <= quiet_until ? 1 : 0;
  if (!begins) return;
  const auto first = std::find_if(spoken.begin(), spoken.end(), [&](int session) { return session >= course.onset; });
  if (first == spoken.end() || *first > course.onset + kInTime) return;
  ++counted.in_time;
  counted.delay += *first - course.onset;
}

void print(std::string_view rule, const Truth& truth, bool begins, const Count& counted) {
  fmt::print("| {:24} | {:22} | {:22} | {:22} | {:>5} | {:>6.2f} |\n", rule, truth.name,
             begins ? share(counted.in_time, counted.courses) : "-",
             begins ? "-" : share(counted.courses - counted.any, counted.courses),
             counted.in_time > 0 ? fmt::format("{:.1f}", counted.delay / counted.in_time) : "-",
             counted.quiet_sessions == 0 ? 0 : 20.0 * counted.false_alarms / counted.quiet_sessions);
}

struct Named {
  std::string_view name;
  Speaker speaks;
  bool about_relationship = false;
};

void compare(const std::vector<Named>& speakers, const Instruments& instruments, int courses) {
  fmt::print(
      "| Rule                     | Courses                | found in time          | rightly silent         | after | "
      "false  |\n");
  fmt::print("|---|---|---|---|---|---|\n");
  for (const auto& speaker : speakers) {
    for (const auto& truth : kTruths) {
      Random random(7);
      Count counted;
      const bool begins = speaker.about_relationship ? truth.ruptures : truth.worsens;
      for (int i = 0; i < courses; ++i) {
        const auto course = simulate(truth, instruments, random);
        count(course, begins, speaker.speaks(course), counted);
      }
      print(speaker.name, truth, begins, counted);
    }
  }
  fmt::print(
      "\nfound in time: in the session of the onset or one of the {} after it; after: sessions from the onset to the "
      "signal, of those in time; false: signals in 20 sessions in which nothing had begun.\n",
      kInTime);
}

void measure_cost(std::span<const signals::Rule> rules, const Instruments& instruments) {
  Random random(8);
  std::vector<Simulated> courses;
  for (int i = 0; i < 10'000; ++i)
    courses.push_back(simulate(kTruths[static_cast<std::size_t>(i) % kTruths.size()], instruments, random));
  std::size_t found = 0;
  const auto start = std::chrono::steady_clock::now();
  for (const auto& course : courses) found += signals::find_signals(course.forms, rules).size();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "\n10,000 courses of up to {} sessions with three forms each: {:.2f} s on one core, {} signals; {:.3f} ms a "
      "course.\n",
      kSessions, took.count(), found, took.count() / 10);
}

int run(int courses) {
  const auto library = measures::InstrumentLibrary::shipped().value();
  const auto rules = signals::shipped_rules(library).value();
  const Instruments instruments{library.find("phq-9"), library.find("sparq"), library.find("risq")};
  const auto yes = on_scores(instruments.risq, [](double now, double) { return now >= 1; });
  const std::vector<Named> speakers{
      {"deterioration", ours(rules, Kind::deterioration)},
      {"PHQ-9 of 20 or more", on_scores(instruments.phq, [](double now, double) { return now >= 20; })},
      {"6 over the last PHQ-9",
       on_scores(instruments.phq, [](double now, double before) { return now - before >= 6; })},
      {"rupture-candidate", ours(rules, Kind::rupture_candidate), true},
      {"SPARQ of 8 or less", on_scores(instruments.sparq, [](double now, double) { return now <= 8; }), true},
      {"4 below the last, or yes",
       either(on_scores(instruments.sparq, [](double now, double before) { return before - now >= 4; }), yes), true},
      {"repair", ours(rules, Kind::repair), true}};
  compare(speakers, instruments, courses);
  measure_cost(rules, instruments);
  return 0;
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  CLI::App app("Holds the rules of the signals against simulated courses");
  int courses = 2000;
  app.add_option("--courses", courses, "of each kind")->check(CLI::Range(100, 1'000'000));
  CLI11_PARSE(app, argc, argv);
  return rapport::run(courses);
}
