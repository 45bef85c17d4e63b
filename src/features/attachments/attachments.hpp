#pragma once
/// @file Attachments: files that hang on messages. A file comes in parts and waits beside its author's draft; it is
/// checked when it is whole, and a message takes it along in the transaction that stores the message. The functions
/// here know neither HTTP nor what a file is. What they store is sealed under the client's key.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::attachments {

using AttachmentId = Id<struct AttachmentTag>;

/// Bytes of each part but the last: as a text (base64) it fits into a frame of the live line.
inline constexpr std::int64_t kPartBytes = 184'320;
/// Code points of what a person says of a file, for those who cannot see or hear it.
inline constexpr std::size_t kLongestDescription = 500;
/// A file that is whole waits so long to be sent, one that is not so long for its other parts; then it is deleted.
inline constexpr std::chrono::days kKeptUnsent{7};
inline constexpr std::chrono::days kKeptComing{1};
/// Within which the bytes of one person are added up.
inline constexpr std::chrono::days kDay{1};

/// A file as it is stored, but for what it holds.
struct StoredAttachment {
  AttachmentId id;
  AccountId client;
  AccountId author;
  Uuid place{};  ///< a room, or an episode for a thread not yet begun
  std::int64_t bytes = 0;
  bool is_ready = false;  ///< whole and checked
  Time created_at;
  Bytes sealed_about;
  std::optional<MessageId> message = {};
};

/// A file that goes with a message, with what is said of it there.
struct SealedFile {
  AttachmentId id;
  Bytes sealed_about;
};

/// Announces a file. False when the same author has announced it before. Errors: conflict "attachment.id_taken",
/// too_large "attachment.day_full" when the author's files of a day come to more than `most_per_day` bytes.
Result<bool> announce(store::WriteTx& tx, const StoredAttachment& file, std::int64_t most_per_day);
/// Bytes of all files of the author within a day before `now`; each counts at least 64 KiB.
std::int64_t bytes_of_day(store::ReadTx& tx, AccountId author, Time now);

/// Keeps a part in place of one of the same number. not_found unless the file is the author's and still comes.
Result<void> put_part(store::WriteTx& tx, AccountId author, AttachmentId file, std::int64_t number, BytesView sealed);
/// Calls `each` for every part, in order.
void read_parts(store::ReadTx& tx, AttachmentId file, const std::function<void(std::int64_t, BytesView)>& each);
/// The file as it is kept from now on, in place of what came. False when it was ready before; then nothing is done.
/// not_found unless it is the author's.
Result<bool> finish(store::WriteTx& tx, AccountId author, const StoredAttachment& file,
                    const std::vector<Bytes>& sealed_parts);
/// Deletes a file of the author's that was not sent. not_found when there is none.
Result<void> remove(store::WriteTx& tx, AccountId author, AttachmentId file);
/// Deletes what waited in vain. Gives how many.
std::int64_t sweep(store::WriteTx& tx, Time now);

/// Deletes the files to and from a client: those that were not sent, and all of them.
void forget_unsent_of(store::WriteTx& tx, AccountId client);
void erase_client(store::WriteTx& tx, AccountId client);

/// A file of the author's that was not sent; else not_found.
Result<StoredAttachment> find_unsent(store::ReadTx& tx, AccountId author, AttachmentId file);
/// Those of one place that were not sent, the oldest first.
std::vector<StoredAttachment> list_unsent(store::ReadTx& tx, AccountId author, const Uuid& place);
/// A file that was sent, for whoever may read the message it hangs on; else not_found, as for no file at all.
struct SentAttachment {
  StoredAttachment file;
  RoomId room;
};
Result<SentAttachment> find_sent(store::ReadTx& tx, AccountId viewer, AttachmentId file);
/// Those of one message, and of the messages of a room from one number to another, in the order in which they were
/// sent. Whoever calls has found that the viewer may read the room.
std::vector<StoredAttachment> list_of_message(store::ReadTx& tx, MessageId message);
std::vector<StoredAttachment> list_of_room(store::ReadTx& tx, RoomId room, std::int64_t from, std::int64_t to);

/// Hangs the files on a message that was just stored. They have to be ready, the author's, not sent and of the room, or
/// of its episode. Error: overloaded ("attachment.moved") when one is not so any more: asked again, it is told which.
Result<void> hang_on(store::WriteTx& tx, AccountId author, RoomId room, MessageId message,
                     const std::vector<SealedFile>& files);

}  // namespace rapport::attachments
