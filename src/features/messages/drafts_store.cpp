#include "access/who_treats.hpp"
#include "features/messages/messages.hpp"
#include "features/people/people.hpp"

namespace rapport::messages {
namespace {

using store::Query;
using store::Row;

// A place is anything whose id draft.place_id may be; only its kind tells them apart, so both are asked.
struct PlaceTag;
using PlaceId = Id<PlaceTag>;

const Query kClientOfPlace{"drafts.client_of_place",
                           "SELECT e.client_id FROM room r JOIN episode_of_care e ON e.id = r.episode_id"
                           " WHERE r.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3")
                           " UNION ALL SELECT e.client_id FROM episode_of_care e"
                           " WHERE e.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
                           true};
const Query kDraft{"drafts.find",
                   "SELECT sealed_subject, sealed_text, message_id, thread_id, revision, updated_at FROM draft"
                   " WHERE author_id = $1 AND place_id = $2",
                   true};
// As messages.lock_room: what is saved belongs to an episode that is not locked or erased at this moment.
const Query kHoldPlace{"drafts.hold_place",
                       "SELECT locked_at FROM episode_of_care"
                       " WHERE id IN ($1, (SELECT episode_id FROM room WHERE id = $1)) {for_update}",
                       true};
// Whoever saves waits here for another device that does, so that revisions are numbered once.
const Query kLockDraft{"drafts.lock", "SELECT revision FROM draft WHERE author_id = $1 AND place_id = $2 {for_update}",
                       true};
// Of two devices that save a first draft at once, nothing could be locked: the later finds revision 1 and changes
// nothing.
const Query kSaveDraft{"drafts.save",
                       "INSERT INTO draft (author_id, place_id, client_id, sealed_subject, sealed_text, message_id,"
                       " thread_id, updated_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                       " ON CONFLICT (author_id, place_id) DO UPDATE SET sealed_subject = excluded.sealed_subject,"
                       " sealed_text = excluded.sealed_text, message_id = excluded.message_id,"
                       " thread_id = excluded.thread_id, updated_at = excluded.updated_at,"
                       " revision = excluded.revision WHERE draft.revision = $10",
                       true};
const Query kDraftsBeside{"drafts.beside",
                          "SELECT place_id, message_id FROM draft WHERE author_id = $1 AND message_id IS NOT NULL"
                          " AND place_id IN ($2, (SELECT episode_id FROM room WHERE id = $2))",
                          true};
const Query kEmptyDraft{"drafts.empty",
                        "UPDATE draft SET sealed_subject = $3, sealed_text = $4, message_id = NULL, thread_id = NULL,"
                        " updated_at = $5, revision = revision + 1 WHERE author_id = $1 AND place_id = $2",
                        true};

StoredDraft to_draft(const Row& row) {
  return {{copy_of(row.bytes(0)), copy_of(row.bytes(1)), row.maybe_id<MessageId>(2), row.maybe_id<RoomId>(3)},
          row.int64(4),
          row.time(5)};
}

const Query kForgetDrafts{"drafts.forget", "DELETE FROM draft WHERE client_id = $1"};
const Query kForgetDraftsOf{"drafts.forget_of", "DELETE FROM draft WHERE author_id = $1 AND client_id = $2", true};

}  // namespace

Result<AccountId> client_of_place(store::ReadTx& tx, AccountId viewer, const Uuid& place) {
  const auto client =
      tx.first(kClientOfPlace, {PlaceId(place), viewer, tx.now()}, [](const Row& row) { return row.id<AccountId>(0); });
  if (!client) return fail(not_found());
  return *client;
}

std::optional<StoredDraft> find_draft(store::ReadTx& tx, AccountId author, const Uuid& place) {
  return tx.first(kDraft, {author, PlaceId(place)}, to_draft);
}

Result<std::int64_t> save_draft(store::WriteTx& tx, AccountId author, const Uuid& place, AccountId client,
                                std::int64_t based_on, const SealedDraft& draft, Time now, const IsSameDraft& is_same) {
  TRY(client_of_place(tx, author, place));
  const auto is_open = tx.first(kHoldPlace, {PlaceId(place)}, [](const Row& row) { return row.is_null(0); });
  if (!is_open) return fail(not_found());
  if (!*is_open) return fail(people::closed_record());
  tx.each(kLockDraft, {author, PlaceId(place)}, [](const Row&) {});
  const auto stored = find_draft(tx, author, place);
  if (stored && is_same(stored->draft)) return stored->revision;
  const auto latest = stored ? stored->revision : 0;
  const auto saved = latest == based_on
                         ? tx.execute(kSaveDraft, {author, PlaceId(place), client, draft.subject, draft.text,
                                                   draft.message, draft.thread, now, based_on + 1, based_on})
                         : 0;
  if (saved == 0) {
    return fail({ErrorKind::conflict, "draft.older",
                 "This draft was continued elsewhere, for instance on another device. Look at it before you go on."});
  }
  return based_on + 1;
}

std::vector<PlacedDraft> drafts_beside(store::ReadTx& tx, AccountId author, RoomId room) {
  return tx.list(kDraftsBeside, {author, room},
                 [](const Row& row) { return PlacedDraft{row.id<PlaceId>(0).uuid(), row.id<MessageId>(1)}; });
}

void empty_draft(store::WriteTx& tx, AccountId author, const Uuid& place, const SealedDraft& empty, Time now) {
  tx.execute(kEmptyDraft, {author, PlaceId(place), empty.subject, empty.text, now});
}

void forget_drafts_of(store::WriteTx& tx, AccountId author, AccountId client) {
  tx.execute(kForgetDraftsOf, {author, client});
}

void forget_drafts(store::WriteTx& tx, AccountId client) {
  tx.execute(kForgetDrafts, {client});
}

}  // namespace rapport::messages
