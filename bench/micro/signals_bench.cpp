// What one form costs that is sent: opening the course it belongs to and asking every rule, against asking the rules
// alone of scores that are open already. A course of twenty sessions with PHQ-9, GAD-7 and SPARQ.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/questionnaires/sealed_answers.hpp"
#include "features/signals/evaluation.hpp"
#include "http/shape.hpp"

namespace rapport::signals {
namespace {

constexpr int kSessions = 20;
const Time kStart = from_micros(1'795'000'000'000'000);

struct Course {
  access::SealKey key = access::SealKey::random();
  StoredCourse stored;
  Time now = kStart + std::chrono::days(7 * kSessions);
};

void add_form(Course& course, const char* instrument_id, EncounterId session, Time at, double value) {
  const auto* instrument = questionnaires::instruments().find(instrument_id);
  questionnaires::Answers answers{"en", {}};
  for (const auto& question : instrument->questions()) {
    answers.answers.push_back({question.link_id, std::min(question.max, std::max(question.min, value))});
  }
  const auto scores = questionnaires::score_answers(*instrument, answers);
  if (!scores) throw std::logic_error("the form was to be scored");
  questionnaires::StoredForm form;
  form.id = questionnaires::FormId::make(at);
  form.client = course.stored.client;
  form.instrument = instrument_id;
  form.completed_at = at;
  form.version = 1;
  form.encounter = session;
  course.stored.forms.push_back(form);
  course.stored.versions.push_back({form.id, 1, 1, at, questionnaires::seal_answers(course.key, form.id, 1, answers),
                                    questionnaires::seal_scores(course.key, form.id, 1, *scores)});
}

const Course& course() {
  static const auto made = [] {
    Course one;
    one.stored.episode = EpisodeId::make(kStart);
    one.stored.client = AccountId::make(kStart);
    one.stored.contact.opened_at = kStart;
    for (int number = 0; number < kSessions; ++number) {
      const auto at = kStart + std::chrono::days(7 * number);
      encounters::Encounter session;
      session.id = EncounterId::make(at);
      session.number = number + 1;
      session.began_at = at;
      session.ended_at = at + std::chrono::minutes(50);
      session.status = encounters::Status::closed;
      one.stored.sessions.push_back(session);
      add_form(one, "phq-9", session.id, at, number % 4 == 3 ? 2 : 1);
      add_form(one, "gad-7", session.id, at, number % 3);
      add_form(one, "sparq", session.id, at + std::chrono::hours(1), number % 5 == 4 ? 1 : 3);
    }
    return one;
  }();
  return made;
}

void look_through_course(benchmark::State& state) {
  const auto& one = course();
  for (auto _ : state) {
    const auto found = find_in(one.stored, one.key, one.now);
    if (!found) throw std::logic_error("the course was to be looked through");
    const auto changes = changes_of(one.stored, *found, one.key, one.now);
    benchmark::DoNotOptimize(changes);
  }
}
BENCHMARK(look_through_course)->Unit(benchmark::kMicrosecond);

void ask_rules_alone(benchmark::State& state) {
  std::vector<Form> forms;
  const auto& library = questionnaires::instruments();
  for (int session = 1; session <= kSessions; ++session) {
    for (const auto& [id, scale, value] :
         {std::tuple("gad-7", "total", session % 3 * 7.0), std::tuple("phq-9", "total", session % 4 == 0 ? 18.0 : 9.0),
          std::tuple("sparq", "positive", session % 5 == 0 ? 4.0 : 12.0)}) {
      Form form;
      form.session = session;
      form.instrument = library.find(id);
      form.scores = {{scale, value, false}};
      forms.push_back(std::move(form));
    }
  }
  for (auto _ : state) benchmark::DoNotOptimize(find_signals(forms, rules()));
}
BENCHMARK(ask_rules_alone)->Unit(benchmark::kMicrosecond);

/// What is read once it has been unsealed: one form's answers.
std::string answers_of_one_form() {
  questionnaires::Answers answers{"en", {}};
  for (const auto& question : questionnaires::instruments().find("phq-9")->questions()) {
    answers.answers.push_back({question.link_id, 1});
  }
  std::string text;
  http::write(text, answers);
  return text;
}

void read_answers_as_written(benchmark::State& state) {
  const auto text = answers_of_one_form();
  for (auto _ : state) {
    const auto answers = questionnaires::read_as_written(text);
    if (!answers) throw std::logic_error("the answers were to be read");
    benchmark::DoNotOptimize(answers);
  }
}
BENCHMARK(read_answers_as_written);

void read_answers_as_any_json(benchmark::State& state) {
  const auto text = answers_of_one_form();
  for (auto _ : state) {
    const auto answers = http::parse<questionnaires::Answers>(http::parse_json(text).value());
    if (!answers) throw std::logic_error("the answers were to be read");
    benchmark::DoNotOptimize(answers);
  }
}
BENCHMARK(read_answers_as_any_json);

}  // namespace
}  // namespace rapport::signals
