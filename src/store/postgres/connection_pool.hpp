#pragma once
/// @file A bounded number of connections, shared by all threads. Lost ones are replaced when they are next needed.
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "store/postgres/connection.hpp"

namespace rapport::store::postgres {

class ConnectionPool {
 public:
  /// Gives the connection back when it goes out of scope; a connection that is not idle then is closed.
  class Lease {
   public:
    Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection, bool reused, std::int64_t generation)
        : pool_(&pool), connection_(std::move(connection)), reused_(reused), generation_(generation) {}
    ~Lease() {
      if (pool_ != nullptr) pool_->give_back(std::move(connection_), generation_);
    }
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          connection_(std::move(other.connection_)),
          reused_(other.reused_),
          generation_(other.generation_) {}
    Lease& operator=(Lease&&) = delete;

    Connection& operator*() const { return *connection_; }
    Connection* operator->() const { return connection_.get(); }
    /// It was open before, so the server may have closed it meanwhile.
    bool reused() const { return reused_; }

   private:
    friend class ConnectionPool;
    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;
    bool reused_;
    std::int64_t generation_;
  };

  explicit ConnectionPool(const PostgresOptions& options) : options_(options) {}

  /// Waits until a connection is free. Throws StorageFailure: overloaded when none is by the deadline, timed_out when
  /// the deadline has passed already, storage when the server cannot be reached.
  Lease lease(Deadline deadline);

  /// Every connection of now is closed as soon as no one holds it: after a loss the others are lost as well, most
  /// likely; after a change of tables the statements prepared on the others no longer fit.
  void renew();
  /// As renew, of all but this one: it changed the tables itself, and what it has prepared since fits them.
  void renew_others(Lease& kept);

 private:
  std::unique_ptr<Connection> take_idle_or_slot(Deadline deadline, std::int64_t& generation);
  Lease open(Deadline deadline, std::int64_t generation);
  void give_back(std::unique_ptr<Connection> connection, std::int64_t generation) noexcept;

  const PostgresOptions options_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  int in_use_ = 0;
  std::int64_t generation_ = 0;
};

}  // namespace rapport::store::postgres
