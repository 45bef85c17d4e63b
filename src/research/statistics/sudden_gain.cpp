#include "research/statistics/sudden_gain.hpp"

#include <cmath>

namespace rapport::statistics {
namespace {

struct Side {
  double count = 0;
  double mean = 0;
  double squares = 0;  ///< of the deviations from the mean
};

Side side_of(const std::array<std::optional<double>, 3>& scores) {
  Side side;
  for (const auto& score : scores) {
    if (!score) continue;
    side.count += 1;
    side.mean += *score;
  }
  if (side.count == 0) return side;
  side.mean /= side.count;
  for (const auto& score : scores) {
    if (score) side.squares += (*score - side.mean) * (*score - side.mean);
  }
  return side;
}

/// Two-sided 5 % points of t with two degrees of freedom fewer than there are scores.
double critical_t(double scores) {
  if (scores == 6) return 2.776;
  return scores == 5 ? 3.182 : 4.303;
}

/// `sign` is 1 where a rise is looked for.
std::optional<SuddenChange> sudden_change(const AroundGap& around, double least_step, double sign) {
  const auto& last = around.before.back();
  const auto& next = around.after.front();
  if (!last || !next) return std::nullopt;
  const auto before = side_of(around.before);
  const auto after = side_of(around.after);
  if (before.count < 2 || after.count < 2) return std::nullopt;
  SuddenChange change;
  change.size = (*next - *last) * sign;
  if (change.size < least_step || change.size < .25 * *last) return std::nullopt;
  const auto scores = before.count + after.count;
  const auto pooled = (before.squares + after.squares) / (scores - 2);
  change.mean_difference = (after.mean - before.mean) * sign;
  change.least_difference = critical_t(scores) * std::sqrt(pooled);
  if (!(change.mean_difference > change.least_difference)) return std::nullopt;
  return change;
}

}  // namespace

std::optional<SuddenChange> sudden_gain(const AroundGap& around, double least_step, Direction direction) {
  return sudden_change(around, least_step, towards_better(direction));
}

std::optional<SuddenChange> sudden_loss(const AroundGap& around, double least_step, Direction direction) {
  return sudden_change(around, least_step, -towards_better(direction));
}

AroundGap around_gap(std::span<const std::optional<double>> scores, std::size_t place) {
  const auto at = [&](std::size_t forward, std::size_t back) -> std::optional<double> {
    if (place + forward < back || place + forward - back >= scores.size()) return std::nullopt;
    return scores[place + forward - back];
  };
  return {{at(0, 2), at(0, 1), at(0, 0)}, {at(1, 0), at(2, 0), at(3, 0)}};
}

}  // namespace rapport::statistics
