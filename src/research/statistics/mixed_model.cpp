#include "research/statistics/mixed_model.hpp"

#include <fmt/format.h>
#include <nlopt.h>

#include <Eigen/Cholesky>
#include <Eigen/QR>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>

#include "research/statistics/distributions.hpp"

namespace rapport::statistics {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;
using Rows = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
template <int Q>
using Small = Eigen::Matrix<double, Q, Q>;
using SmallVector = Eigen::Matrix<double, Eigen::Dynamic, 1, 0, 2, 1>;
using SmallMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, 0, 2, 2>;

constexpr double kTwoPi = 2 * std::numbers::pi;
/// Below this a relative standard deviation is nothing (as lme4's isSingular has it).
constexpr double kSingular = 1e-4;
constexpr int kMostSteps = 5000;

Result<void> check_sizes(const MixedData& data) {
  const auto n = data.outcome.size();
  const auto q = data.random_names.size();
  const bool fits = data.fixed.size() == n * data.fixed_names.size() && data.random.size() == n * q &&
                    data.group.size() == n && !data.fixed_names.empty() && (q == 1 || q == 2);
  if (!fits) return fail(invalid("mixed.data", "The rows of the model do not have the sizes that its terms ask for."));
  for (const auto* numbers : {&data.fixed, &data.random, &data.outcome}) {
    if (!std::all_of(numbers->begin(), numbers->end(), [](double x) { return std::isfinite(x); })) {
      return fail(invalid("mixed.data", "A number of the model is not finite."));
    }
  }
  std::vector<bool> seen(data.groups);
  for (const auto group : data.group) {
    if (group >= data.groups) return fail(invalid("mixed.data", "A measurement belongs to a group that is not there."));
    seen[group] = true;
  }
  if (std::find(seen.begin(), seen.end(), false) != seen.end()) {
    return fail(invalid("mixed.data", "A group has no measurement."));
  }
  return {};
}

Result<void> check_enough(const MixedData& data) {
  const auto n = data.outcome.size();
  if (data.groups < 2) return fail(invalid("mixed.too_few", "The model needs at least two groups."));
  if (n <= data.fixed_names.size()) {
    return fail(invalid("mixed.too_few",
                        fmt::format("{} measurements are too few for {} fixed terms.", n, data.fixed_names.size())));
  }
  const auto effects = data.groups * data.random_names.size();
  if (n <= effects) {
    return fail(invalid("mixed.too_few",
                        fmt::format("{} measurements are too few for {} random terms of {} groups: chance and people "
                                    "could not be told apart.",
                                    n, data.random_names.size(), data.groups)));
  }
  return {};
}

}  // namespace

/// The data reduced to what the search needs, and the solution for one Λ.
///
/// X is replaced by its orthonormal basis and y by what the fixed terms leave of it, and each column of Z is brought to
/// a root mean square of 1: the sums keep their digits whatever the scales of the columns are.
struct MixedModel::Parts {
  bool is_reml = true;
  bool correlated = true;
  Index n = 0;
  Index p = 0;
  Index q = 0;
  Index groups = 0;
  MatrixXd upper;     ///< R of X = QR
  VectorXd simple;    ///< coefficients without random terms, of the basis
  SmallVector scale;  ///< root mean square of each column of Z
  Rows cross;         ///< Z'Z of each group, q rows each
  Rows with;          ///< Z'(basis, y) of each group, q rows each
  /// Groups that were measured alike (the same sessions) have the same Z'Z, and with it the same factor: a group of
  /// each kind, and the kind of each group.
  std::vector<Index> kinds;
  std::vector<std::size_t> kind_of;
  MatrixXd sums;  ///< (basis, y)'(basis, y)

  // For the Λ that was looked at last.
  SmallMatrix relative;       ///< Λ, of the scaled Z
  Rows solved;                ///< L⁻¹Λ'Z'(basis, y) of each group
  MatrixXd lower;             ///< Cholesky factor of what is left of the basis
  VectorXd beta;              ///< of the basis, beyond `simple`
  double residual = 0;        ///< penalised residual sum of squares
  double log_likelihood = 0;  ///< where the search came to rest

  static Result<Parts> make(const MixedData& data, MixedMethod method);
  double deviance(const double* theta);
  void find_kinds();
  template <int Q>
  double eliminate();
  double degrees() const { return static_cast<double>(is_reml ? n - p : n); }
  double variance() const { return residual / degrees(); }
  SmallMatrix group_factor(Index group) const;
  Result<void> search();
  double improve(std::vector<double>& theta, double step);
  std::size_t parameters() const { return static_cast<std::size_t>(q == 1 || !correlated ? q : 3); }
  MixedEstimates describe(const MixedData& data) const;
  VectorXd in_basis(std::span<const double> fixed) const;
  SmallVector scaled(std::span<const double> random) const;
};

