#pragma once
/// @file Random-effects pooling: one estimate from several studies (or therapists) whose true values differ.
///
/// Sources: DerSimonian R, Laird N. Meta-analysis in clinical trials. Control Clin Trials 1986;7(3):177-188. REML by
/// Fisher scoring: Viechtbauer W. Bias and efficiency of meta-analytic variance estimators in the random-effects model.
/// J Educ Behav Stat 2005;30(3):261-293. Knapp G, Hartung J. Improved tests for a random effects meta-regression with a
/// single covariate. Stat Med 2003;22(17):2693-2710. Numbers as metafor's rma gives them.
#include <optional>
#include <span>

#include "base/result.hpp"

namespace rapport::statistics {

struct Effect {
  double value = 0;
  double variance = 0;  ///< its sampling variance, above 0
};

enum class PoolingMethod { reml, dersimonian_laird };
enum class PoolingTest {
  normal,         ///< Wald-type: standard error and normal distribution
  knapp_hartung,  ///< adjusted standard error and t with one degree of freedom fewer than there are effects
};

struct Pooled {
  double value = 0;
  double standard_error = 0;
  double low = 0;
  double high = 0;
  double p = 0;              ///< of no effect, two-sided
  double between = 0;        ///< τ², the variance of the true values
  double heterogeneity = 0;  ///< Q of Cochran
  double share_between = 0;  ///< I², from 0 to 1: of the variance, what is between
  double predicted_low = 0;  ///< where the true value of a further one is to be expected
  double predicted_high = 0;
};

/// `confidence` above 0, below 1. Errors: invalid "pooling.effects" with fewer than 2 effects, a value that is not
/// finite or a variance not above 0; invalid "pooling.no_convergence".
Result<Pooled> pool(std::span<const Effect> effects, PoolingMethod method, PoolingTest test, double confidence = .95);

/// Correlations are pooled as Fisher's z: atanh(r), with variance 1 / (people − 3). `r` between -1 and 1, people
/// above 3.
Effect fisher_z(double r, int people);
double r_of_z(double z);

}  // namespace rapport::statistics
