#include "features/signals/signals_api.hpp"

#include "features/people/profiles.hpp"
#include "features/signals/evaluation.hpp"
#include "features/signals/signal_words.hpp"
#include "features/signals/signals_shapes.hpp"
#include "features/signals/support.hpp"

namespace rapport::signals {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

std::string_view language_in(const Call& call) {
  return language_of(call.query_text("language").value_or(""));
}

Result<SignalEntry> describe(const StoredSignal& stored, const access::SealKey& key, std::string_view language,
                             Time now) {
  TRY_ASSIGN(const auto body, open_body(key, stored.id, stored.sealed_body));
  SignalEntry entry;
  entry.id = stored.id;
  entry.kind = stored.kind;
  entry.title = title_of(stored.kind, language);
  entry.level = stored.level;
  entry.reason = sentence_of(stored, body, language);
  entry.rule = stored.rule;
  entry.version = stored.version;
  entry.rule_title = stored.rule;  // where the rule has left the program
  if (const auto* rule = find_rule(stored.rule)) {
    entry.rule_title = title_of(*rule, language);
    entry.published = rule->is_published;
    entry.citation = citation_of(*rule, language);
  }
  entry.form = stored.form;
  entry.session = stored.session;
  entry.at = stored.at;
  entry.found_at = stored.found_at;
  entry.holds = stored.holds;
  entry.state = stored.state;
  entry.waits = waits(stored, now);
  entry.outcome = stored.outcome;
  entry.deferred_until = stored.deferred_until;
  entry.follow_up = stored.follow_up;
  entry.follow_up_at = stored.follow_up_at;
  entry.follow_up_due = is_follow_up_due(stored, now);
  return entry;
}

/// What came since is found before it is read.
Result<void> bring_up_to_date(Context& context, const Call& call, EpisodeId episode) {
  TRY_ASSIGN(const auto due,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::optional<DueLook>> {
               TRY(list_signals(tx, context.viewer.account, episode));  // whether it is the viewer's
               return find_due(tx, episode);
             }));
  if (due) look_through_or_later(context.house, *due, call.deadline);
  return {};
}

Result<Answer<SignalsAnswer>> read_signals(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  const auto episode = call.path_id<EpisodeId>("episode");
  TRY(bring_up_to_date(context, call, episode));
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<StoredSignal>> {
               TRY_ASSIGN(auto all, list_signals(tx, viewer, episode));
               std::erase_if(all, [&](const StoredSignal& one) { return !may_see(tx, viewer, one); });
               return all;
             }));
  Answer<SignalsAnswer> answer;
  if (stored.empty()) {
    context.is_written_down = true;  // there is nothing to see
    return answer;
  }
  const auto client = stored.front().client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  for (const auto& one : stored) {
    TRY_ASSIGN(auto entry, describe(one, *key, language_in(call), context.house.clock.now()));
    answer.value.signals.push_back(std::move(entry));
  }
  TRY(audit_read(context, call, client, std::nullopt, "signals"));
  return answer;
}

Result<std::optional<std::string>> note_of(const access::SealKey& key, OutcomeId outcome, NotePart part,
                                           const std::optional<Bytes>& sealed) {
  if (!sealed) return std::optional<std::string>();
  TRY_ASSIGN(auto note, access::unseal(key, bound_to(outcome, part), *sealed));
  return std::optional(std::move(note));
}

/// Nobody is handed the notes of another with a client.
Result<SignalOutcome> describe(const StoredOutcome& stored, AccountId viewer, const access::SealKey& key,
                               people::Names& names) {
  SignalOutcome one;
  one.id = stored.id;
  TRY_ASSIGN(one.by, names.of_therapist(stored.by));
  one.at = stored.at;
  one.outcome = stored.outcome;
  one.deferred_until = stored.deferred_until;
  one.follow_up = stored.follow_up;
  one.follow_up_at = stored.follow_up_at;
  one.result = stored.result;
  one.result_at = stored.result_at;
  if (stored.by == viewer) {
    TRY_ASSIGN(one.note, note_of(key, stored.id, NotePart::outcome, stored.sealed_note));
  }
  if (!stored.result_by) return one;
  TRY_ASSIGN(one.result_by, names.of_therapist(*stored.result_by));
  if (*stored.result_by == viewer) {
    TRY_ASSIGN(one.result_note, note_of(key, stored.id, NotePart::result, stored.sealed_result_note));
  }
  return one;
}

