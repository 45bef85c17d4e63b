#include "features/encounters/encounters_api.hpp"

#include "features/encounters/encounters_shapes.hpp"

namespace rapport::encounters {
namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

EncounterAnswer describe(const Encounter& one) {
  EncounterAnswer answer{one.id, one.episode, one.status,   one.plan.channel, one.plan.starts_at, one.plan.minutes,
                         {},     one.number,  one.began_at, one.ended_at,     one.agenda_left};
  if (!one.plan.zone.empty()) answer.zone = one.plan.zone;
  return answer;
}

std::string view_of(EncounterId id) {
  return "encounter " + id.text();
}

Result<Answer<EncountersAnswer>> read_ahead(Context& context, Call& call) {
  TRY_ASSIGN(const auto found,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Encounter>> {
               return list_ahead(tx, context.viewer.account);
             }));
  Answer<EncountersAnswer> answer;
  std::vector<AccountId> clients;
  for (const auto& one : found) {
    answer.value.encounters.push_back(describe(one));
    clients.push_back(one.client);
  }
  answer.value.more = std::ssize(found) == kMostAhead;
  TRY(audit_reads(context, call, clients, std::nullopt, "encounters ahead"));
  return answer;
}

Result<Answer<EncountersAnswer>> read_of_episode(Context& context, Call& call) {
  const auto episode = call.path_id<EpisodeId>("episode");
  TRY_ASSIGN(const auto before, call.query_id<EncounterId>("before"));
  TRY_ASSIGN(const auto limit, call.query_int("limit", kLargestPage, 1, kLargestPage));
  AccountId client;
  TRY_ASSIGN(auto found, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Encounter>> {
    TRY_ASSIGN(client, client_of_episode(tx, context.viewer.account, episode));
    return list_encounters(tx, context.viewer.account, episode, before, limit + 1);
  }));
  Answer<EncountersAnswer> answer;
  answer.value.more = std::ssize(found) > limit;
  if (answer.value.more) found.pop_back();
  for (const auto& one : found) answer.value.encounters.push_back(describe(one));
  TRY(audit_read(context, call, client, std::nullopt, "encounters"));
  return answer;
}

Result<Answer<EncounterDetails>> read_one(Context& context, Call& call) {
  const auto id = call.path_id<EncounterId>("encounter");
  Answer<EncounterDetails> answer;
  std::vector<AgendaItem> agenda;
  TRY_ASSIGN(const Encounter one, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Encounter> {
    TRY_ASSIGN(auto found, find_encounter(tx, context.viewer.account, id));
    answer.value.channels.clear();  // this may be run again
    for (const auto& use : list_channels(tx, id)) answer.value.channels.push_back({use.channel, use.from, use.until});
    agenda = list_agenda(tx, id);
    return found;
  }));
  answer.value.encounter = describe(one);
  TRY_ASSIGN(const auto key, context.house.keys.key_for(one.client, call.deadline));
  for (const auto& item : agenda) {
    TRY_ASSIGN(auto text, access::unseal(*key, item.id.bytes(), item.sealed_text));
    answer.value.agenda.push_back({item.id, item.author, std::move(text), item.place, item.done});
  }
  TRY(audit_read(context, call, one.client, std::nullopt, view_of(id)));
  return answer;
}

/// Runs a step of one encounter (WriteTx&, Time now) -> Result<Changed> with all that belongs to it, and writes it into
/// the audit if it changed anything.
template <class Change>
Result<Changed> audited_step(Context& context, const Call& call, const OnStep& on_step, Change change) {
  const auto now = context.house.clock.now();
  return audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Changed> {
    TRY_ASSIGN(const Changed done, change(tx, now));
    TRY(on_step(tx, done.encounter, now));
    entry.client = done.encounter.client;
    entry.view = view_of(done.encounter.id);
    entry.count = done.is_new ? 1 : 0;
    return done;
  });
}

Result<Answer<EncounterAnswer>> plan(Context& context, Call& call, const NewEncounter& wanted, const OnStep& on_step) {
  if (uuid_version(wanted.id.uuid()) != 7) {
    return fail(invalid("encounter.id_not_v7", "The session's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new session."}}));
  }
  const Plan plan{wanted.start.at, wanted.minutes, wanted.channel, wanted.zone ? wanted.zone->str() : ""};
  TRY_ASSIGN(const Changed planned, audited_step(context, call, on_step, [&](store::WriteTx& tx, Time now) {
               return plan_encounter(tx, context.viewer.account, call.path_id<EpisodeId>("episode"), wanted.id, plan,
                                     now);
             }));
  return Answer<EncounterAnswer>{planned.is_new ? 201 : 200, describe(planned.encounter)};
}

Result<Answer<EncounterAnswer>> change(Context& context, Call& call, const EncounterChange& wanted,
                                       const OnStep& on_step) {
  PlanChange change{{}, wanted.minutes, wanted.channel, {}};
  if (wanted.start) change.starts_at = wanted.start->at;
  if (wanted.zone) change.zone = wanted.zone->str();
  TRY_ASSIGN(const Changed changed, audited_step(context, call, on_step, [&](store::WriteTx& tx, Time now) {
               return change_encounter(tx, context.viewer.account, call.path_id<EncounterId>("encounter"), change, now);
             }));
  return Answer<EncounterAnswer>{200, describe(changed.encounter)};
}

using StepFunction = Result<Changed> (*)(store::WriteTx&, AccountId, EncounterId, Time);

