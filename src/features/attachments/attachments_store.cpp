#include <algorithm>

#include "features/attachments/attachments.hpp"
#include "features/messages/messages.hpp"
#include "features/people/people.hpp"

namespace rapport::attachments {
namespace {

/// However small, each is a row and its parts.
constexpr std::int64_t kLeastCounted = 64L << 10;

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

// A place is a room or an episode; only its kind tells them apart.
struct PlaceTag;
using PlaceId = Id<PlaceTag>;

const Query kAnnounce{"attachments.announce",
                      "INSERT INTO attachment (id, client_id, author_id, place_id, bytes, state, created_at,"
                      " sealed_about, message_id, position) VALUES ($1, $2, $3, $4, $5, 'coming', $6, $7, NULL, 0)"
                      " ON CONFLICT (id) DO NOTHING",
                      true};
const Query kBytesOfDay{"attachments.bytes_of_day",
                        "SELECT COALESCE(SUM(CASE WHEN bytes > $3 THEN bytes ELSE $3 END), 0) FROM attachment"
                        " WHERE author_id = $1 AND created_at > $2",
                        true};
const Query kFind{"attachments.find",
                  "SELECT id, client_id, author_id, place_id, bytes, state, created_at, sealed_about, message_id"
                  " FROM attachment WHERE id = $1",
                  true};
// Whoever puts a part or finishes the file waits here for another who does: nothing comes after the check.
const Query kLockComing{"attachments.lock_coming",
                        "SELECT state FROM attachment WHERE id = $1 AND author_id = $2 {for_update}", true};
const Query kPutPart{"attachments.put_part",
                     "INSERT INTO attachment_part (attachment_id, number, sealed_bytes) VALUES ($1, $2, $3)"
                     " ON CONFLICT (attachment_id, number) DO UPDATE SET sealed_bytes = excluded.sealed_bytes",
                     true};
const Query kParts{"attachments.parts",
                   "SELECT number, sealed_bytes FROM attachment_part WHERE attachment_id = $1 ORDER BY number", true};
// A file that a message takes along at this moment is not deleted.
const Query kLockUnsent{"attachments.lock_unsent",
                        "SELECT state FROM attachment WHERE id = $1 AND message_id IS NULL {for_update}", true};
const Query kDropParts{"attachments.drop_parts", "DELETE FROM attachment_part WHERE attachment_id = $1", true};
const Query kFinish{"attachments.finish",
                    "UPDATE attachment SET state = 'ready', bytes = $2, sealed_about = $3 WHERE id = $1", true};
const Query kDrop{"attachments.drop", "DELETE FROM attachment WHERE id = $1", true};
const Query kForgetUnsentParts{"attachments.forget_unsent_parts",
                               "DELETE FROM attachment_part WHERE attachment_id IN"
                               " (SELECT id FROM attachment WHERE client_id = $1 AND message_id IS NULL)"};
const Query kForgetUnsent{"attachments.forget_unsent",
                          "DELETE FROM attachment WHERE client_id = $1 AND message_id IS NULL"};
const Query kEraseParts{"attachments.erase_parts",
                        "DELETE FROM attachment_part WHERE attachment_id IN"
                        " (SELECT id FROM attachment WHERE client_id = $1)"};
const Query kErase{"attachments.erase", "DELETE FROM attachment WHERE client_id = $1"};
const Query kUnsent{"attachments.unsent",
                    "SELECT id, client_id, author_id, place_id, bytes, state, created_at, sealed_about, message_id"
                    " FROM attachment WHERE author_id = $1 AND place_id = $2 AND message_id IS NULL"
                    " ORDER BY created_at, id",
                    true};
const Query kOld{"attachments.old",
                 "SELECT id FROM attachment WHERE message_id IS NULL AND created_at < $1"
                 " AND (state = 'coming' OR created_at < $2)",
                 true};
const Query kOfMessage{"attachments.of_message",
                       "SELECT id, client_id, author_id, place_id, bytes, state, created_at, sealed_about, message_id"
                       " FROM attachment WHERE message_id = $1 ORDER BY position",
                       true};
const Query kOfRoom{"attachments.of_room",
                    "SELECT a.id, a.client_id, a.author_id, a.place_id, a.bytes, a.state, a.created_at,"
                    " a.sealed_about, a.message_id FROM room_event e JOIN attachment a ON a.message_id = e.message_id"
                    " WHERE e.room_id = $1 AND e.seq >= $2 AND e.seq <= $3 ORDER BY e.seq, a.position",
                    true};
const Query kRoomOfMessage{"attachments.room_of_message", "SELECT room_id FROM room_event WHERE message_id = $1", true};
const Query kHangOn{"attachments.hang_on",
                    "UPDATE attachment SET message_id = $1, position = $2, sealed_about = $3"
                    " WHERE id = $4 AND author_id = $5 AND state = 'ready' AND message_id IS NULL"
                    " AND (place_id = $6 OR place_id = (SELECT episode_id FROM room WHERE id = $6))",
                    true};

StoredAttachment to_attachment(const Row& row) {
  return {row.id<AttachmentId>(0), row.id<AccountId>(1), row.id<AccountId>(2),  row.id<PlaceId>(3).uuid(), row.int64(4),
          row.text(5) == "ready",  row.time(6),          copy_of(row.bytes(7)), row.maybe_id<MessageId>(8)};
}

std::optional<StoredAttachment> find(ReadTx& tx, AttachmentId file) {
  return tx.first(kFind, {file}, to_attachment);
}

/// Whether the file is ready, for its author alone.
Result<bool> lock_own(WriteTx& tx, AccountId author, AttachmentId file) {
  const auto is_ready = tx.first(kLockComing, {file, author}, [](const Row& row) { return row.text(0) == "ready"; });
  if (!is_ready) return fail(not_found());
  return *is_ready;
}

void put_all(WriteTx& tx, AttachmentId file, const std::vector<Bytes>& sealed_parts) {
  tx.execute(kDropParts, {file});
  std::vector<store::Values> rows;
  for (const auto& part : sealed_parts) rows.push_back({file, std::ssize(rows), part});
  tx.execute_many(kPutPart, rows);
}

Result<void> drop_unsent(WriteTx& tx, AttachmentId file) {
  if (!tx.first(kLockUnsent, {file}, [](const Row&) { return true; })) return fail(not_found());
  tx.execute(kDropParts, {file});
  tx.execute(kDrop, {file});
  return {};
}

}  // namespace

Result<bool> announce(WriteTx& tx, const StoredAttachment& file, std::int64_t most_per_day) {
  if (const auto known = find(tx, file.id)) {
    if (known->author == file.author && known->place == file.place) return false;
    return fail({ErrorKind::conflict, "attachment.id_taken",
                 "This file's id is taken by another file. Make a new id and send it again."});
  }
  people::lock_account(tx, file.author);  // another file of theirs that is being announced counts as well
  if (bytes_of_day(tx, file.author, file.created_at) + file.bytes > most_per_day) {
    return fail({ErrorKind::too_large, "attachment.day_full",
                 "Your files of the last 24 hours come to as much as this practice allows. Remove one that you have "
                 "not sent, or send this one tomorrow."});
  }
  const auto added = tx.execute(kAnnounce, {file.id, file.client, file.author, PlaceId(file.place), file.bytes,
                                            file.created_at, file.sealed_about});
  return added == 1;
}

std::int64_t bytes_of_day(ReadTx& tx, AccountId author, Time now) {
  return tx.first(kBytesOfDay, {author, now - kDay, kLeastCounted}, [](const Row& row) { return row.int64(0); })
      .value_or(0);
}

Result<void> put_part(WriteTx& tx, AccountId author, AttachmentId file, std::int64_t number, BytesView sealed) {
  TRY_ASSIGN(const bool is_ready, lock_own(tx, author, file));
  if (is_ready) return fail(not_found());
  tx.execute(kPutPart, {file, number, sealed});
  return {};
}

void read_parts(ReadTx& tx, AttachmentId file, const std::function<void(std::int64_t, BytesView)>& each) {
  tx.each(kParts, {file}, [&](const Row& row) { each(row.int64(0), row.bytes(1)); });
}

Result<bool> finish(WriteTx& tx, AccountId author, const StoredAttachment& file,
                    const std::vector<Bytes>& sealed_parts) {
  TRY_ASSIGN(const bool was_ready, lock_own(tx, author, file.id));
  if (was_ready) return false;
  put_all(tx, file.id, sealed_parts);
  tx.execute(kFinish, {file.id, file.bytes, file.sealed_about});
  return true;
}

Result<void> remove(WriteTx& tx, AccountId author, AttachmentId file) {
  TRY(find_unsent(tx, author, file));
  return drop_unsent(tx, file);
}

void forget_unsent_of(WriteTx& tx, AccountId client) {
  tx.execute(kForgetUnsentParts, {client});
  tx.execute(kForgetUnsent, {client});
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kEraseParts, {client});
  tx.execute(kErase, {client});
}

