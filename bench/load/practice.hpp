#pragma once
/// @file The people of the demonstration practice, logged in: each once, because a log-in is dear on purpose.
#include <string>
#include <string_view>
#include <vector>

#include "loopback.hpp"

namespace rapport::load {

struct Person {
  std::string account;  ///< id
  std::string cookie;   ///< of the session, as a Cookie header has it
};

/// Who writes to whom, and where. Indexes into `people`.
struct RoomOfTwo {
  std::size_t client = 0;
  std::size_t therapist = 0;
  std::string room;
};

struct Practice {
  std::vector<Person> people;
  std::vector<RoomOfTwo> rooms;
};

/// Logs in `clients` clients and the therapists they have. `accounts_json` is what `rapport demo --json` printed.
Practice log_everybody_in(const Loopback& server, std::string_view accounts_json, std::size_t clients);
/// The part of it that has `count` of its rooms, from the `first` on, with those who take part in them.
Practice part_of(const Practice& whole, std::size_t first, std::size_t count);
/// The number of the last event in the room.
std::int64_t last_seq(const Loopback& server, const Person& person, const std::string& room);

}  // namespace rapport::load
