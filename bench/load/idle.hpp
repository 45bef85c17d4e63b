#pragma once
/// @file What a live line costs that says nothing: most of them, most of the time.
#include <sys/types.h>

#include <vector>

#include "loopback.hpp"
#include "practice.hpp"

namespace rapport::load {

struct IdleLevel {
  std::size_t connections = 0;
  std::size_t rss_kib = 0;
  double kib_each = 0;  ///< above what the server took up before the first of them
};

/// Opens lines up to each number in turn, several on one session, and looks at the server's memory once it is still.
std::vector<IdleLevel> measure_idle(const Loopback& server, const Practice& practice, pid_t process,
                                    const std::vector<std::size_t>& levels);

}  // namespace rapport::load
