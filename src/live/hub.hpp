#pragma once
/// @file Live connections of this process by account, and the sink that committed events go to.
///
/// Shards by account keep threads out of each other's way. No lock is held while a frame is sent. A sender that is cut
/// off for being slow resumes later by sequence number, so a frame that could not be sent is not kept here.
#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/id.hpp"
#include "http/application.hpp"
#include "live/event.hpp"

namespace rapport::live {

class Hub final : public EventSink {
 public:
  /// Adding the same socket twice for an account changes nothing. True when it is the account's first.
  bool add(AccountId account, std::shared_ptr<http::LiveSocket> socket);
  /// True when it was the account's last.
  bool remove(AccountId account, const std::shared_ptr<http::LiveSocket>& socket);

  /// One send_all per connection; the frames of one call keep their order. Calls from several threads for the
  /// same connection have no order among each other: the caller keeps that (the store publishes a room's events
  /// in commit order).
  void publish(std::vector<Event> events) override;

  bool present(AccountId account) const;
  std::size_t connection_count() const;

 private:
  using Sockets = std::vector<std::shared_ptr<http::LiveSocket>>;
  struct Shard {
    mutable std::mutex mutex;
    std::unordered_map<AccountId, Sockets> by_account;
  };
  static constexpr std::size_t shard_count = 64;

  const Shard& shard_of(AccountId account) const;
  Shard& shard_of(AccountId account);
  Sockets sockets_of(AccountId account) const;

  std::array<Shard, shard_count> shards_;
};

}  // namespace rapport::live
