#include <stdexcept>

#include "access/who_treats.hpp"
#include "features/caseload/caseload.hpp"

namespace rapport::caseload {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;

// $1 is whoever treats, $2 now.
const Query kClients{"caseload.clients",
                     "SELECT e.id, e.client_id, r.id, c.sealed_profile, e.reply_hours, e.reply_hours_proposed,"
                     " e.opened_at, e.closed_at, e.therapist_id, t.sealed_profile,"
                     " CASE WHEN t.closed_at IS NULL THEN 0 ELSE 1 END"
                     " FROM episode_of_care e JOIN account c ON c.id = e.client_id"
                     " JOIN account t ON t.id = e.therapist_id"
                     " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"
                     " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS("$1", "$2"),
                     true};
// For whoever stands in, what the therapist has read is read, and what the therapist wrote is no news.
#define READ                                                                                                   \
  "(CASE WHEN COALESCE(p.read_seq, 0) >= COALESCE(q.read_seq, 0) THEN COALESCE(p.read_seq, 0) ELSE q.read_seq" \
  " END)"
#define UNREAD(what)                                                             \
  " (SELECT " what " FROM room_event u WHERE u.room_id = r.id AND u.seq > " READ \
  " AND u.author_id <> $1 AND u.author_id <> e.therapist_id)"
// Whether there is anything to count shows in the last message and the receipts; only then it is counted.
const Query kNews{"caseload.news",
                  "SELECT r.episode_id, v.at,"
                  " CASE WHEN r.last_seq > " READ " THEN" UNREAD("COUNT(*)") " ELSE 0 END,"
                  " CASE WHEN r.last_seq > " READ " THEN" UNREAD("MIN(u.at)") " END,"
                  " CASE WHEN v.author_id = e.client_id THEN"
                  "  (SELECT MIN(u.at) FROM room_event u WHERE u.room_id = r.id AND u.author_id = e.client_id"
                  "   AND u.seq > COALESCE((SELECT w.seq FROM room_event w WHERE w.room_id = r.id"
                  "    AND w.author_id <> e.client_id ORDER BY w.seq DESC LIMIT 1), 0)) END"
                  " FROM episode_of_care e JOIN room r ON r.episode_id = e.id"
                  " JOIN room_event v ON v.room_id = r.id AND v.seq = r.last_seq"
                  " LEFT JOIN room_receipt p ON p.room_id = r.id AND p.account_id = $1"
                  " LEFT JOIN room_receipt q ON q.room_id = r.id AND q.account_id = e.therapist_id"
                  " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS("$1", "$2"),
                  true};
#undef READ
#undef UNREAD
const Query kAhead{"caseload.ahead",
                   "SELECT n.id, n.episode_id, n.status, n.channel, n.starts_at, n.minutes, n.number"
                   " FROM episode_of_care e JOIN encounter n ON n.episode_id = e.id AND n.status IN ('open', 'planned')"
                   " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS(
                       "$1", "$2") " ORDER BY CASE n.status WHEN 'open' THEN 0 ELSE 1 END, n.starts_at, n.id",
                   true};
const Query kMissing{"caseload.missing_forms",
                     "SELECT f.episode_id, f.id, f.instrument, f.due_at, f.respondent FROM episode_of_care e"
                     " JOIN questionnaire_response f ON f.episode_id = e.id AND f.version = 0"
                     " WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS("$1", "$2") " AND f.due_at > $3 AND f.due_at <= $4 AND (f.withdrawn_at IS NULL OR f.missed_at IS NOT NULL)"
                     " AND (f.respondent = 'client' OR f.asked_by = $1)"
                     " ORDER BY f.due_at DESC, f.id",
                     true};

/// What the program itself stored.
template <class E>
E enum_of(std::string_view text) {
  E found{};
  if (boost::describe::enum_from_string(std::string(text).c_str(), found)) return found;
  throw std::logic_error("a session or a form has a word that this program does not know");
}

}  // namespace

std::vector<Client> list_clients(ReadTx& tx, AccountId therapist) {
  return tx.list(kClients, {therapist, tx.now()}, [](const Row& row) {
    return Client{row.id<EpisodeId>(0), row.id<AccountId>(1),  row.id<RoomId>(2), copy_of(row.bytes(3)),
                  row.maybe_int64(4),   row.maybe_int64(5),    row.time(6),       row.maybe_time(7),
                  row.id<AccountId>(8), copy_of(row.bytes(9)), row.int64(10) != 0};
  });
}

std::vector<RoomNews> list_news(ReadTx& tx, AccountId therapist) {
  return tx.list(kNews, {therapist, tx.now()}, [](const Row& row) {
    return RoomNews{row.id<EpisodeId>(0), row.time(1), row.int64(2), row.maybe_time(3), row.maybe_time(4)};
  });
}

std::vector<Ahead> list_ahead(ReadTx& tx, AccountId therapist) {
  return tx.list(kAhead, {therapist, tx.now()}, [](const Row& row) {
    return Ahead{row.id<EncounterId>(0),
                 row.id<EpisodeId>(1),
                 enum_of<encounters::Status>(row.text(2)),
                 enum_of<encounters::Channel>(row.text(3)),
                 row.time(4),
                 row.int64(5),
                 row.maybe_int64(6)};
  });
}

std::vector<MissingForm> list_missing(ReadTx& tx, AccountId therapist, Time since, Time now) {
  return tx.list(kMissing, {therapist, tx.now(), since, now}, [](const Row& row) {
    return MissingForm{row.id<EpisodeId>(0), row.id<questionnaires::FormId>(1), std::string(row.text(2)), row.time(3),
                       enum_of<questionnaires::Respondent>(row.text(4))};
  });
}

}  // namespace rapport::caseload
