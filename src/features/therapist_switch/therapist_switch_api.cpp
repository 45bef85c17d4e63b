#include "features/therapist_switch/therapist_switch_api.hpp"

#include <algorithm>
#include <utility>

#include "features/achievements/achievements.hpp"
#include "features/between_sessions/between.hpp"
#include "features/goals/goals.hpp"
#include "features/goals/goals_rules.hpp"
#include "features/matching/search.hpp"
#include "features/matching/therapists.hpp"
#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "features/people/profiles.hpp"
#include "features/therapist_switch/sealed_summary.hpp"
#include "features/therapist_switch/therapist_switch_shapes.hpp"

namespace rapport::therapist_switch {
namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;
using people::Names;
using SharedKey = access::ClientKeys::SharedKey;

constexpr std::string_view kPath = "therapist_switch";

SwitchId id_in(const Call& call) {
  return call.path_id<SwitchId>(kPath);
}

std::string view_of(SwitchId id) {
  return "therapist_switch " + id.text();
}

SwitchSessions sessions_of(const StoredSwitch& one) {
  return one.keeps_sessions ? SwitchSessions::keep : SwitchSessions::cancel;
}

SwitchDuties shown(const OpenDuties& duties) {
  return {!duties.to_look_into.empty(), duties.sessions, duties.message_waits};
}

Result<people::Person> person_of(Names& names, AccountId account) {
  TRY_ASSIGN(auto name, names.of_therapist(account));
  return people::Person{account, std::move(name)};
}

// The client's side.

/// What the two have worked on, as it is stored.
struct StoredWork {
  goals::StoredGoals goals;
  goals::StoredApproaches approaches;
  std::vector<achievements::StoredAchievement> achievements;
};

Result<StoredWork> read_work(store::ReadTx& tx, AccountId client, EpisodeId episode) {
  StoredWork work;
  TRY_ASSIGN(work.goals, goals::list_goals(tx, client, episode));
  TRY_ASSIGN(work.approaches, goals::list_approaches(tx, client, episode));
  TRY_ASSIGN(work.achievements,
             achievements::list_achievements(tx, client, episode, std::nullopt, achievements::kLargestPage));
  return work;
}

Result<void> add_goals(DraftedFrom& from, const StoredWork& work, const access::SealKey& key) {
  for (const auto& one : work.goals.goals) {
    const bool is_reached = one.state == goals::GoalState::reached;
    if (!is_reached && one.state != goals::GoalState::active) continue;
    TRY_ASSIGN(auto words, between_sessions::open<goals::GoalWords>(key, one.id, one.sealed_words));
    DraftedGoal goal{std::move(words.text), {}, is_reached};
    for (const auto& rating : work.goals.ratings) {
      if (rating.goal != one.id) continue;
      TRY_ASSIGN(const auto said, between_sessions::open<goals::RatingWords>(key, rating.id, rating.sealed_rating));
      goal.progress = said.progress;
    }
    from.goals.push_back(std::move(goal));
  }
  return {};
}

/// The one that is agreed on now.
Result<void> add_approach(DraftedFrom& from, const StoredWork& work, const access::SealKey& key, bool in_german) {
  const auto& all = work.approaches.approaches;
  const auto agreed = std::ranges::find(all, goals::ApproachState::agreed, &goals::StoredApproach::state);
  if (agreed == all.end()) return {};
  TRY_ASSIGN(auto choice, between_sessions::open<goals::ApproachChoice>(key, agreed->id, agreed->sealed_choice));
  TRY_ASSIGN(const auto* list, goals::approach_list());
  const auto add = [&](const std::vector<between_sessions::Offered>& offered, const std::string& chosen) {
    for (const auto& one : offered) {
      if (one.key == chosen) from.ways.push_back(in_german ? one.name.de : one.name.en);
    }
  };
  for (const auto& model : choice.models) add(list->models, model);
  add(list->styles, choice.style);
  from.words = std::move(choice.words);
  return {};
}

/// What the therapist noticed, and what of the client's own they had shown.
Result<void> add_reached(DraftedFrom& from, const StoredWork& work, const access::SealKey& key) {
  using achievements::AchievementKind;
  for (const auto& one : work.achievements) {
    if (from.reached.size() >= kMostReached) return {};
    const bool is_shown =
        one.kind == AchievementKind::noticed || (one.kind == AchievementKind::achievement && one.shared_at.has_value());
    if (!is_shown) continue;
    TRY_ASSIGN(auto words, between_sessions::open<achievements::AchievementWords>(key, one.id, one.sealed_words));
    from.reached.push_back(std::move(words.text));
  }
  return {};
}

Result<SwitchSummary> draft(const StoredWork& work, const access::SealKey& key, bool in_german) {
  DraftedFrom from;
  TRY(add_goals(from, work, key));
  TRY(add_approach(from, work, key, in_german));
  TRY(add_reached(from, work, key));
  return draft_summary(from);
}

/// The client's own, of one moment.
struct SeenSwitch {
  StoredSwitch one;
  OpenDuties duties;
  std::optional<StoredWork> work;  ///< while nothing was confirmed
  std::optional<preferences::StoredWishes> wishes;
  std::vector<matching::StoredTherapist> therapists;
};

bool may_choose(const StoredSwitch& one) {
  return after(one.kind, one.state, SwitchStep::choose).has_value();
}

Result<std::optional<SeenSwitch>> see(store::ReadTx& tx, AccountId client, PracticeId practice) {
  auto latest = latest_of(tx, client);
  if (!latest) return std::optional<SeenSwitch>();
  SeenSwitch seen{*std::move(latest), {}, {}, {}, {}};
  if (!is_open(seen.one.state)) return std::optional(std::move(seen));
  seen.duties = duties_of(tx, seen.one);
  if (!seen.one.sealed_summary) {
    TRY_ASSIGN(seen.work, read_work(tx, client, seen.one.episode));
  }
  if (!may_choose(seen.one)) return std::optional(std::move(seen));
  seen.wishes = preferences::find_wishes(tx, client);
  TRY_ASSIGN(seen.therapists, matching::list_stored(tx, practice));
  const auto pair = between_sessions::find_pair(tx, client, seen.one.episode);
  std::erase_if(seen.therapists, [&](const auto& one) { return pair && one.member.id == pair->therapist; });
  return std::optional(std::move(seen));
}

/// Those who can be chosen, and the client's wishes.
struct Choices {
  preferences::Wishes wishes;
  std::vector<matching::Therapist> therapists;
};
Result<Choices> choices_of(House& house, const SeenSwitch& seen, Deadline deadline) {
  Choices choices;
  TRY_ASSIGN(choices.wishes, matching::open_wishes(house, seen.wishes, deadline));
  choices.therapists = matching::open_all(house, seen.therapists, deadline);
  return choices;
}

Result<OwnSwitch> describe(Context& context, const Call& call, const SeenSwitch& seen, const access::SealKey& key) {
  const auto& stored = seen.one;
  Names names(context.house, call.deadline);
  OwnSwitch own;
  own.id = stored.id;
  own.episode = stored.episode;
  own.kind = stored.kind;
  own.state = stored.state;
  own.revision = stored.revision;
  TRY_ASSIGN(own.from, person_of(names, stored.from));
  if (stored.to) {
    TRY_ASSIGN(own.to, person_of(names, *stored.to));
  }
  own.history = stored.history;
  own.meeting = stored.meeting;
  own.sessions = sessions_of(stored);
  own.drafted = !stored.sealed_summary;
  if (stored.sealed_summary) {
    TRY_ASSIGN(own.summary, open_summary(key, stored));
  } else if (seen.work) {
    TRY_ASSIGN(own.summary, draft(*seen.work, key, call.query_text("language") == "de"));
  }
  own.at = stored.due_at;
  own.told_at = stored.told_at;
  own.ended_at = stored.ended_at;
  own.new_episode = stored.new_episode;
  own.duties = shown(seen.duties);
  if (may_choose(stored)) {
    TRY_ASSIGN(const auto choices, choices_of(context.house, seen, call.deadline));
    auto proposed =
        matching::propose(choices.wishes, context.viewer.account, matching::candidates_of(choices.therapists));
    own.proposals = matching::show(std::move(proposed.fits), choices.therapists);
    own.nobody = std::move(proposed.nobody);
  }
  return own;
}

Result<std::optional<SeenSwitch>> see_own(Context& context, const Call& call) {
  return context.house.db.read(
      call.deadline, [&](store::ReadTx& tx) { return see(tx, context.viewer.account, context.viewer.practice); });
}

Result<SharedKey> key_of(Context& context, const Call& call, AccountId client) {
  return context.house.keys.key_for(client, call.deadline);
}

Result<Answer<OwnSwitches>> read_own(Context& context, Call& call) {
  TRY_ASSIGN(const auto seen, see_own(context, call));
  Answer<OwnSwitches> answer;
  if (!seen) return answer;
  TRY_ASSIGN(const auto key, key_of(context, call, context.viewer.account));
  TRY_ASSIGN(answer.value.current, describe(context, call, *seen, *key));
  return answer;
}

/// As it stands after a step.
Result<Answer<OwnSwitch>> answer_with(Context& context, const Call& call, int status) {
  TRY_ASSIGN(const auto seen, see_own(context, call));
  if (!seen) return fail(not_found());
  TRY_ASSIGN(const auto key, key_of(context, call, context.viewer.account));
  TRY_ASSIGN(auto own, describe(context, call, *seen, *key));
  return Answer<OwnSwitch>{status, std::move(own)};
}

/// What nobody is told leaves no row: that there is something would be told by it.
template <class F>
Result<Answer<OwnSwitch>> own_step(Context& context, Call& call, F step) {
  TRY(context.house.db.write(call.deadline, step));
  return answer_with(context, call, 200);
}

Result<Answer<OwnSwitch>> start_one(Context& context, Call& call, const SwitchToStart& body) {
  if (uuid_version(body.id.uuid()) != 7) {
    return fail(invalid("therapist_switch.id_not_v7", "The id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for everything that is sent."}}));
  }
  const NewSwitch wanted{body.id, call.path_id<EpisodeId>("episode"), body.kind};
  TRY_ASSIGN(const bool is_new, context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return start(tx, context.viewer.account, wanted);
  }));
  return answer_with(context, call, is_new ? 201 : 200);
}

