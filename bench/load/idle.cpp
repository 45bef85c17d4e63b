#include "idle.hpp"

#include <sys/resource.h>

#include <chrono>
#include <exception>
#include <thread>

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

/// Ours and the server's alike, which has inherited it.
std::string reason_against(std::size_t connections) {
  constexpr std::size_t kOtherFiles = 100;
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  if (connections + kOtherFiles <= limit.rlim_cur) return {};
  return "only " + std::to_string(limit.rlim_cur) + " open files are allowed (ulimit -n)";
}

}  // namespace

std::string IdleLines::open_up_to(std::size_t count) {
  if (auto reason = reason_against(count); !reason.empty()) return reason;
  try {
    while (lines_.size() < count) open_one();
  } catch (const std::exception& failure) {
    return "after " + std::to_string(lines_.size()) + " connections: " + failure.what();
  }
  return {};
}

void IdleLines::open_one() {
  const auto number = lines_.size();
  lines_.emplace_back(server_, practice_.people[number % practice_.people.size()].cookie, number);
  lines_.back().fall_silent();
}

std::vector<IdleLevel> measure_idle(const Loopback& server, const Practice& practice, pid_t process,
                                    const std::vector<std::size_t>& levels) {
  std::vector<IdleLevel> found;
  IdleLines lines(server, practice);
  const auto before = settled_rss(process);
  for (const auto level : levels) {
    IdleLevel reached{.connections = level, .why_not = lines.open_up_to(level)};
    if (reached.why_not.empty()) {
      reached.rss_kib = settled_rss(process);
      const double grown = reached.rss_kib > before ? static_cast<double>(reached.rss_kib - before) : 0;
      reached.kib_each = grown / static_cast<double>(level);
    }
    found.push_back(std::move(reached));
  }
  return found;
}

}  // namespace rapport::load
