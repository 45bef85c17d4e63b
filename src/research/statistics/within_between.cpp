#include "research/statistics/within_between.hpp"

#include <numeric>

namespace rapport::statistics {
namespace {

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

Decomposition decompose(std::span<const std::vector<double>> people) {
  Decomposition parts;
  for (const auto& values : people) {
    const auto own = mean(values);
    parts.between.push_back(own);
    auto& within = parts.within.emplace_back();
    for (const auto value : values) within.push_back(value - own);
  }
  if (people.empty()) return parts;
  parts.grand_mean = mean(parts.between);
  for (auto& person : parts.between) person -= parts.grand_mean;
  return parts;
}

std::vector<std::optional<double>> within_from_prior(std::span<const double> values) {
  std::vector<std::optional<double>> parts;
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    parts.push_back(i == 0 ? std::nullopt : std::optional(values[i] - sum / static_cast<double>(i)));
    sum += values[i];
  }
  return parts;
}

}  // namespace rapport::statistics
