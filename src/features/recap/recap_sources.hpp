#pragma once
/// @file What the two kept between sessions, offered as lines of the recap.
#include "features/recap/recap.hpp"

namespace rapport::recap {

/// Of whom, and from when on: from the end of the session before, to what came in this one.
struct Gathering {
  store::ReadTx& tx;
  const access::SealKey& key;
  AccountId viewer;
  between_sessions::Pair pair;
  EncounterId encounter;
  Time since;
};
/// One place to gather from, and what it offers. What the client keeps for themselves is never offered.
using GatherFrom = Result<void> (*)(const Gathering& gathering, std::vector<RecapLine>& lines);

/// What all places offer, in their order; at most so many of each.
inline constexpr std::size_t kMostOffered = 100;
Result<std::vector<RecapLine>> gather(const Gathering& gathering);
/// What is open and can be chosen for the time until the next session.
Result<std::vector<RecapHomework>> open_homework(const Gathering& gathering);

}  // namespace rapport::recap
