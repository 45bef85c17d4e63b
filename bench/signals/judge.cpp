#include "judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rapport::signals_bench {
namespace {

constexpr double kZ = 1.96;

/// The first session in which it was right; one past the course where there is none.
int first_right(const Simulated& course, const Happening& happening, const std::vector<int>& spoken) {
  const auto found =
      std::find_if(spoken.begin(), spoken.end(), [&](int session) { return happening.is_right(session); });
  return found == spoken.end() ? course.sessions + 1 : *found;
}

}  // namespace

std::string Figure::text(int digits) const {
  return is_known ? fmt::format("{:.{}f} [{:.{}f}, {:.{}f}]", value, digits, low, digits, high, digits) : "-";
}

Figure share(std::size_t part, std::size_t whole) {
  if (whole == 0) return {};
  const auto n = static_cast<double>(whole);
  const auto p = static_cast<double>(part) / n;
  const auto centre = (p + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const auto half = kZ * std::sqrt(p * (1 - p) / n + kZ * kZ / (4 * n * n)) / (1 + kZ * kZ / n);
  return {p, centre - half, centre + half, true};
}

void Ratio::add(double part, double whole) {
  ++n_;
  parts_ += part;
  wholes_ += whole;
  part_part_ += part * part;
  part_whole_ += part * whole;
  whole_whole_ += whole * whole;
}

Figure Ratio::figure(double times) const {
  if (n_ < 2 || wholes_ <= 0) return {};
  const auto r = parts_ / wholes_;
  const auto spread = std::max(part_part_ - 2 * r * part_whole_ + r * r * whole_whole_, 0.0);
  const auto error = std::sqrt(spread * n_ / (n_ - 1)) / wholes_;
  return {times * r, times * (r - kZ * error), times * (r + kZ * error), true};
}

Figure Figure::within(double least, double most) const {
  auto figure = *this;
  figure.low = std::max(low, least);
  figure.high = std::min(high, most);
  return figure;
}

void Judgement::add(const Simulated& course, const std::vector<int>& spoken, const std::vector<int>& cutoff) {
  const auto& happening = course.of(event_);
  int right = 0;
  for (const auto session : spoken) right += happening.is_right(session) ? 1 : 0;
  const auto wrong = static_cast<int>(spoken.size()) - right;
  if (!spoken.empty()) right_.add(right, static_cast<double>(spoken.size()));
  const auto quiet = happening.happens() ? happening.from - 1 + course.sessions - happening.until : course.sessions;
  false_.add(wrong, quiet);
  if (!happening.happens()) {
    ++without_;
    silent_ += spoken.empty() ? 1 : 0;
    return;
  }
  ++happened_;
  const auto first = first_right(course, happening, spoken);
  if (first > happening.in_time) return;
  ++found_;
  after_.add(first - happening.onset, 1);
  ahead_.add(first_right(course, happening, cutoff) - first, 1);
}

}  // namespace rapport::signals_bench
