#include "features/safety/safety_api.hpp"

#include <algorithm>

#include "features/notify/notify.hpp"
#include "features/people/absences.hpp"
#include "features/people/profiles.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/safety/safety_rules.hpp"

namespace rapport::safety {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;
using people::Names;

std::string name_of(const std::string& instrument) {
  const auto* found = questionnaires::instruments().find(instrument);
  return found == nullptr ? instrument : found->scoring().name;
}

/// `treating`: the therapists whose episodes the viewer treats now. Others are not led to the episode.
Result<ConcernEntry> describe(const Concern& concern, const std::vector<AccountId>& treating, Names& names) {
  ConcernEntry entry;
  entry.id = concern.id;
  entry.kind = concern.kind;
  entry.state = state_of(concern);
  TRY_ASSIGN(entry.client, names.of(concern.client));
  TRY_ASSIGN(entry.therapist, names.of_therapist(concern.therapist_then));
  if (concern.therapist_asked != concern.therapist_then) {
    TRY_ASSIGN(entry.asked_under, names.of_therapist(concern.therapist_asked));
  }
  if (concern.therapist != concern.therapist_then) {
    TRY_ASSIGN(entry.therapist_now, names.of_therapist(concern.therapist));
  }
  if (std::find(treating.begin(), treating.end(), concern.therapist) != treating.end()) {
    entry.episode = concern.episode;
    entry.form = concern.form;
  }
  entry.questionnaire = name_of(concern.instrument);
  entry.raised_at = concern.raised_at;
  entry.acknowledge_by = concern.acknowledge_by;
  entry.escalated_at = concern.escalated_at;
  entry.acknowledged_at = concern.acknowledged_at;
  TRY_ASSIGN(entry.acknowledged_by, names.of(concern.acknowledged_by));
  entry.then_supervisor = concern.kind == Kind::safety && concern.supervisor.has_value();
  entry.closed_at = concern.closed_at;
  return entry;
}

Result<Answer<Concerns>> read_concerns(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  std::vector<AccountId> treating;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Concern>> {
               treating = people::treating_as(tx, viewer);
               return list_concerns(tx, viewer, kMostListed);
             }));
  Answer<Concerns> answer;
  Names names(context.house, call.deadline);
  std::vector<AccountId> clients;
  for (const auto& concern : stored) {
    TRY_ASSIGN(auto entry, describe(concern, treating, names));
    answer.value.concerns.push_back(std::move(entry));
    if (std::find(clients.begin(), clients.end(), concern.client) == clients.end()) clients.push_back(concern.client);
  }
  TRY(audit_reads(context, call, clients, std::nullopt, "concerns"));
  return answer;
}

/// A concern with everything that stands beside it, of one moment.
struct Stored {
  Concern concern;
  std::vector<AccountId> treating;
  Team team;
  std::vector<StoredStep> steps;
  std::vector<notify::Delivery> deliveries;
  Bytes sealed_answers;
};

Result<Stored> read_stored(store::ReadTx& tx, AccountId viewer, ConcernId id) {
  Stored stored;
  TRY_ASSIGN(stored.concern, find_concern(tx, viewer, id));
  stored.treating = people::treating_as(tx, viewer);
  TRY_ASSIGN(stored.team, find_team(tx, stored.concern.episode));
  stored.steps = list_steps(tx, id);
  stored.deliveries = notify::deliveries_of(tx, notice_prefix(id));
  for (auto& version : questionnaires::list_versions(tx, stored.concern.form)) {
    if (version.version == stored.concern.version) stored.sealed_answers = std::move(version.sealed_answers);
  }
  return stored;
}

Result<void> add_items(ConcernDetails& details, const access::SealKey& key, const Stored& stored) {
  const auto& concern = stored.concern;
  const auto* instrument = questionnaires::instrument_of(concern.instrument, concern.digest);
  if (instrument == nullptr) return {};  // it has left the program: the form itself still shows what was answered
  TRY_ASSIGN(const auto answers,
             questionnaires::open_answers(key, concern.form, concern.version, stored.sealed_answers));
  details.items = describe_items(*instrument, concern.kind, answers);
  details.language = answers.language;
  return {};
}

Result<void> add_steps(ConcernDetails& details, const access::SealKey& key, const Stored& stored, Names& names) {
  for (const auto& step : stored.steps) {
    ConcernStep one{step.step, step.at, std::nullopt, std::nullopt};
    TRY_ASSIGN(one.by, names.of(step.by));
    if (step.sealed_words) {
      TRY_ASSIGN(one.closing, open_closing(key, stored.concern.id, *step.sealed_words));
    }
    details.steps.push_back(std::move(one));
  }
  return {};
}

