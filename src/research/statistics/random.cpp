#include "research/statistics/random.hpp"

#include <cmath>
#include <numbers>

namespace rapport::statistics {

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15U;
  auto mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31U);
}

std::uint64_t Random::below(std::uint64_t bound) {
  // What is left over when all numbers are shared out evenly would favour the low ones.
  const auto left_over = (0 - bound) % bound;
  auto number = next();
  while (number < left_over) number = next();
  return number % bound;
}

double Random::uniform() {
  return static_cast<double>(next() >> 11U) * 0x1p-53;
}

double Random::normal() {
  const auto radius = std::sqrt(-2 * std::log(1 - uniform()));
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

}  // namespace rapport::statistics
