#pragma once
/// @file What an idle live line costs the server in memory.
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "loopback.hpp"
#include "practice.hpp"

namespace rapport::load {

struct IdleLevel {
  std::size_t connections = 0;
  std::size_t rss_kib = 0;              ///< of the server, with all of them there
  std::optional<double> kib_each = {};  ///< growth since there were none, divided by the connections
  std::string why_not = {};             ///< what this computer does not allow, when there is no figure
};

/// Opens live lines until there are as many as each level says, and lets the server settle. A level that cannot be
/// reached is told of in its `why_not`, and those above it too.
std::vector<IdleLevel> measure_idle(const Loopback& server, const Practice& practice, pid_t process,
                                    const std::vector<std::size_t>& levels);

}  // namespace rapport::load
