#include "idle.hpp"

#include <chrono>
#include <thread>

#include "live_client.hpp"
#include "server_process.hpp"

namespace rapport::load {
namespace {

std::size_t settled_rss(pid_t process) {
  constexpr int kLooks = 50;
  std::size_t before = rss_kib_of(process);
  for (int look = 0; look < kLooks; ++look) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const auto now = rss_kib_of(process);
    if (now == before) break;
    before = now;
  }
  return before;
}

}  // namespace

std::vector<IdleLevel> measure_idle(const Loopback& server, const Practice& practice, pid_t process,
                                    const std::vector<std::size_t>& levels) {
  std::vector<IdleLevel> found;
  std::vector<LiveClient> lines;
  lines.reserve(levels.back());
  const auto before = settled_rss(process);
  for (const auto level : levels) {
    while (lines.size() < level) {
      lines.emplace_back(server, practice.people[lines.size() % practice.people.size()].cookie);
    }
    const auto rss = settled_rss(process);
    const double grown = rss > before ? static_cast<double>(rss - before) : 0;
    found.push_back({level, rss, grown / static_cast<double>(level)});
  }
  return found;
}

}  // namespace rapport::load
