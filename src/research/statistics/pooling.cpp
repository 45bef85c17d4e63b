#include "research/statistics/pooling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "research/statistics/distributions.hpp"

namespace rapport::statistics {
namespace {

struct Weighted {
  double weights = 0;
  double mean = 0;
};

Weighted weigh(std::span<const Effect> effects, double between) {
  Weighted sum;
  for (const auto& effect : effects) {
    const auto weight = 1 / (effect.variance + between);
    sum.weights += weight;
    sum.mean += weight * effect.value;
  }
  sum.mean /= sum.weights;
  return sum;
}

/// Σ w(y − mean)², with the weights of that between-variance.
double weighted_squares(std::span<const Effect> effects, double between) {
  const auto mean = weigh(effects, between).mean;
  double sum = 0;
  for (const auto& effect : effects) {
    sum += (effect.value - mean) * (effect.value - mean) / (effect.variance + between);
  }
  return sum;
}

/// Σ w − Σ w² / Σ w for the weights 1 / variance.
double effective_weight(std::span<const Effect> effects) {
  double first = 0;
  double second = 0;
  for (const auto& effect : effects) {
    first += 1 / effect.variance;
    second += 1 / (effect.variance * effect.variance);
  }
  return first - second / first;
}

double dersimonian_laird(std::span<const Effect> effects) {
  const auto excess = weighted_squares(effects, 0) - static_cast<double>(effects.size() - 1);
  return std::max(0.0, excess / effective_weight(effects));
}

/// One step of Fisher scoring: score by expected information. P = W − W1(1'W1)⁻¹1'W.
double reml_step(std::span<const Effect> effects, double between) {
  double w1 = 0;
  double w2 = 0;
  double w3 = 0;
  double quadratic = 0;  // y'PPy
  const auto mean = weigh(effects, between).mean;
  for (const auto& effect : effects) {
    const auto weight = 1 / (effect.variance + between);
    w1 += weight;
    w2 += weight * weight;
    w3 += weight * weight * weight;
    quadratic += weight * weight * (effect.value - mean) * (effect.value - mean);
  }
  const auto trace = w1 - w2 / w1;                                        // of P
  const auto trace_of_square = w2 - 2 * w3 / w1 + (w2 / w1) * (w2 / w1);  // of PP
  return (quadratic - trace) / trace_of_square;
}

Result<double> reml(std::span<const Effect> effects) {
  auto between = dersimonian_laird(effects);
  double scale = between;
  for (const auto& effect : effects) scale = std::max(scale, effect.variance);
  for (int round = 0; round < 1000; ++round) {
    auto step = reml_step(effects, between);
    // Never below nothing: half of the way there, until nothing is all that is left.
    if (between + step < 0) step = between < 1e-14 * scale ? -between : -between / 2;
    between += step;
    if (std::abs(step) < 1e-13 * scale) return between;
  }
  return fail(invalid("pooling.no_convergence", "The variance between the effects could not be found (REML)."));
}

Result<void> check(std::span<const Effect> effects, double confidence) {
  if (effects.size() < 2) return fail(invalid("pooling.effects", "Pooling needs at least two effects."));
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (std::isfinite(effects[i].value) && std::isfinite(effects[i].variance) && effects[i].variance > 0) continue;
    return fail(invalid("pooling.effects", fmt::format("Effect {} has no finite value, or no variance.", i + 1)));
  }
  if (!(confidence > 0 && confidence < 1)) {
    return fail(invalid("pooling.effects", "The confidence must be above 0 and below 1."));
  }
  return {};
}

}  // namespace

Result<Pooled> pool(std::span<const Effect> effects, PoolingMethod method, PoolingTest test, double confidence) {
  TRY(check(effects, confidence));
  const auto freedom = static_cast<double>(effects.size() - 1);
  Pooled pooled;
  pooled.between = dersimonian_laird(effects);
  if (method == PoolingMethod::reml) {
    TRY_ASSIGN(pooled.between, reml(effects));
  }
  const auto sum = weigh(effects, pooled.between);
  const bool adjusted = test == PoolingTest::knapp_hartung;
  pooled.value = sum.mean;
  pooled.standard_error = std::sqrt((adjusted ? weighted_squares(effects, pooled.between) / freedom : 1) / sum.weights);
  const auto upper = 1 - (1 - confidence) / 2;
  const auto point = adjusted ? t_quantile(upper, freedom) : normal_quantile(upper);
  pooled.low = pooled.value - point * pooled.standard_error;
  pooled.high = pooled.value + point * pooled.standard_error;
  const auto size = std::abs(pooled.value / pooled.standard_error);
  pooled.p = 2 * (adjusted ? t_probability(-size, freedom) : normal_probability(-size));
  pooled.heterogeneity = weighted_squares(effects, 0);
  pooled.share_between = pooled.between / (pooled.between + freedom / effective_weight(effects));
  const auto spread = point * std::sqrt(pooled.standard_error * pooled.standard_error + pooled.between);
  pooled.predicted_low = pooled.value - spread;
  pooled.predicted_high = pooled.value + spread;
  return pooled;
}

Effect fisher_z(double r, int people) {
  return {std::atanh(r), 1.0 / (people - 3)};
}

double r_of_z(double z) {
  return std::tanh(z);
}

}  // namespace rapport::statistics
