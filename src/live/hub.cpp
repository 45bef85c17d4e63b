#include "live/hub.hpp"

#include <algorithm>
#include <utility>

namespace rapport::live {
namespace {

using Frame = std::shared_ptr<const std::string>;
using FramesByAccount = std::unordered_map<AccountId, std::vector<Frame>>;

/// The text is shared by all who get it; an account named twice by one event gets it once.
FramesByAccount group_by_account(std::vector<Event> events) {
  FramesByAccount grouped;
  for (Event& event : events) {
    const auto frame = std::make_shared<const std::string>(std::move(event.frame));
    for (const AccountId& recipient : event.recipients) {
      std::vector<Frame>& frames = grouped[recipient];
      if (frames.empty() || frames.back() != frame) frames.push_back(frame);
    }
  }
  return grouped;
}

}  // namespace

const Hub::Shard& Hub::shard_of(AccountId account) const {
  return shards_[std::hash<AccountId>{}(account) % shard_count];
}

Hub::Shard& Hub::shard_of(AccountId account) {
  return shards_[std::hash<AccountId>{}(account) % shard_count];
}

Hub::Sockets Hub::sockets_of(AccountId account) const {
  const Shard& shard = shard_of(account);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_account.find(account);
  return found == shard.by_account.end() ? Sockets{} : found->second;
}

bool Hub::add(AccountId account, std::shared_ptr<http::LiveSocket> socket) {
  if (!socket) return false;
  Shard& shard = shard_of(account);
  const std::lock_guard lock(shard.mutex);
  Sockets& sockets = shard.by_account[account];
  if (std::find(sockets.begin(), sockets.end(), socket) != sockets.end()) return false;
  sockets.push_back(std::move(socket));
  return sockets.size() == 1;
}

bool Hub::remove(AccountId account, const std::shared_ptr<http::LiveSocket>& socket) {
  Shard& shard = shard_of(account);
  const std::lock_guard lock(shard.mutex);
  const auto found = shard.by_account.find(account);
  if (found == shard.by_account.end() || std::erase(found->second, socket) == 0) return false;
  const bool was_last = found->second.empty();
  if (was_last) shard.by_account.erase(found);
  return was_last;
}

void Hub::publish(std::vector<Event> events) {
  for (const auto& [account, frames] : group_by_account(std::move(events))) {
    // A socket that is cut off tells its owner, who removes it; nothing is to be done here.
    for (const auto& socket : sockets_of(account)) (void)socket->send_all(frames);
  }
}

bool Hub::present(AccountId account) const {
  const Shard& shard = shard_of(account);
  const std::lock_guard lock(shard.mutex);
  return shard.by_account.contains(account);
}

std::size_t Hub::connection_count() const {
  std::size_t count = 0;
  for (const Shard& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    for (const auto& [account, sockets] : shard.by_account) count += sockets.size();
  }
  return count;
}

}  // namespace rapport::live
