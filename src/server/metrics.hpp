#pragma once
/// @file Counts what is answered and how fast, as text for Prometheus. No name, client or address is in it: a route is
/// said by its pattern.
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "features/context.hpp"

namespace rapport::server {

/// Thread-safe; counting takes no lock.
class Metrics {
 public:
  /// `routes` is complete and outlives it.
  explicit Metrics(const Routes& routes);

  /// `took` counts from when the call had come whole, so waiting in a queue is part of it.
  void answered(const http::Route& route, int status, std::chrono::steady_clock::duration took);
  /// A queue had no room for it.
  void refused() { ++refused_; }

  /// What was counted so far, in the text format 0.0.4.
  std::string text() const;

 private:
  static constexpr std::array<double, 12> kBounds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                  0.1,   0.25,   0.5,   1,    2.5,   10};  ///< seconds
  using Counter = std::atomic<std::uint64_t>;
  using ByClass = std::array<Counter, 5>;  ///< of statuses: 1xx to 5xx

  std::map<const http::Route*, ByClass> by_route_;  ///< never changed once it is made
  std::array<Counter, kBounds.size() + 1> took_{};  ///< each within its bound and beyond the one before
  Counter took_microseconds_ = 0;
  Counter refused_ = 0;
};

/// One line or more of a metric with its explanation: "# HELP …", "# TYPE …", and `values`, each "{labels} value".
std::string metric(std::string_view name, std::string_view type, std::string_view help, std::string_view values);

}  // namespace rapport::server
