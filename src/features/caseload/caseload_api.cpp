#include "features/caseload/caseload_api.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "features/caseload/caseload_rules.hpp"
#include "features/check_in/check_in_rules.hpp"
#include "features/first_contact/first_contact.hpp"
#include "features/people/profiles.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/signals/evaluation.hpp"
#include "features/signals/signal_words.hpp"

namespace rapport::caseload {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

/// Everything as it is stored, of one moment.
struct Stored {
  std::vector<Standing> standings;
  std::vector<safety::Concern> concerns;
  std::vector<signals::StoredSignal> signals;
  std::vector<signals::DueFollowUp> follow_ups;
  std::vector<first_contact::NewPair> new_pairs;
  std::vector<check_in::SentAhead> check_ins;
};

Result<Stored> read_stored(Context& context, const Call& call, Time now) {
  const auto therapist = context.viewer.account;
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Stored> {
    TRY_ASSIGN(auto new_pairs, first_contact::list_new_pairs_of(tx, therapist));
    return Stored{put_together(list_clients(tx, therapist), list_news(tx, therapist), list_ahead(tx, therapist),
                               list_missing(tx, therapist, now - kFormIsMissed, now)),
                  safety::open_concerns_of(tx, therapist),
                  signals::list_waiting(tx, therapist),
                  signals::list_follow_ups(tx, therapist),
                  std::move(new_pairs),
                  check_in::list_sent_ahead(tx, therapist)};
  });
}

/// To each client what is theirs.
template <class All, class Add>
void hand_out(std::vector<Standing>& standings, All& all, Add add) {
  std::unordered_map<EpisodeId, Standing*> places;
  for (auto& standing : standings) places.emplace(standing.client.episode, &standing);
  for (auto& one : all) {
    if (const auto found = places.find(one.episode); found != places.end()) add(*found->second, one);
  }
}

void add_contacts(Context& context, const Call& call, Stored& stored) {
  const auto expected = first_contact::expect_contacts(context.house, std::move(stored.new_pairs), call.deadline);
  std::unordered_map<EpisodeId, Time> due;
  for (const auto& one : expected) due.emplace(one.pair.episode, one.by);
  for (auto& standing : stored.standings) {
    if (const auto found = due.find(standing.client.episode); found != due.end()) standing.contact_by = found->second;
  }
}

/// Of each client one sentence is opened: what else there is stands on their page.
Result<void> open_words(Context& context, const Call& call, Standing& standing, Time now) {
  const auto language = signals::language_of(call.query_text("language").value_or(""));
  if (!standing.follow_ups.empty()) {
    const auto& due = standing.follow_ups.front();
    standing.words[due.signal] = signals::title_of(due.kind, language);
  }
  const auto* signal = gravest(standing, now);
  if (signal == nullptr) return {};
  TRY_ASSIGN(const auto key, context.house.keys.key_for(signal->client, call.deadline));
  TRY_ASSIGN(const auto body, signals::open_body(*key, signal->id, signal->sealed_body));
  standing.words[signal->id] = signals::sentence_of(*signal, body, language);
  return {};
}

/// What clients say is urgent is sealed as the rest of it.
Result<void> note_urgent(Context& context, const Call& call, Stored& stored) {
  std::vector<std::pair<EpisodeId, Time>> urgent;
  for (const auto& one : stored.check_ins) {
    TRY_ASSIGN(const auto key, context.house.keys.key_for(one.client, call.deadline));
    TRY_ASSIGN(const auto said,
               between_sessions::open<check_in::CheckInContent>(*key, one.encounter, one.sealed_answers));
    if (check_in::is_urgent(said)) urgent.emplace_back(one.episode, one.sent_at);
  }
  for (auto& standing : stored.standings) {
    for (const auto& [episode, at] : urgent) {
      if (episode == standing.client.episode) standing.urgent_at = std::max(at, standing.urgent_at.value_or(at));
    }
  }
  return {};
}

/// A form of the questionnaire that a signal is about, which came after what it stands on.
struct LaterForm {
  questionnaires::StoredForm form;
  questionnaires::StoredVersion version;
};

/// Whether the signal is about the score of a questionnaire that goes on being asked.
bool is_about_score(const signals::StoredSignal& signal) {
  return signal.instrument &&
         (signal.kind == signals::Kind::deterioration || signal.kind == signals::Kind::not_on_track);
}

