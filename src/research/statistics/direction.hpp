#pragma once
/// @file Which way a score must go for a person to be better off.

namespace rapport::statistics {

enum class Direction { higher_worse, higher_better };

/// 1 where a rising score is better, -1 where it is worse.
constexpr double towards_better(Direction direction) {
  return direction == Direction::higher_better ? 1 : -1;
}

}  // namespace rapport::statistics
