#pragma once
/// @file Two-level linear mixed models: many people, several measurements each, a line of its own for everybody.
///
///   y = Xβ + Zb + ε,   b ~ N(0, σ²ΛΛ'),   ε ~ N(0, σ²)
///
/// Source: Bates D, Mächler M, Bolker B, Walker S. Fitting linear mixed-effects models using lme4. J Stat Softw
/// 2015;67(1), sections 2 and 3: the deviance is profiled over β and σ and searched over Λ alone. Here all that the
/// search needs of a person are small sums (Z'Z, Z'X, Z'y), made once, so that a step costs a few operations for each
/// person however many measurements there are. Standard errors of predictions: Henderson CR. Best linear unbiased
/// estimation and prediction under a selection model. Biometrics 1975;31(2):423-447. Intervals are by the normal
/// distribution and take the variances as known: with few people they are too narrow.
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace rapport::statistics {

enum class MixedMethod { reml, ml };

/// One row for each measurement, without gaps.
struct MixedData {
  std::vector<std::string> fixed_names;   ///< one for each column of X
  std::vector<std::string> random_names;  ///< one or two
  std::vector<double> fixed;              ///< X, row by row
  std::vector<double> random;             ///< Z, row by row
  std::vector<double> outcome;
  std::vector<std::size_t> group;  ///< whose measurement it is, from 0; everybody below `groups` has one
  std::size_t groups = 0;
  bool correlated = true;  ///< the random terms with each other
};

struct FixedEffect {
  std::string name;
  double estimate = 0;
  double standard_error = 0;
};
struct RandomEffect {
  std::string name;
  double variance = 0;
};

struct MixedEstimates {
  std::vector<FixedEffect> fixed;
  std::vector<RandomEffect> random;
  std::optional<double> correlation;  ///< of the two random terms; none where one of them has no variance
  double residual_variance = 0;
  double log_likelihood = 0;  ///< restricted with REML: not to be compared between models with other fixed terms
  std::size_t measurements = 0;
  std::size_t groups = 0;
  /// A variance is nothing, or the correlation is 1 or -1: the data do not support as many random terms.
  bool singular = false;
};

/// A person's estimated deviation from the fixed line, in one random term.
struct Deviation {
  double value = 0;
  double standard_error = 0;  ///< the estimates of the model taken as known
};

struct Prediction {
  double value = 0;
  double value_low = 0;  ///< where the expected value is
  double value_high = 0;
  double low = 0;  ///< where a single measurement is to be expected: the tolerance limits of a new person
  double high = 0;
};

class MixedModel {
 public:
  /// Errors: invalid "mixed.data" (sizes that do not go together, a number that is not finite, a group without a
  /// measurement), "mixed.too_few" (not more measurements than fixed terms, or than random effects; a single group),
  /// "mixed.dependent" (a fixed term that the others give already, named), "mixed.no_variation" (the fixed terms
  /// explain the outcome wholly), "mixed.no_convergence".
  static Result<MixedModel> fit(const MixedData& data, MixedMethod method);

  const MixedEstimates& estimates() const { return estimates_; }
  /// For each random term; `group` is below the number of groups.
  std::vector<Deviation> deviations(std::size_t group) const;

  /// For somebody of whom nothing is known but their row of X. `random` is their row of Z; `confidence` above 0, below
  /// 1. The expected value is the fixed line; a single measurement differs by all three variances.
  Prediction predict_new(std::span<const double> fixed, std::span<const double> random, double confidence) const;
  /// For a person of the data.
  Prediction predict(std::size_t group, std::span<const double> fixed, std::span<const double> random,
                     double confidence) const;

 private:
  struct Parts;
  MixedModel() = default;

  MixedEstimates estimates_;
  std::shared_ptr<const Parts> parts_;
};

}  // namespace rapport::statistics
