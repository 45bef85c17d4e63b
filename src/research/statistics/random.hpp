#pragma once
/// @file Numbers that look random and are the same for the same seed on every computer, which the standard library does
/// not promise of its distributions. Not for secrets.
///
/// Source: Steele GL, Lea D, Flood CH. Fast splittable pseudorandom number generators. OOPSLA 2014 (SplitMix64).
#include <cstdint>

namespace rapport::statistics {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();
  /// From 0 to `bound` − 1, each equally likely; `bound` above 0.
  std::uint64_t below(std::uint64_t bound);
  /// From 0 on, below 1; 53 bits.
  double uniform();
  /// Of the normal distribution with mean 0 and standard deviation 1 (Box and Muller 1958).
  double normal();

 private:
  std::uint64_t state_;
};

}  // namespace rapport::statistics
