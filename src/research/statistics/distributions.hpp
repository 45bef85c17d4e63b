#pragma once
/// @file Points and probabilities of the normal distribution and of Student's t.

namespace rapport::statistics {

/// The number below which a share `probability` (above 0, below 1) of the normal distribution lies.
double normal_quantile(double probability);
/// The share of the normal distribution below `value`.
double normal_probability(double value);
/// The same of t; `freedom` above 0.
double t_quantile(double probability, double freedom);
double t_probability(double value, double freedom);

}  // namespace rapport::statistics