/// Whoever fits best and has room, as those are told who assign.
Result<AccountId> best_fit(Context& context, const Call& call) {
  TRY_ASSIGN(const auto seen, see_own(context, call));
  if (!seen || seen->one.id != id_in(call)) return fail(not_found());
  TRY_ASSIGN(const auto choices, choices_of(context.house, *seen, call.deadline));
  const auto order =
      matching::in_order(choices.wishes, context.viewer.account, matching::candidates_of(choices.therapists));
  if (!order.empty()) return order.front();
  return fail({ErrorKind::conflict, "therapist_switch.nobody",
               "No other therapist who meets what you need has room just now. What you have written here stays. "
               "Please try again later, or tell the practice."});
}

Result<Answer<OwnSwitch>> choose_one(Context& context, Call& call, const SwitchTherapist& body) {
  auto wanted = body.therapist;
  if (!wanted) {
    TRY_ASSIGN(wanted, best_fit(context, call));
  }
  return own_step(context, call, [&](store::WriteTx& tx) {
    return choose(tx, context.viewer.account, id_in(call), body.based_on, *wanted, matching::check_room);
  });
}

Result<Answer<OwnSwitch>> give_summary(Context& context, Call& call, const SwitchSummaryToGive& body) {
  const auto id = id_in(call);
  const SwitchSummary summary{body.goals.str(),  body.approach.str(),   body.reached.str(),
                              body.helped.str(), body.not_helped.str(), body.more.str()};
  TRY_ASSIGN(const auto key, key_of(context, call, context.viewer.account));
  const WhatGoesAlong what{body.history, seal_summary(*key, id, summary)};
  return own_step(context, call, [&](store::WriteTx& tx) {
    return write_summary(tx, context.viewer.account, id, body.based_on, what, [&](const Bytes& sealed) {
      const auto stored = open_sealed(*key, id, sealed);
      return stored && *stored == summary;
    });
  });
}