/// Writes nothing down.
Result<SignalDetails> details_of(Context& context, const Call& call, SignalId id, AccountId& client) {
  const auto viewer = context.viewer.account;
  const auto language = language_in(call);
  std::vector<StoredOutcome> outcomes;
  TRY_ASSIGN(const auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    outcomes = list_outcomes(tx, id);
    return find_signal(tx, viewer, id);
  }));
  client = stored.client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  people::Names names(context.house, call.deadline);
  SignalDetails details;
  TRY_ASSIGN(details.signal, describe(stored, *key, language, context.house.clock.now()));
  details.episode = stored.episode;
  TRY_ASSIGN(details.client, names.of(client));
  const auto& support = support_texts().of(stored.kind, language);
  details.about = support.about;
  for (const auto& part : support.parts) details.support.push_back({part.title, part.prompts});
  for (const auto& outcome : outcomes) {
    TRY_ASSIGN(auto one, describe(outcome, viewer, *key, names));
    details.outcomes.push_back(std::move(one));
  }
  return details;
}

Result<Answer<SignalDetails>> read_signal(Context& context, Call& call) {
  const auto id = call.path_id<SignalId>("signal");
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, id, client));
  TRY(audit_read(context, call, client, std::nullopt, "signal " + id.text()));
  return Answer<SignalDetails>{200, std::move(details)};
}

Error wrong_outcome(std::string where, std::string what) {
  return invalid("signal.outcome", "What was done about a signal does not fit together.",
                 {{std::move(where), std::move(what)}});
}

bool is_a_wait(const std::optional<std::int64_t>& days) {
  return days && *days >= 1 && *days <= kLongestWait;
}

Result<NewOutcome> checked(const OutcomeToRecord& body, Time now) {
  if (uuid_version(body.id.uuid()) != 7) {
    return fail(invalid("signal.id_not_v7", "The outcome's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new outcome."}}));
  }
  const bool is_deferred = body.outcome == Outcome::deferred;
  if (is_deferred != body.defer_days.has_value() || (is_deferred && !is_a_wait(body.defer_days))) {
    return fail(wrong_outcome("/defer_days", "With \"deferred\" give the days, from 1 to 180; otherwise none."));
  }
  if (body.follow_up && (is_deferred || body.outcome == Outcome::false_alarm)) {
    return fail(wrong_outcome("/follow_up", "One looks again at what was discussed or done."));
  }
  const bool is_dated = body.follow_up == FollowUp::date;
  if (is_dated != body.follow_up_days.has_value() || (is_dated && !is_a_wait(body.follow_up_days))) {
    return fail(wrong_outcome("/follow_up_days", "With \"date\" give the days, from 1 to 180; otherwise none."));
  }
  NewOutcome outcome{body.id, body.outcome, {}, body.follow_up, {}, {}};
  if (is_deferred) outcome.deferred_until = now + std::chrono::days(*body.defer_days);
  if (is_dated) outcome.follow_up_at = now + std::chrono::days(*body.follow_up_days);
  return outcome;
}

/// Runs `step` (WriteTx&) -> Result<bool>, which says whether anything changed, and answers with what has become of it.
template <class F>
Result<Answer<SignalDetails>> take_step(Context& context, Call& call, F step) {
  const auto id = call.path_id<SignalId>("signal");
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const auto signal, find_signal(tx, context.viewer.account, id));
    entry.client = signal.client;
    entry.view = "signal " + id.text();
    TRY_ASSIGN(const bool changed, step(tx));
    entry.count = changed ? 1 : 0;
    return {};
  }));
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, id, client));
  return Answer<SignalDetails>{200, std::move(details)};
}

/// Whose key seals a note; not_found unless the viewer sees the signal.
Result<AccountId> client_of(Context& context, const Call& call, SignalId id) {
  TRY_ASSIGN(const auto signal, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_signal(tx, context.viewer.account, id);
  }));
  return signal.client;
}

Result<Answer<SignalDetails>> record_outcome(Context& context, Call& call, const OutcomeToRecord& body) {
  const auto id = call.path_id<SignalId>("signal");
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto client, client_of(context, call, id));
  TRY_ASSIGN(auto outcome, checked(body, now));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  const auto bound = bound_to(outcome.id, NotePart::outcome);
  if (body.note) outcome.sealed_note = access::seal(*key, bound, body.note->str());
  const auto is_same_note = [&](const std::optional<Bytes>& sealed) {
    if (!sealed || !body.note) return sealed.has_value() == body.note.has_value();
    const auto known = access::unseal(*key, bound, *sealed);
    return known && *known == body.note->str();
  };
  return take_step(context, call, [&](store::WriteTx& tx) {
    return signals::answer(tx, context.viewer.account, id, outcome, now, is_same_note);
  });
}

