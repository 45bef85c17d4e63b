#include "store/postgres/connection_pool.hpp"

#include <algorithm>
#include <chrono>

namespace rapport::store::postgres {

ConnectionPool::Lease ConnectionPool::lease(Deadline deadline) {
  if (std::chrono::steady_clock::now() >= deadline) throw deadline_passed("too late before it began");
  std::int64_t generation = 0;
  auto connection = take_idle_or_slot(deadline, generation);
  if (connection) {
    connection->wait_until(deadline);
    return Lease(*this, std::move(connection), true, generation);
  }
  return open(deadline, generation);
}

std::unique_ptr<Connection> ConnectionPool::take_idle_or_slot(Deadline deadline, std::int64_t& generation) {
  std::unique_lock lock(mutex_);
  const auto free = [&] { return in_use_ < std::max(1, options_.connections); };
  if (!freed_.wait_until(lock, deadline, free)) throw overloaded("no connection became free in time");
  ++in_use_;
  generation = generation_;
  if (idle_.empty()) return nullptr;
  auto connection = std::move(idle_.back());  // the last one used: its caches are warm
  idle_.pop_back();
  return connection;
}

ConnectionPool::Lease ConnectionPool::open(Deadline deadline, std::int64_t generation) {
  try {
    return Lease(*this, std::make_unique<Connection>(options_, deadline), false, generation);
  } catch (...) {
    give_back(nullptr, generation);
    throw;
  }
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection, std::int64_t generation) noexcept {
  const bool fit = connection && connection->is_idle();
  {
    const std::lock_guard lock(mutex_);
    --in_use_;
    if (fit && generation == generation_) idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

void ConnectionPool::renew() {
  std::vector<std::unique_ptr<Connection>> closed;  // destroyed after the lock: closing talks to the server
  const std::lock_guard lock(mutex_);
  ++generation_;
  closed.swap(idle_);
}

void ConnectionPool::renew_others(Lease& kept) {
  std::vector<std::unique_ptr<Connection>> closed;
  const std::lock_guard lock(mutex_);
  kept.generation_ = ++generation_;
  closed.swap(idle_);
}

}  // namespace rapport::store::postgres
