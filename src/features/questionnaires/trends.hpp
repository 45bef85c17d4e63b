#pragma once
/// @file What the forms of an episode come to, for lists of many people: whether a score has become reliably worse.
#include "features/context.hpp"
#include "features/questionnaires/questionnaires_shapes.hpp"
#include "store/transaction.hpp"

namespace rapport::questionnaires {

/// The latest form of an instrument, where its main score is reliably worse than the first or the one before it.
struct Worsening {
  std::string instrument;
  Time at;            ///< when the latest was first sent
  Time since;         ///< the same of the form that it is held against
  double change = 0;  ///< the latest score minus the earlier one
};

struct Trend {
  std::vector<Worsening> worse;
};

/// As it is stored. Without `sealed` it is to be reckoned: something was sent since.
struct StoredTrend {
  EpisodeId episode;
  AccountId client;
  std::int64_t sent = 0;
  std::optional<Bytes> sealed;
};
/// Of the therapist's episodes in which anything was ever sent.
std::vector<StoredTrend> list_trends(store::ReadTx& tx, AccountId therapist);
/// Seals anew what is to be reckoned: reads the forms of each episode and opens them. The rest stays as it is.
Result<void> reckon_due(House& house, store::ReadTx& tx, AccountId therapist, std::vector<StoredTrend>& trends,
                        Deadline deadline);
/// Unless something was sent meanwhile.
void keep_trends(store::WriteTx& tx, const std::vector<StoredTrend>& trends);
/// Part of whatever changes what was sent.
void forget_trend(store::WriteTx& tx, EpisodeId episode, AccountId client);

/// From the forms of one episode with their latest scores. Instruments whose scores tell of answers that are for
/// another person's eyes first (RISQ) count for nothing here, whatever the client allows.
Trend reckon_trend(const std::vector<std::pair<StoredForm, Scores>>& sent);
/// Sealed under the client's key, tied to the episode.
Bytes bound_to(EpisodeId episode);
Bytes seal_trend(const access::SealKey& key, EpisodeId episode, const Trend& trend);
Result<Trend> open_trend(const access::SealKey& key, EpisodeId episode, BytesView sealed);

}  // namespace rapport::questionnaires
