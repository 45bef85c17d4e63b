#include "access/who_treats.hpp"
#include "features/between_sessions/between.hpp"
#include "features/people/absences.hpp"

namespace rapport::between_sessions {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kPair{"between_sessions.pair",
                  "SELECT e.id, e.client_id, e.therapist_id, r.id FROM episode_of_care e"
                  " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"
                  " WHERE e.id = $1 AND " OPEN_NOW_TO("e", "$2", "$3"),
                  true};
const Query kLock{"between_sessions.lock", "SELECT id FROM episode_of_care WHERE id = $1 {for_update}", true};

void tell(WriteTx& tx, const Pair& pair, Topic topic, std::vector<AccountId> whom) {
  tx.emit({pair.chat, 0, http::passing_frame(pair.chat, BetweenEvent{pair.episode, topic}), std::move(whom)});
}

}  // namespace

Result<Pair> find_pair(ReadTx& tx, AccountId viewer, EpisodeId episode) {
  auto found = tx.first(kPair, {episode, viewer, tx.now()}, [](const Row& row) {
    return Pair{row.id<EpisodeId>(0), row.id<AccountId>(1), row.id<AccountId>(2), row.id<RoomId>(3)};
  });
  if (!found) return fail(not_found());
  return *found;
}

Result<Pair> lock_pair(WriteTx& tx, AccountId viewer, EpisodeId episode) {
  tx.each(kLock, {episode}, [](const Row&) {});
  TRY_ASSIGN(const auto pair, find_pair(tx, viewer, episode));
  if (!pair.is_one_of(viewer)) return fail(not_found());
  return pair;
}

Result<void> check_client(const Pair& pair, AccountId viewer) {
  if (viewer == pair.client) return {};
  return fail({ErrorKind::conflict, "between.client_alone", "Only the client does this."});
}

void tell_both(WriteTx& tx, const Pair& pair, Topic topic) {
  tell(tx, pair, topic, people::who_hears(tx, pair.client, pair.therapist));
}

void tell_client(WriteTx& tx, const Pair& pair, Topic topic) {
  tell(tx, pair, topic, {pair.client});
}

Result<void> check_new_id(const Uuid& id) {
  if (uuid_version(id) == 7) return {};
  return fail(invalid("between.id_not_v7", "The id must be a UUID of version 7.",
                      {{"/id", "Make a UUID of version 7 (RFC 9562) for everything new."}}));
}

Result<bool> is_stored(const std::optional<Place>& there, const Place& wanted) {
  if (!there) return false;
  if (*there == wanted) return true;
  return fail(id_taken());
}

Error id_taken() {
  return {ErrorKind::conflict, "between.id_taken",
          "This id is taken by something else. Make a new id and send it again."};
}

}  // namespace rapport::between_sessions
