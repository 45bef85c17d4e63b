#pragma once
/// @file Whose client's key seals a room. It never changes, and every message asks, so it is remembered; whether the
/// author may write there is asked of the data each time, in the transaction that stores the message.
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/id.hpp"

namespace rapport::messages {

/// Thread-safe; holds at most `most` rooms and then begins anew.
class RoomClients {
 public:
  explicit RoomClients(std::size_t most = 65'536) : most_(most) {}

  std::optional<AccountId> find(RoomId room) const {
    const std::lock_guard lock(mutex_);
    const auto found = clients_.find(room);
    return found == clients_.end() ? std::nullopt : std::optional(found->second);
  }
  void remember(RoomId room, AccountId client) {
    const std::lock_guard lock(mutex_);
    if (clients_.size() >= most_) clients_.clear();
    clients_.emplace(room, client);
  }

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::unordered_map<RoomId, AccountId> clients_;
};

}  // namespace rapport::messages