Result<MixedModel::Parts> MixedModel::Parts::make(const MixedData& data, MixedMethod method) {
  Parts parts;
  parts.is_reml = method == MixedMethod::reml;
  parts.correlated = data.correlated;
  parts.n = static_cast<Index>(data.outcome.size());
  parts.p = static_cast<Index>(data.fixed_names.size());
  parts.q = static_cast<Index>(data.random_names.size());
  parts.groups = static_cast<Index>(data.groups);
  const auto n = parts.n;
  const auto p = parts.p;
  const auto q = parts.q;
  const Eigen::Map<const Rows> x(data.fixed.data(), n, p);
  const Eigen::Map<const Rows> z(data.random.data(), n, q);
  const Eigen::Map<const VectorXd> y(data.outcome.data(), n);

  const Eigen::HouseholderQR<MatrixXd> qr(x);
  parts.upper = qr.matrixQR().topRows(p).triangularView<Eigen::Upper>();
  for (Index j = 0; j < p; ++j) {
    // What is left of a column when the ones before it are taken out.
    if (std::abs(parts.upper(j, j)) > 1e-9 * x.col(j).norm()) continue;
    return fail(
        invalid("mixed.dependent", fmt::format("The fixed term {} says nothing that those before it do not say.",
                                               data.fixed_names[static_cast<std::size_t>(j)])));
  }
  MatrixXd basis(n, p + 1);
  basis.leftCols(p) = qr.householderQ() * MatrixXd::Identity(n, p);
  parts.simple = basis.leftCols(p).transpose() * y;
  basis.col(p) = y - basis.leftCols(p) * parts.simple;
  if (basis.col(p).norm() <= 1e-12 * y.norm()) {
    return fail(
        invalid("mixed.no_variation", "The fixed terms explain the outcome wholly; nothing is left to tell apart."));
  }
  parts.sums = basis.transpose() * basis;
  parts.scale = (z.colwise().squaredNorm() / static_cast<double>(n)).cwiseSqrt().transpose();
  for (Index j = 0; j < q; ++j) {
    if (parts.scale(j) == 0) parts.scale(j) = 1;
  }
  parts.cross = Rows::Zero(q * parts.groups, q);
  parts.with = Rows::Zero(q * parts.groups, p + 1);
  for (Index i = 0; i < n; ++i) {
    const SmallVector row = z.row(i).transpose().cwiseQuotient(parts.scale);
    const auto first = q * static_cast<Index>(data.group[static_cast<std::size_t>(i)]);
    parts.cross.middleRows(first, q).noalias() += row * row.transpose();
    parts.with.middleRows(first, q).noalias() += row * basis.row(i);
  }
  parts.solved.resize(q * parts.groups, p + 1);
  parts.find_kinds();
  return parts;
}

void MixedModel::Parts::find_kinds() {
  std::map<std::array<double, 3>, std::size_t> known;
  for (Index group = 0; group < groups; ++group) {
    const auto own = cross.middleRows(q * group, q);
    const std::array<double, 3> key{own(0, 0), q == 2 ? own(0, 1) : 0, q == 2 ? own(1, 1) : 0};
    const auto [found, is_new] = known.emplace(key, kinds.size());
    if (is_new) kinds.push_back(group);
    kind_of.push_back(found->second);
  }
}

/// Takes the random effects out of the sums; the logarithm of the determinant of L.
template <int Q>
double MixedModel::Parts::eliminate() {
  const Small<Q> factor = relative;
  std::vector<Small<Q>> inverses;  // L⁻¹Λ' of each kind
  std::vector<double> logarithms;
  inverses.reserve(kinds.size());
  logarithms.reserve(kinds.size());
  for (const auto group : kinds) {
    const Small<Q> own = cross.middleRows<Q>(Q * group);
    const Small<Q> inner = factor.transpose() * own * factor + Small<Q>::Identity();
    const Eigen::LLT<Small<Q>> cholesky(inner);
    const auto& half = cholesky.matrixLLT();
    // By hand: Eigen's own way is made for large matrices.
    auto& inverse = inverses.emplace_back(factor.transpose());
    for (Index row = 0; row < Q; ++row) {
      for (Index above = 0; above < row; ++above) inverse.row(row) -= half(row, above) * inverse.row(above);
      inverse.row(row) /= half(row, row);
    }
    logarithms.push_back(std::log(half.diagonal().prod()));
  }
  double log_determinant = 0;
  for (Index group = 0; group < groups; ++group) {
    const auto kind = kind_of[static_cast<std::size_t>(group)];
    solved.middleRows<Q>(Q * group).noalias() = inverses[kind].lazyProduct(with.middleRows<Q>(Q * group));
    log_determinant += logarithms[kind];
  }
  return log_determinant;
}

