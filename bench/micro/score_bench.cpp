// What scoring costs: one form, one with the signals of the course that it is the latest of, and a whole file of them
// with reading and the change since the first session.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <stdexcept>

#include "features/signals/find_signals.hpp"
#include "measures/instrument_library.hpp"
#include "measures/score_table.hpp"

namespace rapport::measures {
namespace {

const InstrumentLibrary& library() {
  static const auto shipped = InstrumentLibrary::shipped().value();
  return shipped;
}

void score_form(benchmark::State& state, const char* id) {
  const auto& instrument = *library().find(id);
  std::vector<Answer> answers;
  for (const auto& question : instrument.questions()) answers.emplace_back(question.max);
  for (auto _ : state) {
    const auto form = score(instrument, answers, *instrument.variant(""));
    if (!form) throw std::logic_error("the form was to be scored");
    benchmark::DoNotOptimize(form);
  }
}
BENCHMARK_CAPTURE(score_form, phq_9, "phq-9");
BENCHMARK_CAPTURE(score_form, pcl_5, "pcl-5");

signals::Form sent(const Instrument& instrument, int session) {
  std::vector<Answer> answers;
  for (const auto& question : instrument.questions()) {
    const auto size = question.max - question.min;
    answers.emplace_back(question.min + (session % 3 == 0 && size > 1 ? 1 : 0));
  }
  auto scored = score(instrument, answers, *instrument.variant(""));
  if (!scored) throw std::logic_error("the form was to be scored");
  return {session,
          {},
          &instrument,
          signals::Respondent::client,
          true,
          std::move(scored->scores),
          std::move(answers),
          std::move(scored->safety)};
}

/// The form of the session with this number, after as many with four forms each: it is scored, and every signal of the
/// person's whole course is found anew with every shipped rule.
void submit_form(benchmark::State& state) {
  const auto rules = signals::shipped_rules(library()).value();
  std::vector<signals::Form> forms;
  const auto sessions = static_cast<int>(state.range(0));
  for (int session = 1; session <= sessions; ++session) {
    for (const auto* id : {"gad-7", "sparq", "risq", "phq-9"}) forms.push_back(sent(*library().find(id), session));
  }
  for (auto _ : state) {
    forms.back() = sent(*library().find("phq-9"), sessions);
    benchmark::DoNotOptimize(signals::find_signals(forms, rules));
  }
}
BENCHMARK(submit_form)->Arg(20)->Arg(200)->Unit(benchmark::kMicrosecond);

void score_file(benchmark::State& state) {
  std::string csv = "client,session,date,item1,item2,item3,item4,item5,item6,item7\n";
  for (int row = 0; row < state.range(0); ++row)
    csv += fmt::format("c{},{},2026-01-05,1,2,3,0,1,2,3\n", row / 10, row % 10 + 1);
  const auto& instrument = *library().find("gad-7");
  for (auto _ : state) {
    const auto table = score_csv(instrument, *instrument.variant(""), csv, "bench");
    if (!table.errors.empty()) throw std::logic_error("the file was to be right");
    benchmark::DoNotOptimize(table);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(score_file)->Arg(10'000)->Unit(benchmark::kMillisecond);

void read_shipped_instruments(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(InstrumentLibrary::shipped());
}
BENCHMARK(read_shipped_instruments)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rapport::measures
