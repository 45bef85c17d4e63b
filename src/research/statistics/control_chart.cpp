#include "research/statistics/control_chart.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace rapport::statistics {

std::optional<ControlChart> control_chart(std::span<const double> values, double floor) {
  if (values.size() < kFewestForChart) return std::nullopt;
  ControlChart chart;
  chart.centre = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
  double steps = 0;
  for (std::size_t i = 1; i < values.size(); ++i) steps += std::abs(values[i] - values[i - 1]);
  chart.moving_range = steps / static_cast<double>(values.size() - 1);
  const auto own = chart.moving_range / kRangeOfTwo;
  chart.is_floored = own < floor;
  chart.sigma = std::max(own, floor);
  return chart;
}

}  // namespace rapport::statistics
