#pragma once
/// @file Encounters: what people call a session (the name is FHIR's). One belongs to an episode of care; it is planned,
/// then open, then closed, or it is cancelled before it begins. At most one of an episode is open. Beside it stand the
/// agenda, which both see, and the therapist's notes, of which nobody else learns that there are any.
/// The functions here know neither HTTP nor sockets. Whoever calls them passes the account that asks; an encounter
/// that is not theirs does not exist for them.
#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::encounters {

using AgendaItemId = Id<struct AgendaItemTag>;
using SittingId = Id<struct SittingTag>;  ///< one opening of a page on which notes are written

enum class Status { planned, open, closed, cancelled };
BOOST_DESCRIBE_ENUM(Status, planned, open, closed, cancelled)

/// How the two talk: now, in the chat, or by messages over days. Video and meeting in person are to follow.
enum class Channel { chat, messages };
BOOST_DESCRIBE_ENUM(Channel, chat, messages)

/// When, for how long and how two people mean to meet.
struct Plan {
  Time starts_at;
  std::int64_t minutes = 0;
  Channel channel = Channel::chat;
  std::string zone;  ///< time zone (IANA) in which the time was chosen; "" when it is not known
};

/// An encounter as one of its two people sees it.
struct Encounter {
  EncounterId id;
  EpisodeId episode;
  AccountId client;
  AccountId therapist;
  RoomId chat;  ///< the room of the episode in which live events are told
  Status status = Status::planned;
  Plan plan;
  AccountId planned_by;
  std::optional<std::int64_t> number;  ///< 1, 2, 3 … of the episode, given when it begins; it never changes
  std::optional<Time> began_at;
  std::optional<Time> ended_at;
  std::int64_t agenda_left = 0;  ///< points of the agenda that are not done
};

/// From when to when a channel was used; without an end while it is in use.
struct ChannelUse {
  Channel channel = Channel::chat;
  Time from;
  std::optional<Time> until;
};

/// Encounters given out in one page, and at most of those that are still ahead.
inline constexpr std::int64_t kLargestPage = 100;
inline constexpr std::int64_t kMostAhead = 200;

/// not_found unless the viewer is client or therapist of its episode; the same as for none at all.
Result<Encounter> find_encounter(store::ReadTx& tx, AccountId viewer, EncounterId id);
/// Those of an episode, the latest first by when they began or are to begin; with `before`, those that stand after that
/// one. Whether the episode is the viewer's is part of the statement: for others it is empty.
std::vector<Encounter> list_encounters(store::ReadTx& tx, AccountId viewer, EpisodeId episode,
                                       std::optional<EncounterId> before, std::int64_t limit);