Result<std::optional<LaterForm>> find_later_form(store::ReadTx& tx, AccountId viewer,
                                                 const signals::StoredSignal& signal) {
  TRY_ASSIGN(const auto forms, questionnaires::list_forms(tx, viewer, signal.episode));
  const questionnaires::StoredForm* latest = nullptr;
  for (const auto& form : forms) {
    const bool is_later = form.instrument == signal.instrument && form.id != signal.form && form.completed_at &&
                          *form.completed_at > signal.at && form.respondent == questionnaires::Respondent::client;
    if (is_later && (latest == nullptr || *form.completed_at > *latest->completed_at)) latest = &form;
  }
  if (latest == nullptr) return std::optional<LaterForm>();
  for (auto& version : questionnaires::list_latest_versions(tx, signal.episode)) {
    if (version.form == latest->id) return std::optional(LaterForm{*latest, std::move(version)});
  }
  return std::optional<LaterForm>();
}

/// What a signal says of a session some weeks ago may not be so any more.
Result<void> find_later_scores(Context& context, const Call& call, std::vector<Standing>& standings, Time now) {
  const auto viewer = context.viewer.account;
  std::vector<std::optional<LaterForm>> forms(standings.size());
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<void> {
    for (std::size_t i = 0; i < standings.size(); ++i) {
      const auto* signal = gravest(standings[i], now);
      if (signal == nullptr || !is_about_score(*signal)) continue;
      TRY_ASSIGN(forms[i], find_later_form(tx, viewer, *signal));
    }
    return {};
  }));
  for (std::size_t i = 0; i < standings.size(); ++i) {
    if (!forms[i]) continue;
    const auto& [form, version] = *forms[i];
    TRY_ASSIGN(const auto key, context.house.keys.key_for(form.client, call.deadline));
    TRY_ASSIGN(auto scores, questionnaires::open_scores(*key, form.id, version.version, version.sealed_scores));
    scores = questionnaires::for_viewer(std::move(scores), form, viewer);
    if (scores.scales.empty() || !scores.scales.front().value) continue;
    standings[i].later = LaterScore{*scores.scales.front().value, *form.completed_at};
  }
  return {};
}

Result<people::Person> person_of(Context& context, const Call& call, AccountId id, const Bytes& sealed_profile) {
  people::Account account;
  account.id = id;
  account.sealed_profile = sealed_profile;
  TRY_ASSIGN(auto profile, people::open_profile(context.house, account, call.deadline));
  return people::Person{id, std::move(profile.name)};
}

Result<CaseloadClient> describe(Context& context, const Call& call, const Standing& standing, Time now) {
  const auto& client = standing.client;
  CaseloadClient one;
  one.episode = client.episode;
  TRY_ASSIGN(one.client, person_of(context, call, client.account, client.sealed_profile));
  one.chat_room = client.chat;
  one.reply_time = {client.reply_hours, client.reply_hours.has_value(), client.reply_hours_proposed};
  one.present = context.house.hub.present(client.account);
  one.last_contact = last_contact(standing);
  if (const auto& next = standing.next) {
    one.session = NextSession{next->id, next->status, next->channel, next->starts_at, next->minutes, next->number};
  }
  one.reasons = reasons_of(standing, now);
  if (client.therapist != context.viewer.account) {
    TRY_ASSIGN(one.stands_in_for, person_of(context, call, client.therapist, client.therapist_profile));
    one.therapist_left = client.therapist_left;
  }
  return one;
}

Result<Answer<CaseloadAnswer>> read_caseload(Context& context, Call& call) {
  TRY(signals::look_through_of(context.house, context.viewer.account, call.deadline));
  const auto now = context.house.clock.now();
  TRY_ASSIGN(auto stored, read_stored(context, call, now));
  std::vector<AccountId> clients;
  for (const auto& standing : stored.standings) clients.push_back(standing.client.account);
  TRY(context.house.keys.fetch(clients, call.deadline));
  hand_out(stored.standings, stored.signals, [](Standing& of, auto& one) { of.signals.push_back(std::move(one)); });
  hand_out(stored.standings, stored.concerns, [](Standing& of, auto& one) { of.concerns.push_back(std::move(one)); });
  hand_out(stored.standings, stored.follow_ups, [](Standing& of, const auto& one) { of.follow_ups.push_back(one); });
  add_contacts(context, call, stored);
  TRY(note_urgent(context, call, stored));
  TRY(find_later_scores(context, call, stored.standings, now));
  Answer<CaseloadAnswer> answer;
  for (auto& standing : stored.standings) {
    TRY(open_words(context, call, standing, now));
    TRY_ASSIGN(auto one, describe(context, call, standing, now));
    answer.value.clients.push_back(std::move(one));
  }
  sort_by_need(answer.value.clients, now);
  TRY(audit_reads(context, call, clients, std::nullopt, "caseload"));
  return answer;
}

}  // namespace

void add_caseload_routes(Routes& routes) {
  routes.get("/api/caseload")
      .says("A therapist's clients, and why each of them needs the therapist")
      .query("language", "string", "of the sentences of signals: en or de")
      .answers<CaseloadAnswer>()
      .needs(PermissionName{"read_caseload"})
      .audits("caseload.read")
      .handle(read_caseload);
}

}  // namespace rapport::caseload
