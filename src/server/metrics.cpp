#include "server/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rapport::server {

Metrics::Metrics(const Routes& routes) {
  for (const auto& route : routes.all()) by_route_.try_emplace(route.get());
}

void Metrics::answered(const http::Route& route, int status, std::chrono::steady_clock::duration took) {
  const auto found = by_route_.find(&route);
  if (found == by_route_.end() || status < 100 || status > 599) return;
  ++found->second.at(static_cast<std::size_t>(status / 100 - 1));
  const double seconds = std::chrono::duration<double>(took).count();
  const auto* const bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  ++took_.at(static_cast<std::size_t>(std::distance(kBounds.begin(), bound)));
  took_microseconds_ += static_cast<std::uint64_t>(
      std::max<std::int64_t>(0, std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
}

std::string metric(std::string_view name, std::string_view type, std::string_view help, std::string_view values) {
  return fmt::format("# HELP {} {}\n# TYPE {} {}\n{}", name, help, name, type, values);
}

std::string Metrics::text() const {
  std::string requests;
  for (const auto& [route, counts] : by_route_) {
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto count = counts.at(i).load();
      if (count == 0) continue;
      requests += fmt::format("rapport_requests_total{{route=\"{} {}\",status=\"{}xx\"}} {}\n",
                              http::to_text(route->method), route->pattern, i + 1, count);
    }
  }
  std::string times;
  std::uint64_t within = 0;
  for (std::size_t i = 0; i < took_.size(); ++i) {
    within += took_.at(i);
    const auto bound = i < kBounds.size() ? fmt::format("{}", kBounds.at(i)) : "+Inf";
    times += fmt::format("rapport_request_seconds_bucket{{le=\"{}\"}} {}\n", bound, within);
  }
  times += fmt::format("rapport_request_seconds_sum {}\nrapport_request_seconds_count {}\n",
                       static_cast<double>(took_microseconds_) / 1e6, within);
  return metric("rapport_requests_total", "counter", "Calls answered, over HTTP and over live lines.", requests) +
         metric("rapport_request_seconds", "histogram", "From a call's arrival to its answer.", times) +
         metric("rapport_refused_total", "counter", "Calls refused because a queue had no room.",
                fmt::format("rapport_refused_total {}\n", refused_.load()));
}

}  // namespace rapport::server