std::int64_t sweep(WriteTx& tx, Time now) {
  const auto old =
      tx.list(kOld, {now - kKeptComing, now - kKeptUnsent}, [](const Row& row) { return row.id<AttachmentId>(0); });
  return std::count_if(old.begin(), old.end(), [&](AttachmentId file) { return drop_unsent(tx, file).has_value(); });
}

Result<StoredAttachment> find_unsent(ReadTx& tx, AccountId author, AttachmentId file) {
  auto found = find(tx, file);
  if (!found || found->author != author || found->message) return fail(not_found());
  return *std::move(found);
}

std::vector<StoredAttachment> list_unsent(ReadTx& tx, AccountId author, const Uuid& place) {
  return tx.list(kUnsent, {author, PlaceId(place)}, to_attachment);
}

Result<SentAttachment> find_sent(ReadTx& tx, AccountId viewer, AttachmentId file) {
  auto found = find(tx, file);
  if (!found || !found->message) return fail(not_found());
  const auto room = tx.first(kRoomOfMessage, {*found->message}, [](const Row& row) { return row.id<RoomId>(0); });
  if (!room) return fail(not_found());
  TRY(messages::find_room(tx, viewer, *room));
  return SentAttachment{*std::move(found), *room};
}

std::vector<StoredAttachment> list_of_message(ReadTx& tx, MessageId message) {
  return tx.list(kOfMessage, {message}, to_attachment);
}

std::vector<StoredAttachment> list_of_room(ReadTx& tx, RoomId room, std::int64_t from, std::int64_t to) {
  return tx.list(kOfRoom, {room, from, to}, to_attachment);
}

Result<void> hang_on(WriteTx& tx, AccountId author, RoomId room, MessageId message,
                     const std::vector<SealedFile>& files) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const auto position = static_cast<std::int64_t>(i);
    if (tx.execute(kHangOn, {message, position, files[i].sealed_about, files[i].id, author, room}) == 1) continue;
    return fail({ErrorKind::overloaded, "attachment.moved",
                 "A file was removed or sent at this very moment. Nothing was sent; please try again."});
  }
  return {};
}

}  // namespace rapport::attachments