Result<Answer<OwnSwitch>> agree_on_day(Context& context, Call& call, const SwitchDay& body) {
  const Day day{body.meeting, body.sessions == SwitchSessions::keep, body.at.at};
  return own_step(context, call, [&](store::WriteTx& tx) {
    return set_day(tx, context.viewer.account, id_in(call), body.based_on, day);
  });
}

Result<Answer<OwnSwitch>> tell_both(Context& context, Call& call, const SwitchToTell& body) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) -> Result<bool> {
    TRY_ASSIGN(const bool is_new, tell(tx, context.viewer.account, id_in(call), body.based_on, matching::check_room));
    entry.client = context.viewer.account;
    entry.view = view_of(id_in(call));
    entry.count = is_new ? 1 : 0;
    return is_new;
  }));
  return answer_with(context, call, 200);
}

Result<Answer<Nothing>> withdraw_one(Context& context, Call& call) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const auto withdrawn, withdraw(tx, context.viewer.account, id_in(call)));
    const bool was_told = withdrawn.is_new && is_told(withdrawn.one.state);
    entry.client = context.viewer.account;
    entry.view = view_of(id_in(call));
    entry.count = was_told ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

// The side of the two therapists.

Result<ToldSwitch> describe_told(House& house, const StoredSwitch& stored, AccountId viewer, bool is_open_to_viewer,
                                 Names& names, Deadline deadline) {
  ToldSwitch told;
  told.id = stored.id;
  TRY_ASSIGN(auto profile, people::profile_of(house, stored.client, deadline));
  told.client = std::move(profile.name);
  told.place = stored.to == viewer ? SwitchPlace::to : SwitchPlace::from;
  told.kind = stored.kind;
  told.state = stored.state;
  TRY_ASSIGN(told.from, person_of(names, stored.from));
  TRY_ASSIGN(told.to, person_of(names, *stored.to));
  told.history = stored.history;
  told.meeting = stored.meeting;
  told.sessions = sessions_of(stored);
  told.at = *stored.due_at;
  told.ended_at = stored.ended_at;
  if (is_open_to_viewer) told.episode = stored.new_episode.value_or(stored.episode);
  return told;
}

