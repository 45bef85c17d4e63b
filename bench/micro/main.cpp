// Runs the small measurements and says at the end how those of one run compare: a ratio of two figures that were
// taken within the same minute says more than either of them on a computer that is never quite the same twice.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <map>
#include <string>
#include <string_view>

namespace {

struct Comparison {
  std::string_view what;
  std::string_view first;
  std::string_view second;
};

/// Names as the benchmark prints them. By rate (items a second) where there is one, else by processor time.
constexpr std::array kComparisons{
    Comparison{"64 callers who share commits, against 1", "commit_bare_row/real_time/threads:64",
               "commit_bare_row/real_time/threads:1"},
    Comparison{"a message with its audit row, against a bare row (64 callers)", "commit_message/real_time/threads:64",
               "commit_bare_row/real_time/threads:64"},
    Comparison{"a batch of 8 messages, against 8 alone (1 caller)", "commit_messages_together/8/real_time",
               "commit_messages_together/1/real_time"},
    Comparison{"a prepared statement, against one prepared each time", "read_prepared", "read_unprepared"},
    Comparison{"a sealed row, against the same row in clear", "store_sealed_row", "store_clear_row"},
    Comparison{"a route among all, against parsing its frame", "find_route", "parse_frame/200"},
    Comparison{"our JSON writer, against the library's", "write_message_answer/200", "write_message_with_library/200"},
    Comparison{"the rules alone, against opening the course first", "ask_rules_alone", "look_through_course"},
    Comparison{"answers read as they were written, against as any JSON", "read_answers_as_written",
               "read_answers_as_any_json"},
    Comparison{"publishing among 10,000 connections, against among 100", "publish_to_two_of/10000",
               "publish_to_two_of/100"},
};

class Reporter final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const auto& run : runs) {
      if (run.run_type == Run::RT_Iteration) speeds_[run.benchmark_name()] = speed_of(run);
    }
  }
  void Finalize() override {
    ConsoleReporter::Finalize();
    for (const auto& comparison : kComparisons) {
      const auto first = speeds_.find(std::string(comparison.first));
      const auto second = speeds_.find(std::string(comparison.second));
      if (first == speeds_.end() || second == speeds_.end()) continue;
      fmt::print("{:64} {:6.2f} times as fast\n", comparison.what, first->second / second->second);
    }
  }

 private:
  static double speed_of(const Run& run) {
    const auto items = run.counters.find("items_per_second");
    return items != run.counters.end() ? items->second.value : 1 / run.GetAdjustedCPUTime();
  }

  std::map<std::string, double> speeds_;
};

}  // namespace

int main(int count, char** values) {
  benchmark::Initialize(&count, values);
  if (benchmark::ReportUnrecognizedArguments(count, values)) return 2;
  Reporter reporter;
  benchmark::RunSpecifiedBenchmarks(&reporter);
  benchmark::Shutdown();
  return 0;
}
