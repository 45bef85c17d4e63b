#pragma once
/// @file What an idle live line costs the server in memory.
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "live_client.hpp"
#include "loopback.hpp"
#include "practice.hpp"

namespace rapport::load {

struct IdleLevel {
  std::size_t connections = 0;
  std::size_t rss_kib = 0;              ///< of the server, with all of them there
  std::optional<double> kib_each = {};  ///< growth since there were none, divided by the connections
  std::string why_not = {};             ///< what this computer does not allow, when there is no figure
};

/// Live lines of these people that say nothing, for as long as this lives.
class IdleLines {
 public:
  IdleLines(const Loopback& server, const Practice& practice) : server_(server), practice_(practice) {}

  /// Empty, or why there are not so many.
  std::string open_up_to(std::size_t count);

 private:
  void open_one();

  const Loopback server_;
  const Practice practice_;
  std::vector<LiveClient> lines_;
};

/// Opens live lines until there are as many as each level says, and lets the server settle. A level that cannot be
/// reached is told of in its `why_not`, and those above it too.
std::vector<IdleLevel> measure_idle(const Loopback& server, const Practice& practice, pid_t process,
                                    const std::vector<std::size_t>& levels);

}  // namespace rapport::load
