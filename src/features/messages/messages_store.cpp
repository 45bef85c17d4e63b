#include <algorithm>
#include <tuple>

#include "access/who_treats.hpp"
#include "features/messages/messages_shapes.hpp"
#include "features/people/people_shapes.hpp"
#include "features/signals/ended_by_message.hpp"

namespace rapport::messages {
namespace {

using store::Query;
using store::Row;
using store::WriteTx;

const Query kRoomOfViewer{"messages.room_of_viewer",
                          "SELECT r.id, r.episode_id, e.client_id, e.therapist_id, r.last_seq, " DEPUTY_NOW("e.therapist_id", "$3")
                          " FROM room r JOIN episode_of_care e ON e.id = r.episode_id"
                          " WHERE r.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
                          true};
// The row lock makes the order of numbers the order of commits, and a second sender of the same id to the same room
// wait for the first.
// The episode's row is locked with it, so that none comes after its record was locked.
const Query kLockRoom{"messages.lock_room",
                      "SELECT r.last_seq, e.locked_at, CASE WHEN " IS_SAID_OF("e.id", "$2") " THEN 1 ELSE 0 END"
                      " FROM room r JOIN episode_of_care e ON e.id = r.episode_id"
                      " WHERE r.id = $1 {for_update}",
                      true};
const Query kMoveRoomOn{"messages.move_room_on", "UPDATE room SET last_seq = $2 WHERE id = $1", true};
const Query kMessageById{"messages.message_by_id",
                         "SELECT message_id, room_id, seq, author_id, at, sealed_text FROM room_event"
                         " WHERE message_id = $1",
                         true};
const Query kAddEvent{"messages.add_event",
                      "INSERT INTO room_event (room_id, seq, kind, message_id, author_id, at, sealed_text)"
                      " VALUES ($1, $2, 'message', $3, $4, $5, $6) ON CONFLICT (message_id) DO NOTHING",
                      true};
const Query kTakeBackAfter{"messages.take_back_after", "DELETE FROM room_event WHERE room_id = $1 AND seq > $2", true};
// The lengths are summed up before the texts are looked at, so that no more is read than is given out.
const Query kEventsAfter{"messages.events_after",
                         "SELECT e.message_id, e.room_id, e.seq, e.author_id, e.at, e.sealed_text"
                         " FROM (SELECT seq, sum(bytes) OVER (ORDER BY seq) - bytes AS bytes_before"
                         " FROM (SELECT seq, length(sealed_text) AS bytes FROM room_event"
                         " WHERE room_id = $1 AND seq > $2 ORDER BY seq LIMIT $3) AS page) AS counted_page"
                         " JOIN room_event e ON e.room_id = $1 AND e.seq = counted_page.seq"
                         " WHERE counted_page.bytes_before < $4 ORDER BY e.seq",
                         true};
const Query kEventsBefore{"messages.events_before",
                          "SELECT e.message_id, e.room_id, e.seq, e.author_id, e.at, e.sealed_text"
                          " FROM (SELECT seq, sum(bytes) OVER (ORDER BY seq DESC) - bytes AS bytes_before"
                          " FROM (SELECT seq, length(sealed_text) AS bytes FROM room_event"
                          " WHERE room_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3) AS page) AS counted_page"
                          " JOIN room_event e ON e.room_id = $1 AND e.seq = counted_page.seq"
                          " WHERE counted_page.bytes_before < $4 ORDER BY e.seq",
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
// What waited for the former therapist waits for the new one, and no more.
const Query kHandOverReceipts{"messages.hand_over_receipts",
                              "INSERT INTO room_receipt (room_id, account_id, delivered_seq, read_seq)"
                              " SELECT p.room_id, $3, p.delivered_seq, p.read_seq FROM room r"
                              " JOIN room_receipt p ON p.room_id = r.id AND p.account_id = $2 WHERE r.episode_id = $1"
                              " ON CONFLICT (room_id, account_id) DO UPDATE SET"
                              " delivered_seq = CASE WHEN excluded.delivered_seq > room_receipt.delivered_seq"
                              " THEN excluded.delivered_seq ELSE room_receipt.delivered_seq END,"
                              " read_seq = CASE WHEN excluded.read_seq > room_receipt.read_seq"
                              " THEN excluded.read_seq ELSE room_receipt.read_seq END",
                              true};
const Query kReceipts{"messages.receipts",
                      "SELECT account_id, delivered_seq, read_seq FROM room_receipt WHERE room_id = $1", true};

StoredMessage to_message(const Row& row) {
  const auto sealed = row.bytes(5);
  return {row.id<MessageId>(0), row.id<RoomId>(1), row.int64(2),
          row.id<AccountId>(3), row.time(4),       Bytes(sealed.begin(), sealed.end())};
}

/// A copy that was stored before: the same message sent again, or somebody else's.
Result<Accepted> accept_again(const StoredMessage& stored, AccountId author, RoomId room) {
  if (stored.author != author || stored.room != room) {
    return fail({ErrorKind::conflict, "message.id_taken",
                 "This message's id is taken by another message. Make a new id and send it again."});
  }
  return Accepted{stored, false};
}

/// What is to become of the messages of one call.
struct Sorted {
  std::vector<Result<Accepted>> outcomes;   ///< one for each message
  std::vector<const SealedMessage*> added;  ///< those that are new, and
  std::vector<StoredMessage> rows;          ///< where they will stand
  std::vector<StoredMessage> sent_again;    ///< of this author and room, stored by an earlier call
};

const Accepted* find_in(const std::vector<Result<Accepted>>& so_far, MessageId id) {
  for (const auto& one : so_far) {
    if (one && one->message.id == id) return &*one;
  }
  return nullptr;
}

Sorted sort_out(WriteTx& tx, AccountId author, RoomId room, const std::vector<SealedMessage>& messages, Time now,
                std::int64_t last) {
  Sorted sorted;
  for (const auto& message : messages) {
    if (const auto* twice = find_in(sorted.outcomes, message.id)) {
      sorted.outcomes.push_back(Accepted{twice->message, false});
      continue;
    }
    if (const auto stored = tx.first(kMessageById, {message.id}, to_message)) {
      sorted.outcomes.push_back(accept_again(*stored, author, room));
      if (sorted.outcomes.back()) sorted.sent_again.push_back(*stored);
      continue;
    }
    sorted.added.push_back(&message);
    sorted.rows.push_back({message.id, room, ++last, author, now, message.sealed_text});
    sorted.outcomes.emplace_back(Accepted{sorted.rows.back(), true});
  }
  return sorted;
}

/// False when somebody was faster with one of the ids in another room, where our lock does not hold.
bool add(WriteTx& tx, const std::vector<StoredMessage>& rows) {
  if (rows.empty()) return true;
  std::vector<store::Values> values;
  values.reserve(rows.size());
  for (const auto& row : rows) {
    values.push_back({row.room, row.seq, row.id, row.author, row.at, row.sealed_text});
  }
  const auto changed = tx.execute_many(kAddEvent, values);
  return std::all_of(changed.begin(), changed.end(), [](std::int64_t count) { return count == 1; });
}

/// Adds what is new and fits. Every further round finds at least one id taken that the round before took for free.
Sorted sort_and_add(WriteTx& tx, AccountId author, RoomId room, const std::vector<SealedMessage>& messages, Time now,
                    std::int64_t last) {
  auto sorted = sort_out(tx, author, room, messages, now, last);
  while (!add(tx, sorted.rows)) {
    tx.execute(kTakeBackAfter, {room, last});  // a number left out would be a gap for ever
    sorted = sort_out(tx, author, room, messages, now, last);
  }
  return sorted;
}

void tell(WriteTx& tx, const RoomView& room, std::int64_t seq, std::string_view body) {
  tx.emit({room.id, seq, http::kept_frame<MessageEvent>(room.id, seq, body), {room.client, room.therapist}});
  // No words: a deputy asks for them, and that is in the audit.
  if (room.deputy) tx.emit({room.id, 0, http::passing_frame(room.id, people::RoomEvent{room.episode}), {*room.deputy}});
}

#define ROOMS_OF_CLIENT "(SELECT id FROM room WHERE client_id = $1)"
const Query kEraseEvents{"messages.erase_events", "DELETE FROM room_event WHERE room_id IN " ROOMS_OF_CLIENT};
const Query kEraseReceipts{"messages.erase_receipts", "DELETE FROM room_receipt WHERE room_id IN " ROOMS_OF_CLIENT};
#undef ROOMS_OF_CLIENT

}  // namespace

Result<RoomView> find_room(store::ReadTx& tx, AccountId viewer, RoomId room) {
  auto found = tx.first(kRoomOfViewer, {room, viewer, tx.now()}, [](const Row& row) {
    return RoomView{row.id<RoomId>(0),    row.id<EpisodeId>(1), row.id<AccountId>(2),
                    row.id<AccountId>(3), row.int64(4),         row.maybe_id<AccountId>(5)};
  });
  if (!found) return fail(not_found());
  return *found;
}

Result<std::vector<Result<Accepted>>> append_messages(WriteTx& tx, AccountId author, RoomId room,
                                                      const std::vector<SealedMessage>& messages, Time now,
                                                      const WriteBody& write_body) {
  TRY_ASSIGN(const RoomView view, find_room(tx, author, room));
  const auto locked = tx.first(kLockRoom, {room, signals::ended_by_message(author == view.client)}, [](const Row& row) {
    return std::tuple(row.int64(0), !row.is_null(1), row.int64(2) != 0);
  });
  if (!locked) return fail(not_found());
  const auto [last, is_closed, ends_a_signal] = *locked;
  if (is_closed) return fail(people::closed_record());

  auto sorted = sort_and_add(tx, author, room, messages, now, last);
  if (!sorted.rows.empty()) tx.execute(kMoveRoomOn, {room, sorted.rows.back().seq});
  if (!sorted.rows.empty() && ends_a_signal) signals::note_change(tx, view.episode);
  for (std::size_t i = 0; i < sorted.rows.size(); ++i) {
    TRY(attachments::hang_on(tx, author, room, sorted.rows[i].id, sorted.added[i]->files));
  }
  for (const auto& stored : sorted.sent_again) {
    if (!write_body) break;
    // One that opens no more is an error for its sender, and nothing that could be told.
    if (const auto body = write_body(stored)) tell(tx, view, stored.seq, *body);
  }
  for (std::size_t i = 0; i < sorted.rows.size(); ++i) tell(tx, view, sorted.rows[i].seq, sorted.added[i]->frame_body);
  return std::move(sorted.outcomes);
}

Result<std::vector<StoredMessage>> read_page(store::ReadTx& tx, AccountId viewer, RoomId room, const Page& page) {
  TRY_ASSIGN(const RoomView view, find_room(tx, viewer, room));
  const auto limit = std::clamp<std::int64_t>(page.limit, 1, kLargestPage);
  const auto& query = page.before ? kEventsBefore : kEventsAfter;
  return tx.list(query, {view.id, page.before.value_or(page.after), limit, kLongestPage}, to_message);
}

Result<Receipt> advance_receipt(WriteTx& tx, AccountId viewer, RoomId room, std::int64_t delivered, std::int64_t read) {
  TRY_ASSIGN(const RoomView view, find_room(tx, viewer, room));
  const auto read_to = std::clamp<std::int64_t>(read, 0, view.last_seq);
  const auto delivered_to = std::clamp<std::int64_t>(delivered, read_to, view.last_seq);
  const auto own = tx.first(kAdvanceReceipt, {room, viewer, delivered_to, read_to},
                            [&](const Row& row) { return Receipt{viewer, row.int64(0), row.int64(1)}; });
  std::vector<AccountId> hearers{view.client, view.therapist};
  if (view.deputy) hearers.push_back(*view.deputy);
  tx.emit({room, 0, http::passing_frame(room, ReceiptEvent{viewer, own->delivered, own->read}), std::move(hearers)});
  return *own;
}

Result<std::vector<Receipt>> read_receipts(store::ReadTx& tx, AccountId viewer, RoomId room) {
  TRY_ASSIGN(const RoomView view, find_room(tx, viewer, room));
  return tx.list(kReceipts, {view.id},
                 [](const Row& row) { return Receipt{row.id<AccountId>(0), row.int64(1), row.int64(2)}; });
}

void hand_over(WriteTx& tx, EpisodeId episode, AccountId client, AccountId from, AccountId to) {
  forget_drafts_of(tx, from, client);
  tx.execute(kHandOverReceipts, {episode, from, to});
}

void erase_client(WriteTx& tx, AccountId client) {
  forget_drafts(tx, client);
  for (const auto* query : {&kEraseEvents, &kEraseReceipts}) tx.execute(*query, {client});
}

}  // namespace rapport::messages
