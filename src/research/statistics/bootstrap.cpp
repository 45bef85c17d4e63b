#include "research/statistics/bootstrap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "research/statistics/distributions.hpp"
#include "research/statistics/random.hpp"

namespace rapport::statistics {
namespace {

Result<void> check(std::size_t units, const BootstrapOptions& options) {
  if (units < 2) return fail(invalid("bootstrap.units", "An interval needs at least two units to draw from."));
  if (options.draws < 100 || options.draws > 1'000'000) {
    return fail(invalid("bootstrap.options", fmt::format("{} draws: give 100 to 1,000,000.", options.draws)));
  }
  if (!(options.confidence > 0 && options.confidence < 1)) {
    return fail(invalid("bootstrap.options", "The confidence must be above 0 and below 1."));
  }
  return {};
}

/// Linear between the order statistics (type 7 of Hyndman & Fan 1996, R's default).
double quantile(const std::vector<double>& sorted, double probability) {
  const auto place = probability * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(place));
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - std::floor(place)) * (sorted[above] - sorted[below]);
}

/// How fast the spread changes with the value: from leaving out one unit after the other.
Result<double> acceleration(std::size_t units, const Statistic& statistic) {
  std::vector<double> without;
  std::vector<std::size_t> places(units - 1);
  for (std::size_t left_out = 0; left_out < units; ++left_out) {
    std::iota(places.begin(), places.end(), std::size_t{0});
    for (auto i = left_out; i < places.size(); ++i) ++places[i];
    const auto value = statistic(places);
    if (!value) {
      return fail(invalid("bootstrap.undefined", fmt::format("Without unit {} there is no value.", left_out + 1)));
    }
    without.push_back(*value);
  }
  const auto mean = std::accumulate(without.begin(), without.end(), 0.0) / static_cast<double>(units);
  double squares = 0;
  double cubes = 0;
  for (const auto value : without) {
    squares += (mean - value) * (mean - value);
    cubes += (mean - value) * (mean - value) * (mean - value);
  }
  return squares > 0 ? cubes / (6 * std::pow(squares, 1.5)) : 0;
}

/// The share of the draws below the value, ties by half; never none and never all, which would be no number of sigmas.
double bias(const std::vector<double>& sorted, double value) {
  const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
  const auto draws = static_cast<double>(sorted.size());
  const auto below = static_cast<double>(first - sorted.begin()) + static_cast<double>(last - first) / 2;
  return normal_quantile(std::clamp(below / draws, .5 / draws, 1 - .5 / draws));
}

double adjusted(double probability, double shift, double acceleration) {
  const auto moved = shift + normal_quantile(probability);
  return normal_probability(shift + moved / (1 - acceleration * moved));
}

}  // namespace

Result<BootstrapInterval> bootstrap(std::size_t units, const Statistic& statistic, const BootstrapOptions& options) {
  TRY(check(units, options));
  std::vector<std::size_t> places(units);
  std::iota(places.begin(), places.end(), std::size_t{0});
  const auto value = statistic(places);
  if (!value) return fail(invalid("bootstrap.undefined", "The statistic is not defined for these units."));
  Random random(options.seed);
  std::vector<double> drawn;
  drawn.reserve(static_cast<std::size_t>(options.draws));
  for (int draw = 0; draw < options.draws; ++draw) {
    for (auto& place : places) place = random.below(units);
    if (const auto one = statistic(places)) drawn.push_back(*one);
  }
  const auto undefined = options.draws - static_cast<int>(drawn.size());
  if (undefined * 10 > options.draws) {
    return fail(invalid("bootstrap.undefined",
                        fmt::format("{} of {} draws have no value: too many.", undefined, options.draws)));
  }
  std::sort(drawn.begin(), drawn.end());
  auto low = (1 - options.confidence) / 2;
  auto high = 1 - low;
  if (options.kind == BootstrapKind::bias_corrected) {
    TRY_ASSIGN(const auto speed, acceleration(units, statistic));
    const auto shift = bias(drawn, *value);
    low = adjusted(low, shift, speed);
    high = adjusted(high, shift, speed);
  }
  return BootstrapInterval{*value, quantile(drawn, low), quantile(drawn, high), undefined};
}

}  // namespace rapport::statistics
