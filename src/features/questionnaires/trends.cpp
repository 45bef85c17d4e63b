#include "features/questionnaires/trends.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "features/questionnaires/questionnaires_rules.hpp"
#include "http/shape.hpp"
#include "measures/change.hpp"

namespace rapport::questionnaires {
namespace {

using Sent = std::pair<StoredForm, Scores>;

/// As it is sealed: times in microseconds, for a shape reads no other.
struct KeptWorsening {
  std::string instrument;
  std::int64_t at = 0;
  std::int64_t since = 0;
  double change = 0;
};
BOOST_DESCRIBE_STRUCT(KeptWorsening, (), (instrument, at, since, change))

struct KeptTrend {
  std::vector<KeptWorsening> worse;
};
BOOST_DESCRIBE_STRUCT(KeptTrend, (), (worse))

/// Part of what is authenticated.
/// `forms`: of one instrument, in the order in which they were sent.
std::optional<Worsening> worsening(const measures::Instrument& instrument, const std::vector<const Sent*>& forms) {
  const auto& [latest, now] = *forms.back();
  // Since the first first: it says more about where somebody stands.
  for (const auto* before : {forms.front(), forms.size() > 1 ? *(forms.end() - 2) : forms.front()}) {
    const auto since = *before->first.completed_at;
    const auto change = change_since(instrument, before->second, since, now);
    if (!change || change->change != measures::name(measures::ChangeClass::deteriorated)) continue;
    return Worsening{latest.instrument, *latest.completed_at, since, change->value};
  }
  return std::nullopt;
}

/// not_found unless the episode is the therapist's.
Result<Trend> read_trend(store::ReadTx& tx, const access::SealKey& key, AccountId therapist, EpisodeId episode) {
  TRY_ASSIGN(const auto forms, list_forms(tx, therapist, episode));
  const auto versions = list_latest_versions(tx, episode);
  std::map<FormId, const StoredVersion*> latest;
  for (const auto& version : versions) latest[version.form] = &version;
  std::vector<Sent> sent;
  for (const auto& form : forms) {
    const auto found = latest.find(form.id);
    if (found == latest.end()) continue;
    TRY_ASSIGN(auto scores, open_scores(key, form.id, found->second->version, found->second->sealed_scores));
    sent.emplace_back(form, std::move(scores));
  }
  return reckon_trend(sent);
}

}  // namespace

Trend reckon_trend(const std::vector<Sent>& sent) {
  std::map<std::string, std::vector<const Sent*>> by_instrument;
  for (const auto& one : sent) {
    if (one.first.respondent == Respondent::client) by_instrument[one.first.instrument].push_back(&one);
  }
  Trend trend;
  for (auto& [id, forms] : by_instrument) {
    std::sort(forms.begin(), forms.end(), [](const Sent* a, const Sent* b) {
      return std::tie(*a->first.completed_at, a->first.id) < std::tie(*b->first.completed_at, b->first.id);
    });
    const auto* instrument = instrument_of(forms.back()->first);
    if (instrument == nullptr || is_for_neutral_person(*instrument)) continue;
    if (auto found = worsening(*instrument, forms)) trend.worse.push_back(std::move(*found));
  }
  return trend;
}

Result<void> reckon_due(House& house, store::ReadTx& tx, AccountId therapist, std::vector<StoredTrend>& trends,
                        Deadline deadline) {
  for (auto& one : trends) {
    if (one.sealed) continue;
    TRY_ASSIGN(const auto key, house.keys.key_for(one.client, deadline));
    TRY_ASSIGN(const auto trend, read_trend(tx, *key, therapist, one.episode));
    one.sealed = seal_trend(*key, one.episode, trend);
  }
  return {};
}

Bytes bound_to(EpisodeId episode) {
  Bytes bound(episode.bytes().begin(), episode.bytes().end());
  bound.push_back('t');
  return bound;
}

Bytes seal_trend(const access::SealKey& key, EpisodeId episode, const Trend& trend) {
  KeptTrend kept;
  for (const auto& one : trend.worse) {
    kept.worse.push_back({one.instrument, to_micros(one.at), to_micros(one.since), one.change});
  }
  std::string text;
  http::write(text, kept);
  return access::seal(key, bound_to(episode), text);
}

Result<Trend> open_trend(const access::SealKey& key, EpisodeId episode, BytesView sealed) {
  TRY_ASSIGN(const auto text, access::unseal(key, bound_to(episode), sealed));
  TRY_ASSIGN(const auto value, http::parse_json(text));
  TRY_ASSIGN(const auto kept, http::parse<KeptTrend>(value));
  Trend trend;
  for (const auto& one : kept.worse) {
    trend.worse.push_back({one.instrument, from_micros(one.at), from_micros(one.since), one.change});
  }
  return trend;
}

}  // namespace rapport::questionnaires
