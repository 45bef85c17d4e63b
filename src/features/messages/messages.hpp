#pragma once
/// @file Messages: what is written in a room (a chat, or a thread with a subject), once, in order, sealed.
/// The functions here know neither HTTP nor sockets. Whoever calls them passes the account that asks; a room that
/// is not theirs does not exist for them.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "features/attachments/attachments.hpp"
#include "store/transaction.hpp"

namespace rapport::messages {

/// Code points in one message and in a thread's subject; longer ones are refused, never cut.
inline constexpr std::size_t kLongestText = 20'000;
inline constexpr std::size_t kLongestSubject = 200;
/// Events given out in one page.
inline constexpr std::int64_t kLargestPage = 500;
/// Bytes of sealed texts after which a page takes no further message: a page is to pass a slow connection, and the
/// queue of a live line, with room to spare.
inline constexpr std::int64_t kLongestPage = std::int64_t{512} * 1024;

/// The room as one of its two people sees it.
struct RoomView {
  RoomId id;
  EpisodeId episode;
  AccountId client;
  AccountId therapist;
  std::int64_t last_seq = 0;
  std::optional<AccountId> deputy = {};  ///< who stands in for the therapist now
};

/// A message on its way in: already sealed under the client's key with the message's id as associated data.
/// `frame_body` is the JSON text of the MessageEvent that goes to its recipients.
struct SealedMessage {
  MessageId id;
  Bytes sealed_text;
  std::string frame_body;
  std::vector<attachments::SealedFile> files = {};  ///< that it takes along
};

/// A row of the room's log.
struct StoredMessage {
  MessageId id;
  RoomId room;
  std::int64_t seq = 0;
  AccountId author;
  Time at;
  Bytes sealed_text;
};

/// What became of one sent message: where it stands, and whether it had been there before.
struct Accepted {
  StoredMessage message;
  bool is_new = true;
};

/// Which events to give out: those after `after`, oldest first; or, with `before`, the page that ends just before
/// it, also oldest first.
struct Page {
  std::int64_t after = 0;
  std::optional<std::int64_t> before = std::nullopt;
  std::int64_t limit = kLargestPage;
};

/// How far one person has got in a room.
struct Receipt {
  AccountId account;
  std::int64_t delivered = 0;
  std::int64_t read = 0;
};

/// The room if `viewer` is its client or treats them now; otherwise not_found, the same as for no room at all.
Result<RoomView> find_room(store::ReadTx& tx, AccountId viewer, RoomId room);

/// Gives the JSON text of a stored message's MessageEvent, for which its text must be opened.
using WriteBody = std::function<Result<std::string>(const StoredMessage&)>;

/// Appends the messages in the order given, skipping those that this author has sent to this room before, and tells
/// both people. What was sent before is told again: it is sent again because its answer was lost, and with the answer
/// the telling may have been lost; whoever knows the number drops it. Per message: accepted, or `conflict` when its id
/// belongs to something else. Fails as a whole (not_found) when the room is not the author's, people::closed_record
/// when its record was locked, and (overloaded) when one of the files of a new message went elsewhere at this moment.
/// `write_body` may be left out where nothing is ever sent again.
Result<std::vector<Result<Accepted>>> append_messages(store::WriteTx& tx, AccountId author, RoomId room,
                                                      const std::vector<SealedMessage>& messages, Time now,
                                                      const WriteBody& write_body = {});

/// At most `kLargestPage` rows of the log, fewer when their texts are long (`kLongestPage`), at least one when there is
/// one.
Result<std::vector<StoredMessage>> read_page(store::ReadTx& tx, AccountId viewer, RoomId room, const Page& page);

/// Moves the viewer's marks forward, never back and never beyond the room's end. `delivered` is at least `read`.
Result<Receipt> advance_receipt(store::WriteTx& tx, AccountId viewer, RoomId room, std::int64_t delivered,
                                std::int64_t read);
Result<std::vector<Receipt>> read_receipts(store::ReadTx& tx, AccountId viewer, RoomId room);

/// An unfinished text, sealed under the client's key; associated data is the id of its place.
struct SealedDraft {
  Bytes subject;
  Bytes text;
  std::optional<MessageId> message = {};  ///< the id under which it will be sent
  std::optional<RoomId> thread = {};      ///< of a thread not yet begun: the id of its room
};
/// A draft and which state of it that is; the number only grows, also when the draft is sent or emptied.
struct StoredDraft {
  SealedDraft draft;
  std::int64_t revision = 0;
  Time saved_at = {};
};
/// Whether what is stored says what is to be saved.
using IsSameDraft = std::function<bool(const SealedDraft&)>;

/// The client whose key seals what is written in a place: a room, or an episode for a thread not yet begun.
/// not_found unless the place is the viewer's.
Result<AccountId> client_of_place(store::ReadTx& tx, AccountId viewer, const Uuid& place);
/// Only its author ever reads a draft.
std::optional<StoredDraft> find_draft(store::ReadTx& tx, AccountId author, const Uuid& place);
/// Keeps the draft and gives its revision. It has to be built on revision `based_on` (0: on none): a device that does
/// not know what was written since is refused (conflict "draft.older"), unless it says the same. Errors besides, where
/// the record was locked or erased meanwhile: people::closed_record, not_found.
Result<std::int64_t> save_draft(store::WriteTx& tx, AccountId author, const Uuid& place, AccountId client,
                                std::int64_t based_on, const SealedDraft& draft, Time now, const IsSameDraft& is_same);
/// A place whose draft will be sent under this id.
struct PlacedDraft {
  Uuid place;
  MessageId message;
};
/// The author's drafts of this room, and of a thread not yet begun in its episode; at most two.
std::vector<PlacedDraft> drafts_beside(store::ReadTx& tx, AccountId author, RoomId room);
/// `empty` holds no words; a draft keeps no ids without words.
void empty_draft(store::WriteTx& tx, AccountId author, const Uuid& place, const SealedDraft& empty, Time now);

/// Every draft that is meant for the client or comes from them goes, whoever wrote it.
void forget_drafts(store::WriteTx& tx, AccountId client);
/// Those of one author for this client.
void forget_drafts_of(store::WriteTx& tx, AccountId author, AccountId client);
/// Another therapist has the episode: what the former one had read counts as read by the new one, and what the former
/// one meant to write to this client goes.
void hand_over(store::WriteTx& tx, EpisodeId episode, AccountId client, AccountId from, AccountId to);
/// Everything that was said in the client's rooms goes; the rooms themselves are of features/people.
void erase_client(store::WriteTx& tx, AccountId client);

}  // namespace rapport::messages
