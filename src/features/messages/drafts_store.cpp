#include "features/messages/messages.hpp"

namespace rapport::messages {
namespace {

using store::Query;
using store::Row;

// A place is anything whose id draft.place_id may be; only its kind tells them apart, so both are asked.
struct PlaceTag;
using PlaceId = Id<PlaceTag>;

const Query kClientOfPlace{"drafts.client_of_place",
                           "SELECT e.client_id FROM room r JOIN episode_of_care e ON e.id = r.episode_id"
                           " WHERE r.id = $1 AND (e.client_id = $2 OR e.therapist_id = $2)"
                           " UNION ALL SELECT e.client_id FROM episode_of_care e"
                           " WHERE e.id = $1 AND (e.client_id = $2 OR e.therapist_id = $2)",
                           true};
const Query kDraft{"drafts.find",
                   "SELECT sealed_subject, sealed_text FROM draft WHERE author_id = $1 AND place_id = $2", true};
const Query kSaveDraft{"drafts.save",
                       "INSERT INTO draft (author_id, place_id, client_id, sealed_subject, sealed_text, updated_at)"
                       " VALUES ($1, $2, $3, $4, $5, $6)"
                       " ON CONFLICT (author_id, place_id) DO UPDATE SET sealed_subject = excluded.sealed_subject,"
                       " sealed_text = excluded.sealed_text, updated_at = excluded.updated_at",
                       true};
const Query kDropDraft{"drafts.drop", "DELETE FROM draft WHERE author_id = $1 AND place_id = $2", true};

Bytes copy_of(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Result<AccountId> client_of_place(store::ReadTx& tx, AccountId viewer, const Uuid& place) {
  const auto client =
      tx.first(kClientOfPlace, {PlaceId(place), viewer}, [](const Row& row) { return row.id<AccountId>(0); });
  if (!client) return fail(not_found());
  return *client;
}

std::optional<SealedDraft> find_draft(store::ReadTx& tx, AccountId author, const Uuid& place) {
  return tx.first(kDraft, {author, PlaceId(place)},
                  [](const Row& row) { return SealedDraft{copy_of(row.bytes(0)), copy_of(row.bytes(1))}; });
}

void save_draft(store::WriteTx& tx, AccountId author, const Uuid& place, AccountId client, const SealedDraft& draft,
                Time now) {
  tx.execute(kSaveDraft, {author, PlaceId(place), client, draft.subject, draft.text, now});
}

void drop_draft(store::WriteTx& tx, AccountId author, const Uuid& place) {
  tx.execute(kDropDraft, {author, PlaceId(place)});
}

}  // namespace rapport::messages
