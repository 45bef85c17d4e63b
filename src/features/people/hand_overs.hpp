#pragma once
/// @file Handing a treatment over: from a stated moment on another therapist has the episode, with all that was written
/// in it but the former therapist's own notes, and the former one finds it no more. docs/how-to/people.md has the table
/// of states.
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "access/viewer.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::people {

using HandOverId = Id<struct HandOverTag>;

/// How far ahead one can be planned, and how long afterwards both are told of it.
inline constexpr std::chrono::hours kFarthestHandOver{366 * 24};
inline constexpr std::chrono::hours kToldOfHandOver{30 * 24};

struct NewHandOver {
  HandOverId id;
  EpisodeId episode;
  AccountId to;
  Time due_at;                 ///< not after now: at once
  bool keeps_sessions = true;  ///< those that are planned stay, with the new therapist
};

struct HandOver {
  HandOverId id;
  EpisodeId episode;
  AccountId client;
  AccountId from;
  AccountId to;
  RoomId chat;
  bool keeps_sessions = true;
  AccountId asked_by;
  Time due_at;
  std::optional<Time> done_at;
  std::optional<Time> called_off_at;
};

/// Cancels what is planned with the client of an episode (features/encounters), with all that belongs to it.
using CancelSessions = std::function<Result<void>(store::WriteTx& tx, AccountId client, EpisodeId episode)>;

struct PlannedHandOver {
  HandOver hand_over;
  bool is_new = true;  ///< else it was asked for before, with this id
};
/// Plans one, or carries it out when its moment has come; tells whom it concerns. `by` is the episode's therapist or an
/// administrator, whose hand-overs hold no sooner than kTimeToObject from now, whatever was wanted. Errors: not_found
/// when `by` may not, or the treatment is over; invalid "hand_over.to", "hand_over.date"; conflict "hand_over.planned"
/// when another one is, "hand_over.id_taken".
Result<PlannedHandOver> plan_hand_over(store::WriteTx& tx, const access::Viewer& by, const NewHandOver& wanted,
                                       const CancelSessions& cancel_sessions);
/// It does not happen; gives what was planned, and `is_new` false when it was called off before. By whoever may plan
/// it. Errors: not_found; conflict "hand_over.done".
Result<PlannedHandOver> call_off_hand_over(store::WriteTx& tx, const access::Viewer& by, HandOverId id);
/// Whether there is anything for the next to do.
bool is_any_hand_over_due(store::ReadTx& tx, Time asked_since = {});
/// Carries out what has become due, at most so many at once, of what was asked for at `asked_since` or later; each is
/// written into the audit.
inline constexpr std::int64_t kMostHandedOverAtOnce = 100;
Result<std::vector<HandOver>> carry_out_hand_overs(store::WriteTx& tx, const CancelSessions& cancel_sessions,
                                                   Time asked_since = {});
/// At once and as the client wishes: whatever else is planned with the episode is called off. `wanted.due_at` says
/// nothing. False, and nothing changes, when the treatment is over, is with `wanted.to` already, or that one is no
/// therapist of the practice any more.
Result<bool> hand_over_as_wished(store::WriteTx& tx, PracticeId practice, const NewHandOver& wanted,
                                 const CancelSessions& cancel_sessions);
/// The treatment ends and another one begins with `to`, into which nothing of it goes: nobody but its client finds what
/// was written, in their record. What is planned is cancelled. Nothing, and nothing changes, when the treatment is
/// over, is with `to` already, or that one is no therapist of the practice any more.
Result<std::optional<EpisodeId>> begin_anew(store::WriteTx& tx, PracticeId practice, EpisodeId old, AccountId to,
                                            const CancelSessions& cancel_sessions);

/// Whatever is planned to this therapist, who leaves, is called off; whoever asked for it is told.
Result<void> call_off_hand_overs_to(store::WriteTx& tx, AccountId therapist);

/// Whatever is planned, by whomever, without telling anybody; how many.
std::int64_t call_off_all_hand_overs(store::WriteTx& tx);

/// A treatment that goes on, and to whom it is to be handed over.
struct OpenTreatment {
  EpisodeId episode;
  AccountId client;
  Bytes client_profile;  ///< sealed, see Account
  Time opened_at;
  std::optional<HandOver> planned;
};
/// Those of a therapist, whose account may be closed; the oldest first.
std::vector<OpenTreatment> list_open_treatments(store::ReadTx& tx, PracticeId practice, AccountId therapist);
bool has_open_treatments(store::ReadTx& tx, AccountId therapist);

/// For those who find the episode: the one that is to come, or was carried out or called off of late.
std::optional<HandOver> hand_over_of(store::ReadTx& tx, EpisodeId episode);
/// Those that were carried out, the earliest first.
std::vector<HandOver> hand_overs_done(store::ReadTx& tx, EpisodeId episode);
/// Those who had the episode before.
struct FormerTherapist {
  AccountId account;
  Bytes sealed_profile;  ///< also of one whose account is closed
};
std::vector<FormerTherapist> former_therapists_of(store::ReadTx& tx, EpisodeId episode);
/// The sealed profile of somebody whose account may be closed: who treated is to be known after they have left, too.
std::optional<Bytes> find_profile(store::ReadTx& tx, AccountId account);

}  // namespace rapport::people
