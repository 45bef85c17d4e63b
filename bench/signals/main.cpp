/// What the rules find in simulated courses of which the truth is known, beside a rule with a fixed cut-off and one
/// that looks at the last two scores; then what it costs.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>

#include "base/files.hpp"
#include "judge.hpp"
#include "measures/json_fields.hpp"

namespace rapport::signals_bench {
namespace {

using signals::Form;
using signals::Kind;
using statistics::Random;

/// One session a week, less holidays.
constexpr double kSessionsOfAYear = 40;

struct Shipped {
  explicit Shipped(const std::string& file) {
    auto read = file.empty() ? signals::shipped_rules(library)
                             : signals::read_rules(read_file(file, measures::kMaxDocumentBytes).value(), library);
    if (!read) throw std::runtime_error(read.error().detail);
    rules = std::move(*read);
  }

  measures::InstrumentLibrary library = measures::InstrumentLibrary::shipped().value();
  std::vector<signals::Rule> rules;
  Instruments instruments{library.find("phq-9"), library.find("sparq"), library.find("risq"), library.find("srs")};
  signals::Expectations expected;  ///< of other people than those who are looked at
};

/// One rule alone, where nothing speaks for it.
Speaker alone(const signals::Rule& rule, const signals::Expectations& expected) {
  return [&rule, &expected](const Simulated& course) {
    std::vector<int> sessions;
    for (const auto& signal : signals::find_signals(course.forms, std::span(&rule, 1), expected)) {
      if (sessions.empty() || sessions.back() != signal.session) sessions.push_back(signal.session);
    }
    return sessions;
  };
}

/// All rules as they are shipped, of one kind.
Speaker together(const Shipped& shipped, Kind kind) {
  return [&shipped, kind](const Simulated& course) {
    std::vector<int> sessions;
    for (const auto& signal : signals::find_signals(course.forms, shipped.rules, shipped.expected)) {
      if (signal.kind == kind) sessions.push_back(signal.session);
    }
    return sessions;
  };
}

/// On the client's scores, one after the other: the score and the one before it.
Speaker on_scores(const measures::Instrument* instrument, std::function<bool(double now, double before)> speaks,
                  bool once = false) {
  return [instrument, speaks, once](const Simulated& course) {
    std::vector<int> sessions;
    const Form* before = nullptr;
    for (const auto& form : course.forms) {
      if (form.instrument != instrument || form.respondent != signals::Respondent::client) continue;
      const auto now = *form.scores.front().value;
      const auto earlier = before == nullptr ? now : *before->scores.front().value;
      if (speaks(now, earlier) && !(once && !sessions.empty())) sessions.push_back(form.session);
      before = &form;
    }
    return sessions;
  };
}

Speaker either(Speaker a, Speaker b) {
  return [a, b](const Simulated& course) {
    auto sessions = a(course);
    for (const auto session : b(course)) sessions.push_back(session);
    std::sort(sessions.begin(), sessions.end());
    sessions.erase(std::unique(sessions.begin(), sessions.end()), sessions.end());
    return sessions;
  };
}

/// Within the first seven sessions, as the rules of the first sessions are.
Speaker early(Speaker speaker) {
  return [speaker](const Simulated& course) {
    auto sessions = speaker(course);
    std::erase_if(sessions, [](int session) { return session > 7; });
    return sessions;
  };
}

/// The two simple rules that an event's rules are held against.
struct Simple {
  std::string cutoff_name;
  Speaker cutoff;
  std::string last_two_name;
  Speaker last_two;
};

Simple simple_for(Event event, const Instruments& on) {
  const auto yes = on_scores(on.risq, [](double now, double) { return now >= 1; });
  const auto low = on_scores(on.sparq, [](double now, double) { return now <= 8; });
  const auto falls = on_scores(on.sparq, [](double now, double before) { return before - now >= 4; });
  switch (event) {
    case Event::worsening:
    case Event::no_progress:
      return {"PHQ-9 of 20 or more", on_scores(on.phq, [](double now, double) { return now >= 20; }),
              "6 over the last PHQ-9", on_scores(on.phq, [](double now, double before) { return now - before >= 6; })};
    case Event::improvement:
    case Event::gain:
      return {"PHQ-9 below 10, once",
              on_scores(
                  on.phq, [](double now, double) { return now < 10; }, true),
              "6 under the last PHQ-9", on_scores(on.phq, [](double now, double before) { return before - now >= 6; })};
    case Event::repair:
      return {"SPARQ of 12 or more after less",
              on_scores(on.sparq, [](double now, double before) { return now >= 12 && before < 12; }),
              "4 over the last SPARQ",
              on_scores(on.sparq, [](double now, double before) { return now - before >= 4; })};
    case Event::rupture:
    case Event::one_answer:
      return {"SPARQ of 8 or less", low, "4 below the last SPARQ, or a yes", either(falls, yes)};
    case Event::weak_start:
    case Event::falling_start:
      return {"SPARQ of 8 or less, sessions 1-7", early(low), "4 below the last SPARQ, sessions 1-7", early(falls)};
    case Event::two_views:
    case Event::ceiling:
    case Event::same_answers:
    case Event::forms_stop:
      break;
  }
  // There is nothing simpler to hold them against.
  const auto nothing = [](const Simulated&) { return std::vector<int>(); };
  return {"", nothing, "", nothing};
}

/// What each shipped rule is there to find. A rule that is not here is about what is not simulated.
const std::vector<std::pair<Event, std::vector<std::string_view>>>& events() {
  static const std::vector<std::pair<Event, std::vector<std::string_view>>> events{
      {Event::worsening,
       {"deterioration-from-start", "deterioration-from-best", "two-worsenings", "worse-than-expected"}},
      {Event::no_progress, {"no-improvement-by-6", "worse-than-expected"}},
      {Event::improvement, {"improvement-from-start"}},
      {Event::gain, {"sudden-gain"}},
      {Event::rupture, {"relationship-drop", "relationship-strain", "risq-yes"}},
      {Event::repair, {"relationship-repaired"}},
      {Event::one_answer, {"item-dip"}},
      {Event::weak_start, {"relationship-low", "srs-low"}},
      {Event::falling_start, {"relationship-falling"}},
      {Event::two_views, {"two-views"}},
      {Event::ceiling, {"perfect-score"}},
      {Event::same_answers, {"same-answers"}},
      {Event::forms_stop, {"form-missing"}}};
  return events;
}

std::optional<Kind> kind_of(Event event) {
  if (event == Event::worsening) return Kind::deterioration;
  if (event == Event::rupture) return Kind::rupture_candidate;
  return std::nullopt;
}

/// Clients of one practice, drawn by the shares of the truths.
std::vector<Simulated> practice(int clients, const Instruments& instruments, std::uint64_t seed) {
  Random random(seed);
  double whole = 0;
  for (const auto& truth : truths()) whole += truth.share;
  std::vector<Simulated> people;
  for (int i = 0; i < clients; ++i) {
    auto place = random.uniform() * whole;
    auto truth = truths().begin();
    while (truth + 1 != truths().end() && place >= truth->share) place -= (truth++)->share;
    people.push_back(simulate(*truth, World{}, instruments, random));
  }
  return people;
}

/// What such a practice would expect after so many treatments.
signals::Expectations learned(const Instruments& instruments, int treatments, std::uint64_t seed) {
  std::vector<std::vector<measures::SessionScore>> over;
  for (const auto& person : practice(treatments, instruments, seed)) {
    auto& scores = over.emplace_back();
    for (const auto& form : person.forms) {
      if (form.instrument == instruments.phq) scores.push_back({form.session, *form.scores.front().value});
    }
  }
  const auto built = measures::build_expected_course(over, 100);
  if (!built.course) throw std::runtime_error("of these treatments nothing is to be expected");
  fmt::print("What is to be expected of a PHQ-9 rests on {} treatments, the limits on session 2 to {}\n\n", built.cases,
             built.course->sessions.back().session);
  return {{instruments.phq, *built.course}};
}

void print_row(std::string_view rule, const Judgement& judged) {
  fmt::print("| {} | {} | {} | {} | {} | {} | {} | {} |\n", rule, judged.found().text(3), judged.silent().text(3),
             judged.right().text(2), judged.after().text(1), judged.ahead().text(1), judged.false_in(kSessions).text(2),
             judged.false_in(kSessionsOfAYear).text(2));
}

void judge(std::string_view name, const Speaker& speaker, Event event, const Speaker& cutoff,
           std::span<const Simulated> people) {
  Judgement judged(event);
  for (const auto& person : people) judged.add(person, speaker(person), cutoff(person));
  print_row(name, judged);
}

void every_rule(const Shipped& shipped, int clients, std::uint64_t seed) {
  const auto people = practice(clients, shipped.instruments, seed);
  fmt::print("Every rule, in a practice of {} clients (seed {})\n\n", clients, seed);
  fmt::print(
      "| Rule | found in time | silent without it | right when it speaks | sessions after the onset | sessions ahead "
      "of the cut-off | false in 20 sessions | false in a client's year |\n|---|---|---|---|---|---|---|---|\n");
  for (const auto& [event, ids] : events()) {
    const auto simple = simple_for(event, shipped.instruments);
    const auto kind = kind_of(event);
    if (kind) {
      judge(fmt::format("**all of {}**", signals::name(*kind)), together(shipped, *kind), event, simple.cutoff, people);
    }
    for (const auto& rule : shipped.rules) {
      if (std::find(ids.begin(), ids.end(), rule.id) == ids.end()) continue;
      judge(rule.id, alone(rule, shipped.expected), event, simple.cutoff, people);
    }
    if (simple.cutoff_name.empty()) continue;
    judge("_" + simple.cutoff_name + "_", simple.cutoff, event, simple.cutoff, people);
    judge("_" + simple.last_two_name + "_", simple.last_two, event, simple.cutoff, people);
  }
}

struct Named {
  std::string name;
  Speaker speaks;
  Event event = Event::worsening;
};

/// The courses that a table by courses is about; those without the event are where a rule should be silent.
std::vector<Named> speakers_by_course(const Shipped& shipped) {
  std::vector<Named> speakers;
  for (const auto event : {Event::worsening, Event::rupture}) {
    const auto simple = simple_for(event, shipped.instruments);
    const auto kind = *kind_of(event);
    speakers.push_back({std::string(signals::name(kind)), together(shipped, kind), event});
    speakers.push_back({simple.cutoff_name, simple.cutoff, event});
    speakers.push_back({simple.last_two_name, simple.last_two, event});
  }
  speakers.push_back({"repair", together(shipped, Kind::repair), Event::repair});
  return speakers;
}

Judgement judge_courses(const Named& speaker, const Truth& truth, const World& world, const Instruments& instruments,
                        int courses, std::uint64_t seed) {
  Random random(seed);
  Judgement judged(speaker.event);
  for (int i = 0; i < courses; ++i) {
    const auto course = simulate(truth, world, instruments, random);
    judged.add(course, speaker.speaks(course), {});
  }
  return judged;
}

void by_course(const Shipped& shipped, int courses, std::uint64_t seed) {
  constexpr std::array<std::string_view, 11> kCourses{"steady improvement",
                                                      "no change",
                                                      "deterioration",
                                                      "better, then worse",
                                                      "worse, then drop-out",
                                                      "rupture, repaired",
                                                      "rupture, not repaired",
                                                      "ceiling rater",
                                                      "ceiling rater, rupture",
                                                      "forms missing",
                                                      "drop-out"};
  fmt::print("\nBy course, {} of each (seed {})\n\n", courses, seed);
  fmt::print(
      "| Rule | Courses | found in time | silent without it | sessions after the onset | false in 20 sessions "
      "|\n|---|---|---|---|---|---|\n");
  for (const auto& speaker : speakers_by_course(shipped)) {
    for (const auto name : kCourses) {
      const auto judged = judge_courses(speaker, truth_named(name), World{}, shipped.instruments, courses, seed);
      fmt::print("| {} | {} | {} | {} | {} | {} |\n", speaker.name, name, judged.found().text(3),
                 judged.silent().text(3), judged.after().text(1), judged.false_in(kSessions).text(2));
    }
  }
}

/// What the same rules do where the noise is another than the one that they were chosen with.
void other_worlds(const Shipped& shipped, int courses, std::uint64_t seed) {
  constexpr std::array<World, 6> kWorlds{{{.name = "as above"},
                                          {.name = "less noise", .symptom_noise = 1.8, .alliance_noise = 1.1},
                                          {.name = "more noise", .symptom_noise = 2.6, .alliance_noise = 1.5},
                                          {.name = "noise that stays a while", .carried = .3},
                                          {.name = "smaller ruptures", .fall = 4},
                                          {.name = "larger ruptures", .fall = 6}}};
  fmt::print("\nOther worlds, {} of each (seed {})\n\n", courses, seed);
  fmt::print(
      "| World | worsening found | worse after better, found | improving: silent | rupture found, repaired | not "
      "repaired | false in 20 sessions | rupture by 4 below the last or a yes: found | false |\n"
      "|---|---|---|---|---|---|---|---|---|\n");
  const auto speakers = speakers_by_course(shipped);
  const auto& worse = speakers[0];
  const auto& rupture = speakers[3];
  const auto& last_two = speakers[5];
  for (const auto& world : kWorlds) {
    const auto judged = [&](const Named& speaker, std::string_view truth) {
      return judge_courses(speaker, truth_named(truth), world, shipped.instruments, courses, seed);
    };
    fmt::print(
        "| {} | {} | {} | {} | {} | {} | {} | {} | {} |\n", world.name, judged(worse, "deterioration").found().text(3),
        judged(worse, "better, then worse").found().text(3), judged(worse, "steady improvement").silent().text(3),
        judged(rupture, "rupture, repaired").found().text(3), judged(rupture, "rupture, not repaired").found().text(3),
        judged(rupture, "steady improvement").false_in(kSessions).text(2),
        judged(last_two, "rupture, repaired").found().text(3),
        judged(last_two, "steady improvement").false_in(kSessions).text(2));
  }
}

double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// Scores every form of a course that has answers anew, and finds its signals.
std::size_t evaluate(const Simulated& course, const Shipped& shipped) {
  auto forms = course.forms;
  for (auto& form : forms) {
    if (form.answers.empty()) continue;
    auto scored = measures::score(*form.instrument, form.answers, *form.instrument->variant(""));
    if (scored) form.scores = std::move(scored->scores);
  }
  return signals::find_signals(forms, shipped.rules, shipped.expected).size();
}

std::size_t evaluate_all(std::span<const Simulated> courses, const Shipped& shipped, unsigned threads) {
  std::atomic<std::size_t> next = 0;
  std::atomic<std::size_t> found = 0;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < threads; ++i) {
    workers.emplace_back([&] {
      for (auto place = next++; place < courses.size(); place = next++) found += evaluate(courses[place], shipped);
    });
  }
  for (auto& worker : workers) worker.join();
  return found;
}

/// 20 sessions each, with PHQ-9, SPARQ and RISQ; one thread and two in turn.
void measure_cost(const Shipped& shipped, int rounds) {
  Random random(8);
  std::vector<Simulated> courses;
  while (courses.size() < 10'000) {
    const auto& truth = truths()[courses.size() % truths().size()];
    if (!truth.ends)
      courses.push_back(simulate(truth, World{}, shipped.instruments, random));
    else
      courses.push_back(simulate(truths().front(), World{}, shipped.instruments, random));
  }
  fmt::print(
      "\n10,000 courses of {} sessions with three forms each, scored anew and looked through (target: 5 s on 2 "
      "cores)\n\n",
      kSessions);
  fmt::print("| Round | threads | seconds | processor seconds | signals |\n|---|---|---|---|---|\n");
  for (int round = 1; round <= rounds; ++round) {
    for (const unsigned threads : {1U, 2U}) {
      const auto processor = processor_seconds();
      const auto start = std::chrono::steady_clock::now();
      const auto found = evaluate_all(courses, shipped, threads);
      const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
      fmt::print("| {} | {} | {:.2f} | {:.2f} | {} |\n", round, threads, took.count(), processor_seconds() - processor,
                 found);
    }
  }
}

}  // namespace
}  // namespace rapport::signals_bench