bool finds_episode(store::ReadTx& tx, AccountId viewer, const StoredSwitch& one) {
  return people::find_episode(tx, viewer, one.new_episode.value_or(one.episode)).has_value();
}

Result<Answer<ToldSwitches>> read_told(Context& context, Call& call) {
  const auto viewer = context.viewer.account;
  struct Listed {
    StoredSwitch one;
    bool is_open = false;
  };
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Listed>> {
               std::vector<Listed> listed;
               for (auto& one : list_told(tx, viewer)) {
                 const bool is_open = finds_episode(tx, viewer, one);
                 listed.push_back({std::move(one), is_open});
               }
               return listed;
             }));
  Names names(context.house, call.deadline);
  Answer<ToldSwitches> answer;
  std::vector<AccountId> clients;
  for (const auto& [one, is_open] : stored) {
    TRY_ASSIGN(auto entry, describe_told(context.house, one, viewer, is_open, names, call.deadline));
    answer.value.switches.push_back(std::move(entry));
    clients.push_back(one.client);
  }
  TRY(audit_reads(context, call, clients, std::nullopt, "therapist_switches"));
  return answer;
}

Result<ToldSwitchDetails> details_of(Context& context, const Call& call, AccountId& client) {
  const auto viewer = context.viewer.account;
  struct Stored {
    StoredSwitch one;
    OpenDuties duties;
    bool is_open = false;
  };
  TRY_ASSIGN(const auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<Stored> {
    TRY_ASSIGN(auto one, find_told(tx, viewer, id_in(call)));
    OpenDuties duties;
    if (is_told(one.state)) duties = duties_of(tx, one);
    const bool is_open = finds_episode(tx, viewer, one);
    return Stored{std::move(one), std::move(duties), is_open};
  }));
  client = stored.one.client;
  Names names(context.house, call.deadline);
  ToldSwitchDetails details;
  TRY_ASSIGN(details.one, describe_told(context.house, stored.one, viewer, stored.is_open, names, call.deadline));
  details.duties = shown(stored.duties);
  if (reads_summary(stored.one, viewer)) {
    TRY_ASSIGN(const auto key, key_of(context, call, client));
    TRY_ASSIGN(details.summary, open_summary(*key, stored.one));
  }
  return details;
}

Result<Answer<ToldSwitchDetails>> read_told_one(Context& context, Call& call) {
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, client));
  TRY(audit_read(context, call, client, std::nullopt, view_of(id_in(call))));
  return Answer<ToldSwitchDetails>{200, std::move(details)};
}

/// Their live lines tell who is there, of the pairs of before: they open anew.
void open_lines_anew(House& house, const StoredSwitch& one) {
  house.care_begun(one.client);
  house.care_begun(one.from);
  if (one.to) house.care_begun(*one.to);
}

Result<Answer<ToldSwitchDetails>> take_duties(Context& context, Call& call, const people::CancelSessions& cancel) {
  const auto id = id_in(call);
  std::optional<StoredSwitch> now;
  TRY(audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) -> Result<bool> {
    now.reset();  // this may be run again
    TRY_ASSIGN(const bool is_new, take_over(tx, context.viewer.account, id, cancel));
    TRY_ASSIGN(now, find_told(tx, context.viewer.account, id));
    entry.client = now->client;
    entry.view = view_of(id);
    entry.count = is_new ? 1 : 0;
    entry.shows_stored = true;
    return is_new;
  }));
  if (now && now->state == SwitchState::done) open_lines_anew(context.house, *now);
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, client));
  return Answer<ToldSwitchDetails>{200, std::move(details)};
}

