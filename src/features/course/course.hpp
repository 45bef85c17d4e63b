#pragma once
/// @file The course of an episode of care: its sessions, what was measured along the way, and what is missing. What is
/// read here beside the sessions and forms themselves; an episode that is not the viewer's does not exist for them.
#include <map>
#include <optional>
#include <vector>

#include "features/encounters/encounters.hpp"
#include "store/transaction.hpp"

namespace rapport::course {

/// The latest sessions that a course shows; older ones are left out, and it says so.
inline constexpr std::int64_t kMostSessions = 500;

/// From when to when two people work together.
struct EpisodeSpan {
  EpisodeId id;
  AccountId client;
  Time opened_at;
  std::optional<Time> closed_at;
};
/// not_found unless the viewer is its client or its therapist.
Result<EpisodeSpan> find_span(store::ReadTx& tx, AccountId viewer, EpisodeId episode);

using Channels = std::map<EncounterId, std::vector<encounters::Channel>>;
/// The ways of talking that each session of the episode used, in their order. Whether it is the viewer's was asked
/// before.
Channels list_channels(store::ReadTx& tx, EpisodeId episode);

}  // namespace rapport::course
