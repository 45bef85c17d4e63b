#pragma once
/// @file People and who works with whom: accounts, and the episode of care that joins one client and one therapist.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::people {

/// An account as stored. The profile (name, log-in) is sealed: a client's under the client's key, a member of
/// staff's under a key of their own, associated data = account id.
struct Account {
  AccountId id;
  PracticeId practice;
  std::string role;
  Bytes login_digest;
  std::string password_hash;
  Bytes sealed_profile;
  Time created_at;
  bool made_up = false;  ///< of the demo, with a password that everybody may know: logs in to a synthetic practice only
};

/// An episode as one of its two people sees it, with the reply time they agreed and what waits to be read.
struct Episode {
  EpisodeId id;
  AccountId client;
  AccountId therapist;
  RoomId chat;
  Bytes client_profile;     ///< sealed, see Account
  Bytes therapist_profile;  ///< sealed
  std::optional<std::int64_t> reply_hours;
  std::optional<std::int64_t> reply_hours_proposed;
  std::int64_t unread = 0;            ///< messages of the other person not yet read by the viewer, in all rooms
  std::optional<Time> waiting_since;  ///< the client's oldest message that the therapist has not answered
  std::optional<Time> last_at;        ///< the latest message of either
  bool is_over = false;               ///< nobody treats the client here any more; for the client alone
};

/// A room of an episode; the chat has no subject.
struct Room {
  RoomId id;
  EpisodeId episode;
  AccountId client;
  bool is_chat = false;
  std::optional<Bytes> sealed_subject;
  std::int64_t last_seq = 0;
  std::optional<Time> last_at;  ///< the latest message
  std::int64_t unread = 0;      ///< messages of the other person that the viewer has not read
};

/// Bounds of an agreed reply time, in hours.
inline constexpr std::int64_t kShortestReply = 1;
inline constexpr std::int64_t kLongestReply = 24 * 14;

/// The practice that this database belongs to.
struct Practice {
  PracticeId id;
  std::string name;
  bool synthetic = false;  ///< its people are made up; demo log-ins work only here
};
std::optional<Practice> find_practice(store::ReadTx& tx);
Result<void> add_practice(store::WriteTx& tx, PracticeId id, std::string_view name, bool synthetic, Time now);
/// Conflict when the log-in is taken.
Result<void> add_account(store::WriteTx& tx, const Account& account);
std::optional<Account> find_account_by_login(store::ReadTx& tx, BytesView login_digest);
std::optional<Account> find_account(store::ReadTx& tx, AccountId id);
/// The same, and nobody else changes the row until the transaction ends.
std::optional<Account> lock_account(store::WriteTx& tx, AccountId id);
/// Unless the stored hash is no longer `old_hash`: a password that was changed meanwhile stays changed.
void replace_password_hash(store::WriteTx& tx, AccountId id, std::string_view old_hash, std::string_view new_hash);
/// See Account::sealed_profile.
void replace_profile(store::WriteTx& tx, AccountId id, BytesView sealed_profile);

/// Opens the episode and its one chat room.
Result<void> open_episode(store::WriteTx& tx, EpisodeId id, RoomId chat, PracticeId practice, AccountId client,
                          AccountId therapist, Time now);
/// Who stands in for the therapist of an episode, and who hears what the client says about that therapist. Both may be
/// nobody. Error: not_found when there is no such episode.
struct Helpers {
  std::optional<AccountId> deputy;   ///< a therapist
  std::optional<AccountId> neutral;  ///< a neutral person
};
Result<void> set_helpers(store::WriteTx& tx, EpisodeId episode, const Helpers& helpers);
/// Who is told when this therapist has not looked in time. Error: not_found when there is no such account.
Result<void> set_supervisor(store::WriteTx& tx, AccountId therapist, AccountId supervisor);
/// Those in which the viewer is client or therapist; the oldest first.
std::vector<Episode> list_episodes(store::ReadTx& tx, AccountId viewer);
/// Who stands at the other end for `viewer`, without what waits: for presence and the audit of a live line.
struct Pair {
  RoomId chat;
  AccountId client;
  AccountId therapist;
};
std::vector<Pair> list_pairs(store::ReadTx& tx, AccountId viewer);
Result<Episode> find_episode(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// not_found unless the episode is the viewer's.
Result<std::vector<Room>> list_rooms(store::ReadTx& tx, AccountId viewer, EpisodeId episode);
/// The same id sent again by either of the two answers the same room; `is_new` tells. The subject is sealed with
/// the room's id as associated data.
struct OpenedThread {
  Room room;
  bool is_new = true;
};
Result<OpenedThread> open_thread(store::WriteTx& tx, AccountId viewer, EpisodeId episode, RoomId id,
                                 BytesView sealed_subject, Time now);

/// The therapist proposes; it holds once the client agrees to the very number proposed.
Result<void> propose_reply_time(store::WriteTx& tx, AccountId therapist, EpisodeId episode, std::int64_t hours);
Result<void> agree_reply_time(store::WriteTx& tx, AccountId client, EpisodeId episode, std::int64_t hours);

/// Nobody finds the client any more: no log-in leads to the account, and their episodes are nobody's but for who asks
/// as the client. `sealed_profile` is what stays of the profile, `nobodys_digest` random bytes in place of the log-in.
/// Error: not_found unless it is a client; it is done again without harm.
Result<void> lock_client(store::WriteTx& tx, AccountId client, BytesView sealed_profile, BytesView nobodys_digest,
                         Time now);
/// conflict ("record.closed"): what to answer to words that were under way when the record was locked.
Error closed_record();
/// The episode is not locked before the transaction ends. Error: not_found, or closed_record when it is locked.
Result<void> hold_open(store::WriteTx& tx, EpisodeId episode);
/// Waits for what is being written into the client's episodes, and what comes later waits: it finds them locked.
void hold_episodes_of(store::WriteTx& tx, AccountId client);
/// The client's rooms and episodes go, and all of the account but that it was there.
void erase_client(store::WriteTx& tx, AccountId client, BytesView nobodys_digest, Time now);
/// As find_account, of a client whose account may be closed.
std::optional<Account> find_client(store::ReadTx& tx, AccountId client);
/// Since when nobody treats the client any more: the end of their last episode, `now` while one goes on; nothing when
/// there never was one.
std::optional<Time> treated_until(store::ReadTx& tx, AccountId client, Time now);
/// A client whose account is closed and whose record is kept.
struct LockedClient {
  AccountId client;
  Time locked_at;
};
/// Those whom the viewer treated, or whose therapist they supervised before it was locked; where the therapist has left
/// also those with whom the viewer would go on as the deputy, named before as well. The latest first. Nothing but that
/// there are any.
std::vector<LockedClient> list_locked_clients(store::ReadTx& tx, AccountId viewer);
bool knew_locked_client(store::ReadTx& tx, AccountId viewer, AccountId client);

}  // namespace rapport::people
