#include <algorithm>

#include "features/messages/messages_shapes.hpp"

namespace rapport::messages {
namespace {

using store::Query;
using store::Row;
using store::WriteTx;

const Query kRoomOfViewer{"messages.room_of_viewer",
                          "SELECT r.id, r.episode_id, e.client_id, e.therapist_id, r.last_seq"
                          " FROM room r JOIN episode_of_care e ON e.id = r.episode_id"
                          " WHERE r.id = $1 AND (e.client_id = $2 OR e.therapist_id = $2)",
                          true};
// The row lock makes the order of numbers the order of commits, and a second sender of the same id wait for the first.
const Query kLockRoom{"messages.lock_room", "SELECT last_seq FROM room WHERE id = $1 {for_update}", true};
const Query kMoveRoomOn{"messages.move_room_on", "UPDATE room SET last_seq = $2 WHERE id = $1", true};
const Query kMessageById{"messages.message_by_id",
                         "SELECT message_id, room_id, seq, author_id, at, sealed_text FROM room_event"
                         " WHERE message_id = $1",
                         true};
const Query kAddEvent{"messages.add_event",
                      "INSERT INTO room_event (room_id, seq, kind, message_id, author_id, at, sealed_text)"
                      " VALUES ($1, $2, 'message', $3, $4, $5, $6)",
                      true};
const Query kEventsAfter{"messages.events_after",
                         "SELECT message_id, room_id, seq, author_id, at, sealed_text FROM room_event"
                         " WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
                         true};
const Query kEventsBefore{"messages.events_before",
                          "SELECT message_id, room_id, seq, author_id, at, sealed_text FROM room_event"
                          " WHERE room_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3",
                          true};
const Query kAdvanceReceipt{
    "messages.advance_receipt",
    "INSERT INTO room_receipt (room_id, account_id, delivered_seq, read_seq) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (room_id, account_id) DO UPDATE SET"
    " delivered_seq = CASE WHEN excluded.delivered_seq > room_receipt.delivered_seq"
    " THEN excluded.delivered_seq ELSE room_receipt.delivered_seq END,"
    " read_seq = CASE WHEN excluded.read_seq > room_receipt.read_seq"
    " THEN excluded.read_seq ELSE room_receipt.read_seq END"
    " RETURNING delivered_seq, read_seq",
    true};
const Query kReceipts{"messages.receipts",
                      "SELECT account_id, delivered_seq, read_seq FROM room_receipt WHERE room_id = $1", true};

StoredMessage to_message(const Row& row) {
  const auto sealed = row.bytes(5);
  return {row.id<MessageId>(0), row.id<RoomId>(1), row.int64(2),
          row.id<AccountId>(3), row.time(4),       Bytes(sealed.begin(), sealed.end())};
}

/// Microseconds are what is stored; the author's answer must say the same as a later reading.
Result<Accepted> accept_again(const StoredMessage& stored, AccountId author, RoomId room) {
  if (stored.author != author || stored.room != room) {
    return fail({ErrorKind::conflict, "message.id_taken",
                 "This message's id is taken by another message. Make a new id and send it again."});
  }
  return Accepted{stored, false};
}

/// The earlier copy of a message: in the database, or earlier in the same batch.
std::optional<StoredMessage> earlier_copy(WriteTx& tx, MessageId id, const std::vector<Result<Accepted>>& so_far) {
  for (const auto& one : so_far) {
    if (one && one->message.id == id) return one->message;
  }
  return tx.first(kMessageById, {id}, to_message);
}

void add_and_tell(WriteTx& tx, const RoomView& room, const std::vector<const SealedMessage*>& added,
                  const std::vector<StoredMessage>& rows) {
  std::vector<store::Values> values;
  values.reserve(rows.size());
  for (const auto& row : rows) {
    values.push_back({row.room, row.seq, row.id, row.author, row.at, row.sealed_text});
  }
  tx.execute_many(kAddEvent, values);
  tx.execute(kMoveRoomOn, {room.id, rows.back().seq});
  for (std::size_t i = 0; i < rows.size(); ++i) {
    tx.emit({room.id,
             rows[i].seq,
             http::kept_frame<MessageEvent>(room.id, rows[i].seq, added[i]->frame_body),
             {room.client, room.therapist}});
  }
}

}  // namespace

Result<RoomView> find_room(store::ReadTx& tx, AccountId viewer, RoomId room) {
  auto found = tx.first(kRoomOfViewer, {room, viewer}, [](const Row& row) {
    return RoomView{row.id<RoomId>(0), row.id<EpisodeId>(1), row.id<AccountId>(2), row.id<AccountId>(3), row.int64(4)};
  });
  if (!found) return fail(not_found());
  return *found;
}

Result<std::vector<Result<Accepted>>> append_messages(WriteTx& tx, AccountId author, RoomId room,
                                                      const std::vector<SealedMessage>& messages, Time now) {
  TRY_ASSIGN(const RoomView view, find_room(tx, author, room));
  const auto last = tx.first(kLockRoom, {room}, [](const Row& row) { return row.int64(0); });
  if (!last) return fail(not_found());

  std::vector<Result<Accepted>> outcomes;
  std::vector<const SealedMessage*> added;
  std::vector<StoredMessage> rows;
  std::int64_t seq = *last;
  for (const auto& message : messages) {
    if (const auto earlier = earlier_copy(tx, message.id, outcomes)) {
      outcomes.push_back(accept_again(*earlier, author, room));
      continue;
    }
    added.push_back(&message);
    rows.push_back({message.id, room, ++seq, author, now, message.sealed_text});
    outcomes.emplace_back(Accepted{rows.back(), true});
  }
  if (!rows.empty()) add_and_tell(tx, view, added, rows);
  return outcomes;
}

Result<std::vector<StoredMessage>> read_page(store::ReadTx& tx, AccountId viewer, RoomId room, const Page& page) {
  TRY_ASSIGN(const RoomView view, find_room(tx, viewer, room));
  const auto limit = std::clamp<std::int64_t>(page.limit, 1, kLargestPage);
  if (!page.before) return tx.list(kEventsAfter, {view.id, page.after, limit}, to_message);
  auto newest_first = tx.list(kEventsBefore, {view.id, *page.before, limit}, to_message);
  std::reverse(newest_first.begin(), newest_first.end());
  return newest_first;
}

Result<Receipt> advance_receipt(WriteTx& tx, AccountId viewer, RoomId room, std::int64_t delivered, std::int64_t read) {
  TRY_ASSIGN(const RoomView view, find_room(tx, viewer, room));
  const auto read_to = std::clamp<std::int64_t>(read, 0, view.last_seq);
  const auto delivered_to = std::clamp<std::int64_t>(delivered, read_to, view.last_seq);
  const auto own = tx.first(kAdvanceReceipt, {room, viewer, delivered_to, read_to},
                            [&](const Row& row) { return Receipt{viewer, row.int64(0), row.int64(1)}; });
  tx.emit({room,
           0,
           http::passing_frame(room, ReceiptEvent{viewer, own->delivered, own->read}),
           {view.client, view.therapist}});
  return *own;
}

Result<std::vector<Receipt>> read_receipts(store::ReadTx& tx, AccountId viewer, RoomId room) {
  TRY_ASSIGN(const RoomView view, find_room(tx, viewer, room));
  return tx.list(kReceipts, {view.id},
                 [](const Row& row) { return Receipt{row.id<AccountId>(0), row.int64(1), row.int64(2)}; });
}

}  // namespace rapport::messages