void add_clients_routes(Routes& routes) {
  constexpr std::string_view kLanguage = "of a draft: en or de";
  const PermissionName asks{"ask_for_another"};
  routes.get("/api/me/therapist-switch")
      .says("How far one is on the way to another therapist, and who could be chosen")
      .query("language", "string", kLanguage)
      .answers<OwnSwitches>()
      .needs(asks)
      .not_audited("one's own words, which nobody else reads before one has told them")
      .handle(read_own);
  routes.post("/api/episodes/{episode}/therapist-switches")
      .says("Begin to ask for another therapist")
      .explains("No reason is asked for, and nobody is told. The same id again changes nothing.")
      .query("language", "string", kLanguage)
      .body<SwitchToStart>()
      .answers<OwnSwitch>(201, 200)
      .needs(asks, "episode")
      .not_audited("nobody is told; telling the two therapists is audited")
      .handle(start_one);
  routes.put("/api/me/therapist-switches/{therapist_switch}/therapist")
      .says("Choose the other therapist, or have one found")
      .query("language", "string", kLanguage)
      .body<SwitchTherapist>()
      .answers<OwnSwitch>()
      .needs(asks, "therapist_switch")
      .not_audited("nobody is told; telling the two therapists is audited")
      .handle(choose_one);
  routes.put("/api/me/therapist-switches/{therapist_switch}/summary")
      .says("Say what the other therapist is to read, and whether what was written goes along")
      .query("language", "string", kLanguage)
      .body<SwitchSummaryToGive>()
      .answers<OwnSwitch>()
      .needs(asks, "therapist_switch")
      .not_audited("nobody reads it before the two therapists are told, which is audited")
      .handle(give_summary);
  routes.put("/api/me/therapist-switches/{therapist_switch}/day")
      .says("Say from which day on, and whether there is a meeting before")
      .query("language", "string", kLanguage)
      .body<SwitchDay>()
      .answers<OwnSwitch>()
      .needs(asks, "therapist_switch")
      .not_audited("nobody is told; telling the two therapists is audited")
      .handle(agree_on_day);
  routes.post("/api/me/therapist-switches/{therapist_switch}/telling")
      .says("Tell both therapists")
      .explains("From now on the other therapist reads the summary, and the former one knows the day.")
      .query("language", "string", kLanguage)
      .body<SwitchToTell>()
      .answers<OwnSwitch>()
      .needs(asks, "therapist_switch")
      .audits("therapist_switch.tell")
      .handle(tell_both);
  routes.post("/api/me/therapist-switches/{therapist_switch}/withdrawal")
      .says("Leave it as it is")
      .explains("Whoever was not told yet never hears of it. Sent again it changes nothing.")
      .answers<Nothing>(204)
      .needs(asks, "therapist_switch")
      .audits("therapist_switch.withdraw")
      .handle(withdraw_one);
}

void add_therapists_routes(Routes& routes, const people::CancelSessions& cancel) {
  const PermissionName sees{"see_switch"};
  routes.get("/api/therapist-switches")
      .says("Clients who go to another therapist, and clients who come from one")
      .answers<ToldSwitches>()
      .needs(sees)
      .audits("therapist_switches.read")
      .handle(read_told);
  routes.get("/api/therapist-switches/{therapist_switch}")
      .says("One of them: what is left to do, and for whom the client comes to what they wrote")
      .answers<ToldSwitchDetails>()
      .needs(sees, "therapist_switch")
      .audits("therapist_switch.read")
      .handle(read_told_one);
  routes.post("/api/therapist-switches/{therapist_switch}/duties")
      .says("Take over what is still to be looked into")
      .explains(
          "By whom the client comes to. Where the day has come they treat from now on, and the concerns are theirs. "
          "409 `therapist_switch.stays` where nothing but the summary goes along.")
      .answers<ToldSwitchDetails>()
      .needs(sees, "therapist_switch")
      .audits("therapist_switch.take_over")
      .handle([cancel](Context& context, Call& call) { return take_duties(context, call, cancel); });
}

}  // namespace

void add_therapist_switch_routes(Routes& routes, const people::CancelSessions& cancel) {
  routes.event<TherapistSwitchEvent>();
  add_clients_routes(routes);
  add_therapists_routes(routes, cancel);
}

Result<std::int64_t> carry_out_due(House& house, const people::CancelSessions& cancel, Time began_at,
                                   Deadline deadline) {
  const auto told_since = house.clock.now() < began_at + people::kTimeAfterStart ? began_at : Time{};
  TRY_ASSIGN(const bool is_due,
             house.db.read(deadline, [&](store::ReadTx& tx) -> Result<bool> { return is_any_due(tx, told_since); }));
  if (!is_due) return 0;
  TRY_ASSIGN(const auto done,
             house.db.write(deadline, [&](store::WriteTx& tx) { return carry_out_due(tx, cancel, told_since); }));
  for (const auto& one : done) open_lines_anew(house, one);
  return std::ssize(done);
}

}  // namespace rapport::therapist_switch