Result<Answer<SignalDetails>> record_result(Context& context, Call& call, const ResultToRecord& body) {
  const auto id = call.path_id<SignalId>("signal");
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const auto client, client_of(context, call, id));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  const auto seal_note = [&](OutcomeId outcome) -> std::optional<Bytes> {
    if (!body.note) return std::nullopt;
    return access::seal(*key, bound_to(outcome, NotePart::result), body.note->str());
  };
  return take_step(context, call, [&](store::WriteTx& tx) {
    return signals::follow_up(tx, context.viewer.account, id, body.result, seal_note, now);
  });
}

Result<Answer<UnansweredSignals>> read_unanswered(Context& context, Call& call, const Settings& settings) {
  const auto before = context.house.clock.now() - settings.unanswered_after;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Unanswered>> {
               return list_unanswered(tx, context.viewer.account, before);
             }));
  Answer<UnansweredSignals> answer;
  answer.value.days = settings.unanswered_after.count();
  people::Names names(context.house, call.deadline);
  std::vector<AccountId> clients;
  for (const auto& one : stored) {
    UnansweredSignal entry;
    entry.id = one.id;
    TRY_ASSIGN(entry.client, names.of(one.client));
    TRY_ASSIGN(entry.therapist, names.of_therapist(one.therapist));
    entry.title = title_of(one.kind, language_in(call));
    entry.level = one.level;
    entry.found_at = one.found_at;
    entry.deferred_until = one.deferred_until;
    answer.value.signals.push_back(std::move(entry));
    clients.push_back(one.client);
  }
  TRY(audit_reads(context, call, clients, std::nullopt, "unanswered signals"));
  return answer;
}

}  // namespace

Settings settings_of(const config::Settings& settings) {
  return {std::chrono::days(settings.signals_unanswered_days)};
}

void add_signal_routes(Routes& routes, const Settings& settings) {
  constexpr std::string_view kLanguage = "of titles, sentences and prompts: en or de";
  routes.get("/api/episodes/{episode}/signals")
      .says("Where the course of an episode asks for a look, and why")
      .explains(
          "Found by rules that are data, each with its name, version and source. What rests on answers about the "
          "therapist "
          "is among them only while the client lets this therapist see those answers.")
      .query("language", "string", kLanguage)
      .answers<SignalsAnswer>()
      .needs(PermissionName{"read_signals"}, "episode")
      .audits("signals.read")
      .handle(read_signals);
  routes.get("/api/signals/{signal}")
      .says("A signal with prompts for what to do next, and what was done about it")
      .query("language", "string", kLanguage)
      .answers<SignalDetails>()
      .needs(PermissionName{"read_signals"}, "signal")
      .audits("signal.read")
      .handle(read_signal);
  routes.post("/api/signals/{signal}/outcomes")
      .says("Record what was done about a signal")
      .explains(
          "It can be recorded again; each stays, and the latest holds. The same sent again under one id changes "
          "nothing; "
          "something else under it is refused.")
      .query("language", "string", kLanguage)
      .body<OutcomeToRecord>()
      .answers<SignalDetails>()
      .needs(PermissionName{"answer_signal"}, "signal")
      .audits("signal.answer")
      .handle(record_outcome);
  routes.post("/api/signals/{signal}/follow-up")
      .says("Record what a look again has shown")
      .explains("Of the latest outcome, once. The same result sent again changes nothing.")
      .query("language", "string", kLanguage)
      .body<ResultToRecord>()
      .answers<SignalDetails>()
      .needs(PermissionName{"answer_signal"}, "signal")
      .audits("signal.follow_up")
      .handle(record_result);
  routes.get("/api/signals/unanswered")
      .says("What the therapists whom one supervises have not answered in time")
      .query("language", "string", kLanguage)
      .answers<UnansweredSignals>()
      .needs(PermissionName{"watch_signals"})
      .audits("signals.watch")
      .handle([settings](Context& context, Call& call) { return read_unanswered(context, call, settings); });
}

}  // namespace rapport::signals
