#pragma once
/// @file Clients write to their therapists, and everything that comes back is timed and checked: each message
/// acknowledged, delivered once to both, in order, and no number of a room left out.
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "live_client.hpp"
#include "loopback.hpp"
#include "practice.hpp"

namespace rapport::load {

struct Plan {
  std::size_t messages = 0;
  std::size_t window = 8;
  std::size_t bytes = 200;
  double rate = 0;
  bool receipts = true;
};

/// Microseconds.
struct Spread {
  double p50 = 0;
  double p99 = 0;
  double max = 0;
};

struct Outcome {
  double seconds = 0;
  double delivered_per_second = 0;
  Spread delivered;     ///< from sending (with a rate: from when it was due) to the partner's socket
  Spread acknowledged;  ///< … to the answer in the sender's socket
  std::size_t receipts = 0;
  std::size_t receipt_events = 0;
  std::size_t receive_calls = 0;
};

/// The live lines of a practice: one for each person.
class Exchange {
 public:
  Exchange(const Loopback& server, const Practice& practice);
  ~Exchange();
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// May be called again; numbers go on where they were. Throws std::runtime_error at the first thing that is wrong.
  Outcome run(const Plan& plan);

 private:
  class Run;
  struct Room {
    std::size_t client = 0;
    std::size_t therapist = 0;
    std::string id;
    std::int64_t seen_by_client = 0;  ///< number of the last event
    std::int64_t seen_by_therapist = 0;
    std::int64_t last_sent = -1;  ///< which message arrived last, to check the order
  };

  std::vector<LiveClient> lines_;
  std::vector<Room> rooms_;
  Descriptor poll_;
};

}  // namespace rapport::load