double MixedModel::Parts::deviance(const double* theta) {
  relative = SmallMatrix::Zero(q, q);
  relative(0, 0) = theta[0];
  if (q == 2) {
    relative(1, 0) = correlated ? theta[1] : 0;
    relative(1, 1) = theta[correlated ? 2 : 1];
  }
  const auto log_determinant = q == 1 ? eliminate<1>() : eliminate<2>();
  MatrixXd left = sums;
  left.noalias() -= solved.transpose() * solved;
  lower = left.topLeftCorner(p, p).llt().matrixL();
  const VectorXd half = lower.triangularView<Eigen::Lower>().solve(left.topRightCorner(p, 1));
  beta = lower.transpose().triangularView<Eigen::Upper>().solve(half);
  residual = left(p, p) - half.squaredNorm();
  auto sum = 2 * log_determinant + degrees() * (1 + std::log(kTwoPi * variance()));
  if (is_reml) {
    sum += 2 * lower.diagonal().array().log().sum() + 2 * upper.diagonal().array().abs().log().sum();
  }
  return sum;
}

/// One search by BOBYQA from `theta`, which it moves; the deviance there.
double MixedModel::Parts::improve(std::vector<double>& theta, double step) {
  const auto size = static_cast<unsigned>(theta.size());
  const std::unique_ptr<nlopt_opt_s, decltype(&nlopt_destroy)> search(nlopt_create(NLOPT_LN_BOBYQA, size),
                                                                      &nlopt_destroy);
  std::vector<double> bounds(theta.size(), 0);
  if (size == 3) bounds[1] = -HUGE_VAL;
  nlopt_set_lower_bounds(search.get(), bounds.data());
  nlopt_set_initial_step1(search.get(), step);
  nlopt_set_xtol_rel(search.get(), 1e-10);
  nlopt_set_xtol_abs1(search.get(), 1e-10);
  nlopt_set_ftol_rel(search.get(), 1e-16);
  nlopt_set_maxeval(search.get(), kMostSteps);
  const auto ask = [](unsigned, const double* at, double*, void* parts) {
    return static_cast<Parts*>(parts)->deviance(at);
  };
  nlopt_set_min_objective(search.get(), ask, this);
  auto found = theta;
  double value = HUGE_VAL;
  nlopt_optimize(search.get(), found.data(), &value);
  if (const auto before = deviance(theta.data()); !(value < before)) return before;
  theta = found;
  return value;
}

/// Again from where it stopped until nothing is gained: it is a search without derivatives, and one that ran into a
/// bound may have been led there by its first steps.
Result<void> MixedModel::Parts::search() {
  std::vector<double> theta(parameters(), 1.0);
  if (theta.size() == 3) theta[1] = 0;
  auto best = improve(theta, .5);
  for (int again = 0; again < 10; ++again) {
    auto moved = theta;
    for (std::size_t i = 0; i < moved.size(); ++i) {
      const bool is_bounded = moved.size() != 3 || i != 1;
      if (is_bounded && moved[i] < 1e-2) moved[i] = 5e-2;
    }
    const auto value = improve(moved, again == 0 ? .1 : 1e-2);
    const auto gained = best - value;
    if (gained > 0) {
      best = value;
      theta = moved;
    }
    if (gained < 1e-11 * (1 + std::abs(best))) {
      log_likelihood = -deviance(theta.data()) / 2;
      if (std::isfinite(best) && residual > 0) return {};
      break;
    }
  }
  return fail(invalid("mixed.no_convergence", "The variances could not be found: the search did not come to rest."));
}

SmallMatrix MixedModel::Parts::group_factor(Index group) const {
  const SmallMatrix own = cross.middleRows(q * group, q);
  const SmallMatrix inner = relative.transpose() * own * relative + SmallMatrix::Identity(q, q);
  return inner.llt().matrixL();
}