/// The latest of the same episode that is over and stands after `of` in that list: the session before it.
std::optional<Encounter> find_session_before(store::ReadTx& tx, AccountId viewer, const Encounter& of);
/// not_found unless the episode is the viewer's.
Result<AccountId> client_of_episode(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// The open ones of the viewer, then the planned ones, the soonest first.
std::vector<Encounter> list_ahead(store::ReadTx& tx, AccountId viewer);
/// In order. Whether the encounter is the viewer's was asked before.
std::vector<ChannelUse> list_channels(store::ReadTx& tx, EncounterId id);

/// What a change came to; `is_new` is false when it had been made before (sent again after a lost answer).
struct Changed {
  Encounter encounter;
  bool is_new = true;
};

/// The therapist plans one. The same id again, by the same person for the same episode, is the same encounter, as it
/// stands now. Both are told of this and of every change below.
Result<Changed> plan_encounter(store::WriteTx& tx, AccountId therapist, EpisodeId episode, EncounterId id,
                               const Plan& plan, Time now);

/// What is to be different; what is left out stays. Once it is open, only the channel can change.
struct PlanChange {
  std::optional<Time> starts_at = {};
  std::optional<std::int64_t> minutes = {};
  std::optional<Channel> channel = {};
  std::optional<std::string> zone = {};
};
Result<Changed> change_encounter(store::WriteTx& tx, AccountId therapist, EncounterId id, const PlanChange& change,
                                 Time now);
Result<Changed> cancel_encounter(store::WriteTx& tx, AccountId therapist, EncounterId id);
/// It gets its number and the first row of its channels. "encounter.another_open" while another one is open.
Result<Changed> open_encounter(store::WriteTx& tx, AccountId therapist, EncounterId id, Time now);
Result<Changed> close_encounter(store::WriteTx& tx, AccountId therapist, EncounterId id, Time now);

/// Code points in one point of the agenda, and how many points an encounter has at most.
inline constexpr std::size_t kLongestPoint = 500;
inline constexpr std::int64_t kMostPoints = 50;
/// Places are numbers from 0 to this; equal ones stand in the order in which they were made.
inline constexpr std::int64_t kLastPlace = 1'000;

/// A point of the agenda. The text is sealed under the client's key with the item's id as associated data.
struct AgendaItem {
  AgendaItemId id;
  AccountId author;
  std::int64_t place = 0;
  bool done = false;
  Bytes sealed_text;
};
/// In order. Whether the encounter is the viewer's was asked before.
std::vector<AgendaItem> list_agenda(store::ReadTx& tx, EncounterId id);
/// Adds the point, or changes it when it is there; without a text its words stay. Both may mark and move every point;
/// only its author changes its words. Refused once the encounter is over.
Result<Encounter> put_agenda_item(store::WriteTx& tx, AccountId viewer, EncounterId encounter, AgendaItemId id,
                                  std::int64_t place, bool done, const std::optional<Bytes>& sealed_text, Time now);
/// Its author alone may; one that is not there is removed already.
Result<Encounter> remove_agenda_item(store::WriteTx& tx, AccountId viewer, EncounterId encounter, AgendaItemId id);

/// One version of the therapist's notes, sealed under the client's key with the encounter's id as associated data.
struct Note {
  std::int64_t version = 0;  ///< from 1
  SittingId sitting;
  Bytes sealed_sections;
  Time saved_at;
};
struct NoteVersion {
  std::int64_t version = 0;
  Time saved_at;
};
/// Versions given out at most; older ones are kept.
inline constexpr std::int64_t kMostVersions = 100;
/// The encounter if `viewer` is its therapist; for its client there are no notes and never were any.
Result<Encounter> find_for_notes(store::ReadTx& tx, AccountId viewer, EncounterId id);
/// That version of this author's, or their latest one: nobody is handed another's notes with a client.
std::optional<Note> find_note(store::ReadTx& tx, AccountId author, EncounterId id, std::optional<std::int64_t> version);
/// The author's, the latest first.
std::vector<NoteVersion> list_note_versions(store::ReadTx& tx, AccountId author, EncounterId id);
/// Goes on with the latest version when this sitting wrote it; otherwise begins a new one, so that nothing that another
/// page or device wrote is ever overwritten. `is_new` tells that a version was begun.
struct SavedNote {
  std::int64_t version = 0;
  bool is_new = true;
};
Result<SavedNote> save_note(store::WriteTx& tx, AccountId therapist, EncounterId id, SittingId sitting,
                            BytesView sealed_sections, Time now);

/// When the last one of the episode that is over ended. Whether the episode is the viewer's was asked before.
std::optional<Time> last_ended(store::ReadTx& tx, EpisodeId episode);

/// So many are planned in an episode.
std::int64_t count_planned(store::ReadTx& tx, EpisodeId episode);
/// Cancels what is planned in an episode of this client, and gives what was cancelled; both are told.
Result<std::vector<Encounter>> cancel_planned(store::WriteTx& tx, AccountId client, EpisodeId episode);
/// Cancels what is planned with a client who leaves, and ends what is open; how many were cancelled.
std::int64_t end_all_of(store::WriteTx& tx, AccountId client, Time now);
/// All sessions of the client go, with their agendas and the therapist's notes. Forms that belong to one go before.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::encounters
