#pragma once
/// @file GivenTime: a moment that a person chose, such as when to meet. What happened, and when, is never taken from a
/// sender: such a Time comes from the server's clock and cannot be read from a body.
#include "base/clock.hpp"

namespace rapport::http {

/// Read from any form of RFC 3339 with an offset, written in UTC.
struct GivenTime {
  Time at = {};
  bool operator==(const GivenTime&) const = default;
};

}  // namespace rapport::http