MixedEstimates MixedModel::Parts::describe(const MixedData& data) const {
  MixedEstimates estimates;
  estimates.measurements = data.outcome.size();
  estimates.groups = data.groups;
  estimates.residual_variance = variance();
  estimates.log_likelihood = log_likelihood;
  const VectorXd coefficients = upper.triangularView<Eigen::Upper>().solve(simple + beta);
  // The covariance is σ²·(R'SR)⁻¹ with S = lower·lower'; its root is R⁻¹·lower⁻ᵀ.
  const MatrixXd root = upper.triangularView<Eigen::Upper>().solve(
      MatrixXd(lower.transpose().triangularView<Eigen::Upper>().solve(MatrixXd::Identity(p, p))));
  for (Index j = 0; j < p; ++j) {
    estimates.fixed.push_back(
        {data.fixed_names[static_cast<std::size_t>(j)], coefficients(j), std::sqrt(variance()) * root.row(j).norm()});
  }
  SmallMatrix spread = variance() * (relative * relative.transpose());
  for (Index j = 0; j < q; ++j) {
    estimates.random.push_back({data.random_names[static_cast<std::size_t>(j)], spread(j, j) / (scale(j) * scale(j))});
    estimates.singular = estimates.singular || relative(j, j) < kSingular;
  }
  if (q == 2 && correlated && spread(0, 0) > 0 && spread(1, 1) > 0) {
    estimates.correlation = std::clamp(spread(1, 0) / std::sqrt(spread(0, 0) * spread(1, 1)), -1.0, 1.0);
  }
  return estimates;
}

VectorXd MixedModel::Parts::in_basis(std::span<const double> fixed) const {
  const Eigen::Map<const VectorXd> row(fixed.data(), p);
  return upper.transpose().triangularView<Eigen::Lower>().solve(row);
}

SmallVector MixedModel::Parts::scaled(std::span<const double> random) const {
  const Eigen::Map<const VectorXd> row(random.data(), q);
  return row.cwiseQuotient(scale);
}

Result<MixedModel> MixedModel::fit(const MixedData& data, MixedMethod method) {
  TRY(check_sizes(data));
  TRY(check_enough(data));
  TRY_ASSIGN(auto made, Parts::make(data, method));
  TRY(made.search());
  MixedModel model;
  model.estimates_ = made.describe(data);
  model.parts_ = std::make_shared<const Parts>(std::move(made));
  return model;
}

std::vector<Deviation> MixedModel::deviations(std::size_t group) const {
  const auto& parts = *parts_;
  const auto place = static_cast<Index>(group);
  const auto factor = parts.group_factor(place);
  const auto solved = parts.solved.middleRows(parts.q * place, parts.q);
  const SmallVector right = solved.col(parts.p) - solved.leftCols(parts.p) * parts.beta;
  const SmallVector spherical = factor.transpose().triangularView<Eigen::Upper>().solve(right);
  const SmallVector values = parts.relative * spherical;
  // Λ·L⁻ᵀ, whose rows have the standard errors for their lengths.
  const SmallMatrix root =
      factor.triangularView<Eigen::Lower>().solve(SmallMatrix(parts.relative.transpose())).transpose();
  std::vector<Deviation> found;
  for (Index j = 0; j < parts.q; ++j) {
    found.push_back({values(j) / parts.scale(j), std::sqrt(parts.variance()) * root.row(j).norm() / parts.scale(j)});
  }
  return found;
}

namespace {

Prediction within(double value, double error, double spread, double confidence) {
  const auto point = normal_quantile(1 - (1 - confidence) / 2);
  return {value, value - point * error, value + point * error, value - point * spread, value + point * spread};
}

}  // namespace

Prediction MixedModel::predict_new(std::span<const double> fixed, std::span<const double> random,
                                   double confidence) const {
  const auto& parts = *parts_;
  const VectorXd row = parts.in_basis(fixed);
  const VectorXd half = parts.lower.triangularView<Eigen::Lower>().solve(row);
  const SmallVector own = parts.relative.transpose() * parts.scaled(random);
  const auto error = parts.variance() * half.squaredNorm();
  const auto between = parts.variance() * own.squaredNorm();
  return within(row.dot(parts.simple + parts.beta), std::sqrt(error), std::sqrt(error + between + parts.variance()),
                confidence);
}

Prediction MixedModel::predict(std::size_t group, std::span<const double> fixed, std::span<const double> random,
                               double confidence) const {
  const auto& parts = *parts_;
  const auto place = static_cast<Index>(group);
  const VectorXd row = parts.in_basis(fixed);
  const auto solved = parts.solved.middleRows(parts.q * place, parts.q);
  const SmallVector own = parts.group_factor(place).triangularView<Eigen::Lower>().solve(
      SmallVector(parts.relative.transpose() * parts.scaled(random)));
  const SmallVector right = solved.col(parts.p) - solved.leftCols(parts.p) * parts.beta;
  const VectorXd left = row - solved.leftCols(parts.p).transpose() * own;
  const VectorXd half = parts.lower.triangularView<Eigen::Lower>().solve(left);
  const auto error = parts.variance() * (own.squaredNorm() + half.squaredNorm());
  return within(row.dot(parts.simple + parts.beta) + own.dot(right), std::sqrt(error),
                std::sqrt(error + parts.variance()), confidence);
}

}  // namespace rapport::statistics
