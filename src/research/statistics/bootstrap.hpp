#pragma once
/// @file Intervals for any statistic by drawing the units again and again. The same seed gives the same interval.
///
/// Source: Efron B. Better bootstrap confidence intervals. J Am Stat Assoc 1987;82(397):171-185 (BCa); Efron B,
/// Tibshirani RJ. An introduction to the bootstrap. Chapman & Hall 1993.
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "base/result.hpp"

namespace rapport::statistics {

enum class BootstrapKind {
  percentile,
  bias_corrected,  ///< and accelerated (BCa)
};

struct BootstrapOptions {
  int draws = 2000;  ///< 100 to 1,000,000
  std::uint64_t seed = 1;
  double confidence = .95;  ///< above 0, below 1
  BootstrapKind kind = BootstrapKind::bias_corrected;
};

struct BootstrapInterval {
  double value = 0;  ///< of the units themselves
  double low = 0;
  double high = 0;
  int undefined = 0;  ///< draws that had no value; the interval rests on the others
};

/// What is computed of the units with these places (from 0), which come several times; nothing where it is not defined.
/// Units are what is independent: clients, not their sessions.
using Statistic = std::function<std::optional<double>(std::span<const std::size_t> places)>;

/// Errors: invalid "bootstrap.options"; invalid "bootstrap.units" with fewer than 2 units; invalid
/// "bootstrap.undefined" where the statistic is not defined for the units themselves or for more than a tenth of the
/// draws, and for BCa where it is not defined without one of the units.
Result<BootstrapInterval> bootstrap(std::size_t units, const Statistic& statistic, const BootstrapOptions& options);

}  // namespace rapport::statistics