void add_step(Routes& routes, const std::string& name, std::string_view says, std::string_view explains,
              StepFunction step, const OnStep& on_step) {
  routes.post("/api/encounters/{encounter}/" + name)
      .says(says)
      .explains(explains)
      .answers<EncounterAnswer>()
      .needs(PermissionName{"hold_encounter"}, "encounter")
      .audits("encounter." + name)
      .handle([step, on_step](Context& context, Call& call) -> Result<Answer<EncounterAnswer>> {
        TRY_ASSIGN(const Changed changed, audited_step(context, call, on_step, [&](store::WriteTx& tx, Time now) {
                     return step(tx, context.viewer.account, call.path_id<EncounterId>("encounter"), now);
                   }));
        return Answer<EncounterAnswer>{200, describe(changed.encounter)};
      });
}

/// As audited_step, for the agenda, which has no "made before": every call leaves the points as it says.
template <class Change>
Result<Answer<Nothing>> change_agenda(Context& context, const Call& call, Change change) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
    auto encounter = change(tx);
    if (encounter) {
      entry.client = encounter->client;
      entry.view = view_of(encounter->id);
      entry.count = 1;
    }
    return encounter;
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> put_point(Context& context, Call& call, const AgendaPoint& point) {
  const auto viewer = context.viewer.account;
  const auto id = call.path_id<EncounterId>("encounter");
  const auto item = call.path_id<AgendaItemId>("item");
  if (point.place < 0 || point.place > kLastPlace) {
    return fail(invalid("agenda.place", "A place is a number from 0 to 1000.", {{"/place", "Give 0 to 1000."}}));
  }
  TRY_ASSIGN(const Encounter encounter,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return find_encounter(tx, viewer, id); }));
  std::optional<Bytes> sealed;
  if (point.text) {
    TRY_ASSIGN(const auto key, context.house.keys.key_for(encounter.client, call.deadline));
    sealed = access::seal(*key, item.bytes(), point.text->str());
  }
  return change_agenda(context, call, [&](store::WriteTx& tx) {
    return put_agenda_item(tx, viewer, id, item, point.place, point.done, sealed, context.house.clock.now());
  });
}

Result<Answer<Nothing>> remove_point(Context& context, Call& call) {
  return change_agenda(context, call, [&](store::WriteTx& tx) {
    return remove_agenda_item(tx, context.viewer.account, call.path_id<EncounterId>("encounter"),
                              call.path_id<AgendaItemId>("item"));
  });
}

void add_reading(Routes& routes) {
  routes.get("/api/encounters")
      .says("One's open encounters and those that are planned, the soonest first")
      .answers<EncountersAnswer>()
      .needs(PermissionName{"read_encounter"})
      .audits("encounters.read")
      .handle(read_ahead);
  routes.get("/api/episodes/{episode}/encounters")
      .says("The encounters of an episode, planned, held and cancelled, the latest first")
      .query("before", "string", "the page after this encounter's id")
      .query("limit", "integer", "how many at most (1 to 100)")
      .answers<EncountersAnswer>()
      .needs(PermissionName{"read_encounter"}, "episode")
      .audits("encounters.read")
      .handle(read_of_episode);
  routes.get("/api/encounters/{encounter}")
      .says("An encounter with its agenda and the channels that were used")
      .answers<EncounterDetails>()
      .needs(PermissionName{"read_encounter"}, "encounter")
      .audits("encounter.read")
      .handle(read_one);
}

void add_planning(Routes& routes, const OnStep& on_step) {
  routes.post("/api/episodes/{episode}/encounters")
      .says("Plan an encounter")
      .explains(
          "The same id sent again, by the same person for the same episode, is the same encounter: 200 with what is "
          "stored, and a changed plan is not looked at.")
      .body<NewEncounter>()
      .answers<EncounterAnswer>(201, 200)
      .needs(PermissionName{"hold_encounter"}, "episode")
      .audits("encounter.plan")
      .handle([on_step](Context& context, Call& call, const NewEncounter& wanted) {
        return plan(context, call, wanted, on_step);
      });
  routes.patch("/api/encounters/{encounter}")
      .says("Move a planned encounter, or change the channel of an open one")
      .body<EncounterChange>()
      .answers<EncounterAnswer>()
      .needs(PermissionName{"hold_encounter"}, "encounter")
      .audits("encounter.change")
      .handle([on_step](Context& context, Call& call, const EncounterChange& wanted) {
        return change(context, call, wanted, on_step);
      });
  add_step(
      routes, "cancel", "Cancel a planned encounter", "Cancelled before: 200, and nothing changes.",
      [](store::WriteTx& tx, AccountId therapist, EncounterId id, Time) { return cancel_encounter(tx, therapist, id); },
      on_step);
  add_step(routes, "open", "Begin an encounter",
           "It gets its number. At most one of an episode is open. Begun before: 200, and nothing changes.",
           open_encounter, on_step);
  add_step(routes, "close", "End an open encounter", "Ended before: 200, and nothing changes. It is not opened again.",
           close_encounter, on_step);
}

void add_agenda(Routes& routes) {
  routes.put("/api/encounters/{encounter}/agenda/{item}")
      .says("Write a point of the agenda, mark it as done or move it")
      .body<AgendaPoint>()
      .answers<Nothing>(204)
      .needs(PermissionName{"write_agenda"}, "encounter")
      .audits("agenda.write")
      .handle(put_point);
  routes.del("/api/encounters/{encounter}/agenda/{item}")
      .says("Remove a point that one wrote oneself")
      .answers<Nothing>(204)
      .needs(PermissionName{"write_agenda"}, "encounter")
      .audits("agenda.remove")
      .handle(remove_point);
}

}  // namespace

void add_encounter_routes(Routes& routes, const OnStep& on_step) {
  routes.event<EncounterEvent>();
  add_reading(routes);
  add_planning(routes, on_step);
  add_agenda(routes);
}

}  // namespace rapport::encounters
