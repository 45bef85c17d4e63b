#pragma once
/// @file A client goes to another therapist: no reason is asked for, nobody has to allow it, and nobody but the client
/// knows of it until they tell both therapists. On the agreed day the former therapist loses the treatment, but not
/// while an answer about harm waits for somebody to look into it: then whoever treats next takes it over, or whoever
/// treats now closes it. docs/how-to/switch.md has the table of states.
///
/// The functions here know neither HTTP nor keys. Each step of the client's says which state of it they saw
/// (`based_on`): a stale page, another device or a second click changes nothing.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/people/hand_overs.hpp"
#include "features/safety/safety.hpp"
#include "features/therapist_switch/switch_rules.hpp"
#include "store/transaction.hpp"

namespace rapport::therapist_switch {

using SwitchId = Id<struct TherapistSwitchTag>;

/// What goes along to the new therapist: all that was written, or nothing but the summary.
enum class SwitchHistory { everything, summary };
BOOST_DESCRIBE_ENUM(SwitchHistory, everything, summary)

/// Before the day: nobody meets, all three do, or the two therapists without the client.
enum class SwitchMeeting { none, joint, therapists };
BOOST_DESCRIBE_ENUM(SwitchMeeting, none, joint, therapists)

/// The day is at most so far ahead, and those whom it concerned hear of how it ended for so long.
inline constexpr std::chrono::hours kFarthestDay{366 * 24};
inline constexpr std::chrono::hours kToldOfEnd{30 * 24};

struct StoredSwitch {
  SwitchId id;
  PracticeId practice;
  EpisodeId episode;
  RoomId chat;  ///< of the episode, which live events name
  AccountId client;
  AccountId from;
  std::optional<AccountId> to;
  SwitchKind kind = SwitchKind::asked;
  SwitchState state = SwitchState::started;
  std::int64_t revision = 0;
  SwitchHistory history = SwitchHistory::everything;
  SwitchMeeting meeting = SwitchMeeting::none;
  bool keeps_sessions = true;
  Time started_at;
  std::optional<Time> due_at;
  std::optional<Time> told_at;
  std::optional<Time> ended_at;
  std::optional<EpisodeId> new_episode;
  std::optional<Bytes> sealed_summary;  ///< under the client's key, tied to `id`
};

// What the client does. Errors of all steps: not_found; conflict "therapist_switch.older" when it is another by now
// than what was seen, "therapist_switch.step" when that step is none from there. False: it was taken before.

/// Their latest one, whatever became of it.
std::optional<StoredSwitch> latest_of(store::ReadTx& tx, AccountId client);
/// All of them, the earliest first.
std::vector<StoredSwitch> list_own(store::ReadTx& tx, AccountId client);

/// From when until when what a client writes of themselves, for no treatment in particular, is for whoever treats
/// `episode`; without a time: from ever, or for ever. Not while the client alone knows of a switch, which it could tell
/// of; and where nothing but the summary went along, what was written since.
struct ReadsWritten {
  std::optional<Time> from;   ///< that moment too
  std::optional<Time> until;  ///< not that moment
};
ReadsWritten what_is_read(store::ReadTx& tx, AccountId client, EpisodeId episode);

/// How many clients are to come to this therapist by a switch of which both know.
std::int64_t count_coming(store::ReadTx& tx, AccountId therapist);

struct NewSwitch {
  SwitchId id;
  EpisodeId episode;
  SwitchKind kind = SwitchKind::asked;
};
/// Nobody is told. One that is `planned` goes to whom the treatment is to be handed over. Errors: conflict
/// "therapist_switch.open" when another one is; "therapist_switch.not_planned".
Result<bool> start(store::WriteTx& tx, AccountId client, const NewSwitch& wanted);

/// A therapist has room for one more, and whoever has that seen nobody else takes it until the transaction ends.
using CheckRoom = std::function<Result<void>(store::WriteTx& tx, PracticeId practice, AccountId therapist)>;
/// Error besides: invalid "therapist_switch.therapist", those of `check_room`.
Result<bool> choose(store::WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on, AccountId to,
                    const CheckRoom& check_room);

struct WhatGoesAlong {
  SwitchHistory history = SwitchHistory::everything;
  Bytes sealed_summary;
};
using IsSameSummary = std::function<bool(const Bytes& sealed)>;
Result<bool> write_summary(store::WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on,
                           const WhatGoesAlong& what, const IsSameSummary& is_same);

struct Day {
  SwitchMeeting meeting = SwitchMeeting::none;
  bool keeps_sessions = true;
  Time due_at;  ///< not after now: at once when it is told
};
/// Error besides: invalid "therapist_switch.day".
Result<bool> set_day(store::WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on, const Day& day);

/// From now on both therapists know. Errors besides: those of `check_room`.
Result<bool> tell(store::WriteTx& tx, AccountId client, SwitchId id, std::int64_t based_on,
                  const CheckRoom& check_room);

/// It stays as it is. Who was not told yet never hears of it.
struct Withdrawn {
  StoredSwitch one;
  bool is_new = true;
};
/// Conflict "therapist_switch.done" once the other therapist treats.
Result<Withdrawn> withdraw(store::WriteTx& tx, AccountId client, SwitchId id);

/// What is left to do for whoever treats now.
struct OpenDuties {
  std::vector<safety::ConcernId>
      to_look_into;            ///< answers about harm that nobody has settled, and nobody has taken over
  std::int64_t sessions = 0;   ///< that are planned
  bool message_waits = false;  ///< for an answer
};
OpenDuties duties_of(store::ReadTx& tx, const StoredSwitch& one);

// What the two therapists see, once they were told.

/// Those of the viewer that go on, and those that ended of late, the latest first.
std::vector<StoredSwitch> list_told(store::ReadTx& tx, AccountId viewer);
/// not_found unless the viewer is one of the two, and was told; of one that is over the new therapist for as long as
/// they treat, the former one for kToldOfEnd.
Result<StoredSwitch> find_told(store::ReadTx& tx, AccountId viewer, SwitchId id);
/// Whether the viewer reads what the client wrote for them: the new therapist alone.
bool reads_summary(const StoredSwitch& one, AccountId viewer);

/// The new therapist takes over what is to be looked into; where the day has come they treat from now on. False when
/// there was nothing to take over. Errors: not_found; conflict "therapist_switch.stays", where nothing but the summary
/// goes along.
Result<bool> take_over(store::WriteTx& tx, AccountId viewer, SwitchId id, const people::CancelSessions& cancel);

// What the program does.

/// What has become due of what was told at `told_since` or later; gives those that are done.
bool is_any_due(store::ReadTx& tx, Time told_since = {});
inline constexpr std::int64_t kMostAtOnce = 100;
Result<std::vector<StoredSwitch>> carry_out_due(store::WriteTx& tx, const people::CancelSessions& cancel,
                                                Time told_since = {});
/// After a restore nobody knows what was taken back since: what goes on is the client's alone again, and is to be told
/// again. How many.
std::int64_t hold_all(store::WriteTx& tx);
/// All of the client's go.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::therapist_switch
