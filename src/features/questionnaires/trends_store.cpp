#include "access/who_treats.hpp"
#include "features/questionnaires/trends.hpp"

namespace rapport::questionnaires {
namespace {

using store::Query;
using store::Row;

const Query kTrends{
    "questionnaires.trends",
    "SELECT t.episode_id, t.client_id, t.sent, t.sealed_trend FROM episode_of_care e"
    " JOIN form_trend t ON t.episode_id = e.id WHERE e.locked_at IS NULL AND e.therapist_id IN " TREATING_NOW_AS("$1",
                                                                                                                 "$2"),
    true};
const Query kKeepTrend{"questionnaires.keep_trend",
                       "UPDATE form_trend SET sealed_trend = $3 WHERE episode_id = $1 AND sent = $2", true};
const Query kForgetTrend{"questionnaires.forget_trend",
                         "INSERT INTO form_trend (episode_id, client_id, sent) VALUES ($1, $2, 1)"
                         " ON CONFLICT (episode_id) DO UPDATE SET sent = form_trend.sent + 1, sealed_trend = NULL",
                         true};

}  // namespace

std::vector<StoredTrend> list_trends(store::ReadTx& tx, AccountId therapist) {
  return tx.list(kTrends, {therapist, tx.now()}, [](const Row& row) {
    return StoredTrend{row.id<EpisodeId>(0), row.id<AccountId>(1), row.int64(2), row.maybe_bytes(3)};
  });
}

void keep_trends(store::WriteTx& tx, const std::vector<StoredTrend>& trends) {
  std::vector<store::Values> rows;
  for (const auto& one : trends) rows.push_back({one.episode, one.sent, one.sealed});
  tx.execute_many(kKeepTrend, rows);
}

void forget_trend(store::WriteTx& tx, EpisodeId episode, AccountId client) {
  tx.execute(kForgetTrend, {episode, client});
}

}  // namespace rapport::questionnaires
