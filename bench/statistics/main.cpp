/// Fits one two-level model with this program and with lme4 (where R is there) in turn, and prints what each took and
/// where they differ. The data are simulated and the same for both. Times are those of the processor, so that a busy
/// computer measures the same.
#include <fmt/format.h>
#include <fmt/os.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <sstream>

#include "research/statistics/mixed_model.hpp"
#include "research/statistics/random.hpp"

namespace rapport {
namespace {

using statistics::MixedData;
using statistics::MixedMethod;
using statistics::MixedModel;

/// `own_times`: nobody is measured in quite the same sessions as anybody else, so that nothing can be shared.
MixedData simulate(std::size_t people, int sessions, bool own_times) {
  statistics::Random random(20261129);
  MixedData data;
  data.fixed_names = data.random_names = {"(Intercept)", "log(session)"};
  data.groups = people;
  for (std::size_t person = 0; person < people; ++person) {
    const auto level = 15 + 4 * random.normal();
    const auto slope = -2 + 1.2 * random.normal();
    const auto stays = 2 + static_cast<int>(random.below(static_cast<std::uint64_t>(sessions - 1)));
    for (int session = 1; session <= stays; ++session) {
      const auto x = std::log(session + (own_times ? random.uniform() : 0));
      for (auto* rows : {&data.fixed, &data.random}) rows->insert(rows->end(), {1, x});
      data.outcome.push_back(level + slope * x + 2.5 * random.normal());
      data.group.push_back(person);
    }
  }
  return data;
}

void write_csv(const MixedData& data, const std::string& path) {
  auto file = fmt::output_file(path);
  file.print("client,logsession,score\n");
  for (std::size_t i = 0; i < data.outcome.size(); ++i) {
    file.print("{},{:.17g},{:.17g}\n", data.group[i], data.fixed[2 * i + 1], data.outcome[i]);
  }
}

/// Processor seconds of one fit, and the estimates in the order of `ours`; nothing where R or lme4 is not there. lme4's
/// search has no derivatives: `tight` asks it for more digits, and begins three times more where it stopped (which is
/// not counted), so that what is compared is the maximum and not where the search gave up.
std::vector<double> ask_lme4(const std::string& csv, bool tight) {
  const auto control =
      tight ? ", control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-12, xtol_rel = 1e-12, ftol_rel = "
              "1e-15, maxeval = 1e5), calc.derivs = FALSE)"
            : "";
  const auto again = tight ? "for (i in 1:3) m <- update(m, start = getME(m, \"theta\")); " : "";
  const auto script = fmt::format(
      "suppressMessages(library(lme4)); d <- read.csv(\"{}\"); t <- system.time(m <- lmer(score ~ logsession + (1 + "
      "logsession | client), d{})); {}v <- VarCorr(m)[[1]]; cat(sprintf(\"%.12g\", c(t[[1]] + t[[2]], fixef(m), "
      "sqrt(diag(as.matrix(vcov(m)))), diag(v), attr(v, \"correlation\")[1, 2], sigma(m)^2, as.numeric(logLik(m)))))",
      csv, control, again);
  auto* pipe = popen(fmt::format("Rscript -e '{}' 2>/dev/null", script).c_str(), "r");
  std::string text;
  for (int c = 0; pipe != nullptr && (c = std::fgetc(pipe)) != EOF;) text.push_back(static_cast<char>(c));
  if (pipe != nullptr) pclose(pipe);
  std::istringstream words(text);
  std::vector<double> values;
  for (double value = 0; words >> value;) values.push_back(value);
  return values;
}

/// Of two fixed terms, their errors and two variances.
constexpr std::size_t kCorrelation = 6;

std::vector<double> ours(const statistics::MixedEstimates& found) {
  std::vector<double> values;
  for (const auto& one : found.fixed) values.push_back(one.estimate);
  for (const auto& one : found.fixed) values.push_back(one.standard_error);
  for (const auto& one : found.random) values.push_back(one.variance);
  values.insert(values.end(), {found.correlation.value_or(0), found.residual_variance, found.log_likelihood});
  return values;
}

int run(std::size_t people, int sessions, int rounds, bool own_times) {
  const auto data = simulate(people, sessions, own_times);
  fmt::print("{} clients, {} measurements, score ~ log(session) + (1 + log(session) | client), REML\n\n", people,
             data.outcome.size());
  const auto csv = (std::filesystem::temp_directory_path() / fmt::format("rapport-mixed-{}.csv", getpid())).string();
  write_csv(data, csv);
  for (int round = 1; round <= rounds; ++round) {
    const auto start = std::clock();
    const auto model = MixedModel::fit(data, MixedMethod::reml);
    const auto took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    if (!model) {
      fmt::print(stderr, "{}\n", model.error().detail);
      return 1;
    }
    fmt::print("round {}: here {:.3f} s", round, took);
    for (const bool tight : {false, true}) {
      const auto theirs = ask_lme4(csv, tight);
      const auto mine = ours(model->estimates());
      if (theirs.size() != mine.size() + 1) {
        fmt::print("; lme4 is not there");
        break;
      }
      double difference = 0;
      for (std::size_t i = 0; i < mine.size(); ++i) {
        // A share of the estimate; the correlation, which is near nothing here, as it is.
        const auto size = i == kCorrelation ? 1 : std::abs(theirs[i + 1]);
        difference = std::max(difference, std::abs(mine[i] - theirs[i + 1]) / size);
      }
      fmt::print("; lme4{} {:.2f} s, {:.0f} times as long, estimates differ by {:.1e} at most",
                 tight ? " (tightened)" : "", theirs[0], theirs[0] / took, difference);
    }
    fmt::print("\n");
  }
  std::filesystem::remove(csv);
  return 0;
}

}  // namespace
}  // namespace rapport

int main(int argc, char** argv) {
  CLI::App app("Measures the mixed models against lme4");
  std::size_t people = 10'000;
  int sessions = 16;
  int rounds = 3;
  app.add_option("--clients", people, "how many people")->check(CLI::Range(10, 1'000'000));
  app.add_option("--sessions", sessions, "at most, for each")->check(CLI::Range(3, 100));
  app.add_option("--rounds", rounds, "one after the other")->check(CLI::Range(1, 100));
  bool own_times = false;
  app.add_flag("--own-times", own_times, "everybody is measured at other times");
  CLI11_PARSE(app, argc, argv);
  return rapport::run(people, sessions, rounds, own_times);
}