int main(int argc, char** argv) {
  using namespace rapport::signals_bench;
  CLI::App app("Holds the rules of the signals against simulated courses");
  int courses = 4000;
  int clients = 20'000;
  int rounds = 3;
  std::uint64_t seed = 7;
  int treatments = 300;
  bool only_cost = false;
  std::string rules;
  app.add_option("--rules", rules, "another file of rules, to choose parameters by")->check(CLI::ExistingFile);
  app.add_option("--courses", courses, "of each kind")->check(CLI::Range(100, 1'000'000));
  app.add_option("--clients", clients, "of the practice in which every rule is looked at")
      ->check(CLI::Range(100, 1'000'000));
  app.add_option("--treatments", treatments, "that are over, from which an expected course is learnt")
      ->check(CLI::Range(100, 100'000));
  app.add_option("--seed", seed, "another one gives other courses");
  app.add_option("--rounds", rounds, "of the measure of time")->check(CLI::Range(1, 100));
  app.add_flag("--only-cost", only_cost, "nothing but the time");
  CLI11_PARSE(app, argc, argv);
  Shipped shipped(rules);
  shipped.expected = learned(shipped.instruments, treatments, seed + 1000);
  if (!only_cost) {
    every_rule(shipped, clients, seed);
    by_course(shipped, courses, seed + 1);
    other_worlds(shipped, courses, seed + 2);
  }
  measure_cost(shipped, rounds);
  return 0;
}
