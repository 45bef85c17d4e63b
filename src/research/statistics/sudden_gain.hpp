#pragma once
/// @file Sudden gains and losses between two sessions.
///
/// Source: Tang TZ, DeRubeis RJ. Sudden gains and critical sessions in cognitive-behavioral therapy for depression. J
/// Consult Clin Psychol 1999;67(6):894-904. The third criterion looks like a t test and is none: there is no
/// √(1/n + 1/m) in it.
///
/// What is found is a candidate, never a proven event: with a retest reliability of .80 and 15 measures, 49 % of people
/// who improve steadily are flagged, and 15 % of those who do not change at all (Vittengl JR, Clark LA, Thase ME,
/// Jarrett RB. Detecting sudden gains during treatment of major depressive disorder: cautions from a Monte Carlo
/// analysis. Curr Psychiatry Rev 2015;11(1):19-31).
#include <array>
#include <optional>
#include <span>

#include "research/statistics/direction.hpp"

namespace rapport::statistics {

inline constexpr double kFlaggedOfSteadyImprovers = .49;
inline constexpr double kFlaggedOfUnchanged = .15;

/// The three sessions before the gap and the three after it, in their order; nothing where there is no score. The last
/// of `before` and the first of `after` are those between which the gain is.
struct AroundGap {
  std::array<std::optional<double>, 3> before;
  std::array<std::optional<double>, 3> after;
};

struct SuddenChange {
  double size = 0;              ///< of the step, positive towards better
  double mean_difference = 0;   ///< of the means of the two sides, positive towards better
  double least_difference = 0;  ///< what that must exceed
};

/// A gain when (1) the step is at least `least_step` (the score's own units, above 0: 7 for the BDI, elsewhere the
/// reliable change), (2) it is at least a quarter of the score before it, and (3) the means of the two sides differ by
/// more than 2.776, 3.182 or 4.303 (6, 5 or 4 scores) times their pooled standard deviation. Nothing when it is none,
/// also when a side has fewer than two scores or the gap lacks one.
std::optional<SuddenChange> sudden_gain(const AroundGap& around, double least_step, Direction direction);
/// The same in the other direction; the sizes are positive towards worse.
std::optional<SuddenChange> sudden_loss(const AroundGap& around, double least_step, Direction direction);

/// The scores around the gap after scores[place]; what lies beyond the ends is absent.
AroundGap around_gap(std::span<const std::optional<double>> scores, std::size_t place);

}  // namespace rapport::statistics