Result<ConcernDetails> details_of(Context& context, const Call& call, ConcernId id, AccountId& client) {
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return read_stored(tx, viewer, id); }));
  client = stored.concern.client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  Names names(context.house, call.deadline);
  ConcernDetails details;
  TRY_ASSIGN(details.concern, describe(stored.concern, stored.treating, names));
  TRY(add_items(details, *key, stored));
  details.changed_since = stored.concern.latest_version > stored.concern.version;
  if (stored.concern.kind == Kind::safety) {
    TRY_ASSIGN(details.supervisor, names.of(stored.team.supervisor));
  }
  TRY(add_steps(details, *key, stored, names));
  for (const auto& delivery : stored.deliveries) {
    TRY_ASSIGN(auto to, names.of(delivery.to));
    details.deliveries.push_back({std::move(to), delivery.state, delivery.tries, delivery.failure, delivery.at});
  }
  return details;
}

Result<Answer<ConcernDetails>> read_concern(Context& context, Call& call) {
  const auto id = call.path_id<ConcernId>("concern");
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, id, client));
  TRY(audit_read(context, call, client, std::nullopt, "concern " + id.text()));
  return Answer<ConcernDetails>{200, std::move(details)};
}

/// Runs `step` (WriteTx&) -> Result<bool>, which says whether anything changed, and answers with what has become of it.
template <class F>
Result<Answer<ConcernDetails>> take_step(Context& context, Call& call, F step) {
  const auto id = call.path_id<ConcernId>("concern");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const auto concern, find_concern(tx, context.viewer.account, id));
    entry.client = concern.client;
    entry.view = "concern " + id.text();
    TRY_ASSIGN(const bool changed, step(tx));
    entry.count = changed ? 1 : 0;
    return {};
  }));
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, id, client));
  return Answer<ConcernDetails>{200, std::move(details)};
}

Result<Answer<ConcernDetails>> acknowledge_concern(Context& context, Call& call) {
  const auto now = context.house.clock.now();
  return take_step(context, call, [&](store::WriteTx& tx) {
    return acknowledge(tx, context.viewer.account, call.path_id<ConcernId>("concern"), now);
  });
}

Result<Answer<ConcernDetails>> take_over_concern(Context& context, Call& call) {
  const auto now = context.house.clock.now();
  return take_step(context, call, [&](store::WriteTx& tx) {
    return take_over(tx, context.viewer.account, call.path_id<ConcernId>("concern"), now);
  });
}

std::string text_of(const Closing& closing) {
  std::string text;
  http::write(text, closing);
  return text;
}

Result<Answer<ConcernDetails>> close_concern(Context& context, Call& call, const Closing& closing) {
  const auto id = call.path_id<ConcernId>("concern");
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto concern, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_concern(tx, context.viewer.account, id);
  }));
  TRY(check_closing(closing));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(concern.client, call.deadline));
  const auto sealed = seal_closing(*key, id, closing);
  const auto is_same = [&](const Bytes& words) {
    const auto stored = open_closing(*key, id, words);
    return stored && text_of(*stored) == text_of(closing);
  };
  return take_step(context, call,
                   [&](store::WriteTx& tx) { return close(tx, context.viewer.account, id, sealed, is_same, now); });
}

}  // namespace

void add_safety_routes(Routes& routes) {
  routes.event<ConcernEvent>();
  routes.get("/api/concerns")
      .says("The concerns that one is told of")
      .explains(
          "At most 200. A therapist has those of their clients and of the clients for whom they are the deputy, a "
          "supervisor what nobody looked into in time, a neutral person what clients say about their therapist.")
      .answers<Concerns>()
      .needs(PermissionName{"read_concern"})
      .audits("concerns.read")
      .handle(read_concerns);
  routes.get("/api/concerns/{concern}")
      .says("A concern: what was answered, who was told and how that went, what was done")
      .answers<ConcernDetails>()
      .needs(PermissionName{"read_concern"}, "concern")
      .audits("concern.read")
      .handle(read_concern);
  routes.post("/api/concerns/{concern}/acknowledgement")
      .says("Say that one looks into it")
      .explains(
          "It stops the clock after which a supervisor is told. Sent again, or after somebody else, it changes "
          "nothing. It is open again once whoever said so can no longer see it, and has not closed it.")
      .answers<ConcernDetails>()
      .needs(PermissionName{"handle_concern"}, "concern")
      .audits("concern.acknowledge")
      .handle(acknowledge_concern);
  routes.post("/api/concerns/{concern}/takeover")
      .says("Say that one looks into it instead of whoever does")
      .explains("Both stay in the history. Sent again it changes nothing.")
      .answers<ConcernDetails>()
      .needs(PermissionName{"handle_concern"}, "concern")
      .audits("concern.take_over")
      .handle(take_over_concern);
  routes.post("/api/concerns/{concern}/disposition")
      .says("Close it with what was done")
      .explains("There is no other way to close it, and it stays closed. The same words sent again change nothing.")
      .body<Closing>()
      .answers<ConcernDetails>()
      .needs(PermissionName{"handle_concern"}, "concern")
      .audits("concern.close")
      .handle(close_concern);
}

}  // namespace rapport::safety
