#pragma once
/// @file What happened in a room, told to those who take part in it.
#include <cstdint>
#include <string>
#include <vector>

#include "base/id.hpp"

namespace rapport::live {

/// A durable event has the sequence number that its transaction gave it (1, 2, 3 … without gaps in a room);
/// a passing one (typing, presence, receipt) has 0 and is never re-read.
struct Event {
  RoomId room;
  std::int64_t seq = 0;
  std::string frame;                  ///< the whole JSON text that goes to every recipient
  std::vector<AccountId> recipients;  ///< whose connections get it
};

/// Where committed events go. The store calls it after commit, in commit order for any one room.
class EventSink {
 public:
  virtual ~EventSink() = default;
  virtual void publish(std::vector<Event> events) = 0;
};

}  // namespace rapport::live
