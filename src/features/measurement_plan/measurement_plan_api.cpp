#include "features/measurement_plan/measurement_plan_api.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "features/measurement_plan/care_agreement.hpp"
#include "features/measurement_plan/measurement_plan_shapes.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"

namespace rapport::measurement_plan {
namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;
using questionnaires::Respondent;

/// What nobody has agreed on yet is taken for one session a week.
constexpr std::int64_t kUsualSessions = 1;
constexpr std::int64_t kUsualWeeks = 1;

/// Everything as it is stored, of one moment.
struct Stored {
  std::optional<Chosen> chosen;
  std::vector<Next> next;
  std::vector<std::string> items_shown;
  std::vector<StoredCare> agreements;
  bool reminders = true;
  AccountId client;
};

Result<Stored> read_stored(store::ReadTx& tx, AccountId viewer, EpisodeId episode) {
  Stored stored;
  TRY_ASSIGN(stored.chosen, find_plan(tx, viewer, episode));
  TRY_ASSIGN(stored.client, questionnaires::client_of_episode(tx, viewer, episode));
  TRY_ASSIGN(stored.agreements, list_agreements(tx, viewer, episode));
  stored.next = list_next(tx, episode);
  stored.items_shown = questionnaires::list_items_shown(tx, episode);
  stored.reminders = wants_reminders(tx, episode);
  return stored;
}

class Describing {
 public:
  Describing(const Plan& usual, const Stored& stored, bool is_own) : usual_(usual), stored_(stored), is_own_(is_own) {}

  std::vector<PlannedForm> describe(const Plan& plan) {
    add(plan.at_start, When::at_start);
    add(plan.before, When::before_session);
    add(plan.after, When::after_session);
    for (const auto& one : plan.every_weeks) {
      auto& form = add(one.instrument, When::every_weeks);
      form.weeks = one.weeks;
      const auto next = std::find_if(stored_.next.begin(), stored_.next.end(),
                                     [&](const Next& each) { return each.instrument == one.instrument; });
      if (next != stored_.next.end()) form.next_at = next->at;
    }
    add(plan.at_end, When::at_end);
    // What was withdrawn since it was chosen is not asked for, and would not be taken as a choice.
    std::erase_if(forms_, [](const PlannedForm& form) { return !questionnaires::find_offered(form.questionnaire); });
    return std::move(forms_);
  }

 private:
  void add(const std::vector<std::string>& ids, When when) {
    for (const auto& id : ids) add(id, when);
  }

  PlannedForm& add(const std::string& id, When when) {
    auto& form = forms_.emplace_back();
    form.questionnaire = id;
    form.name = id;
    form.when = when;
    form.respondent = questionnaires::is_for_therapists(id) ? Respondent::therapist : Respondent::client;
    const auto* instrument = questionnaires::instruments().find(id);
    if (instrument == nullptr) return form;
    form.name = instrument->scoring().name;
    form.questions = std::ssize(instrument->questions());
    form.about_relationship = instrument->scoring().items_if_allowed;
    const auto& kept = when == When::before_session ? usual_.before : usual_.after;
    const bool is_session = when == When::before_session || when == When::after_session;
    form.kept = is_session && holds(kept_of(kept), id);
    if (is_own_ && questionnaires::can_show_items(*instrument)) form.items_shown = holds(stored_.items_shown, id);
    return form;
  }

  static bool holds(const std::vector<std::string>& ids, const std::string& id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  }

  const Plan& usual_;
  const Stored& stored_;
  bool is_own_;
  std::vector<PlannedForm> forms_;
};

PlanBurden describe(const Burden& burden) {
  return {burden.session_seconds, burden.month_seconds, burden.once_seconds};
}

/// As was agreed on, or once a week.
Result<double> sessions_of(Context& context, const Call& call, const Stored& stored) {
  if (stored.agreements.empty()) return sessions_a_month(kUsualSessions, kUsualWeeks);
  const auto& last = stored.agreements.front();
  TRY_ASSIGN(const auto key, context.house.keys.key_for(stored.client, call.deadline));
  TRY_ASSIGN(const auto care, open_care(*key, last.episode, last.number, last.sealed));
  return sessions_a_month(care.sessions, care.weeks);
}

Result<Answer<MeasurementPlan>> read_plan(Context& context, const Call& call, const Plan& usual) {
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return read_stored(tx, viewer, call.path_id<EpisodeId>("episode"));
  }));
  const auto plan = with_kept(stored.chosen ? stored.chosen->plan : usual, usual);
  Answer<MeasurementPlan> answer;
  auto& told = answer.value;
  told.forms = Describing(usual, stored, viewer == stored.client).describe(plan);
  told.usual = !stored.chosen;
  if (stored.chosen) {
    told.chosen_at = stored.chosen->chosen_at;
    told.end_near_at = stored.chosen->end_near_at;
  }
  TRY_ASSIGN(told.sessions_a_month, sessions_of(context, call, stored));
  told.client = describe(burden_of(plan, Respondent::client, told.sessions_a_month));
  told.therapist = describe(burden_of(plan, Respondent::therapist, told.sessions_a_month));
  told.reminders = stored.reminders;
  return answer;
}

/// With the place in the list that is wrong.
template <class T>
Result<T> at_list(Result<T> checked) {
  if (checked) return checked;
  return fail(invalid(checked.error().code, checked.error().detail,
                      {{"/forms", "Take those that GET /api/questionnaires has, each once on an occasion."}}));
}

Result<Plan> checked(const PlanWanted& wanted) {
  Plan plan;
  for (std::size_t i = 0; i < wanted.forms.size(); ++i) {
    const auto& one = wanted.forms[i];
    const auto& id = one.questionnaire.str();
    if (one.weeks.has_value() != (one.when == When::every_weeks)) {
      return fail(invalid("measurement_plan.weeks",
                          "How many weeks are between two forms is said where it comes again.",
                          {{fmt::format("/forms/{}/weeks", i), "Give it with every_weeks, and with nothing else."}}));
    }
    switch (one.when) {
      case When::before_session:
        plan.before.push_back(id);
        break;
      case When::after_session:
        plan.after.push_back(id);
        break;
      case When::at_start:
        plan.at_start.push_back(id);
        break;
      case When::every_weeks:
        plan.every_weeks.push_back({id, *one.weeks});
        break;
      case When::at_end:
        plan.at_end.push_back(id);
        break;
    }
  }
  for (auto* list : {&plan.before, &plan.after, &plan.at_start, &plan.at_end}) {
    TRY_ASSIGN(*list, at_list(checked_list(*list)));
  }
  TRY_ASSIGN(plan.every_weeks, at_list(checked_weeks(plan.every_weeks)));
  return plan;
}

/// A change of the plan, as an audited write: `change` (WriteTx&) -> Result<bool>.
template <class F>
Result<Answer<Nothing>> change(Context& context, const Call& call, F change) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    const auto episode = call.path_id<EpisodeId>("episode");
    TRY_ASSIGN(const auto client, questionnaires::client_of_episode(tx, context.viewer.account, episode));
    TRY_ASSIGN(const bool changed, change(tx, episode));
    entry.client = client;
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> change_plan(Context& context, Call& call, const PlanWanted& wanted) {
  const auto therapist = context.viewer.account;
  TRY(context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return questionnaires::client_of_episode(tx, therapist, call.path_id<EpisodeId>("episode"));
  }));
  TRY_ASSIGN(const auto plan, checked(wanted));
  return change(context, call, [&](store::WriteTx& tx, EpisodeId episode) {
    return choose(tx, therapist, episode, plan, context.house.clock.now());
  });
}

Result<Answer<Nothing>> drop_plan(Context& context, Call& call) {
  return change(context, call, [&](store::WriteTx& tx, EpisodeId episode) {
    return choose_usual(tx, context.viewer.account, episode);
  });
}

Result<Answer<Nothing>> change_end(Context& context, Call& call, const EndWanted& wanted) {
  return change(context, call, [&](store::WriteTx& tx, EpisodeId episode) {
    return say_end_is_near(tx, context.viewer.account, episode, wanted.near, context.house.clock.now());
  });
}

Result<Answer<Nothing>> change_reminders(Context& context, Call& call, const RemindersWanted& body) {
  return change(context, call, [&](store::WriteTx& tx, EpisodeId episode) {
    return choose_reminders(tx, context.viewer.account, episode, body.wanted, context.house.clock.now());
  });
}

Result<Answer<MissedForms>> read_missed(Context& context, Call& call) {
  AccountId client;
  TRY_ASSIGN(const auto missed, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    const auto episode = call.path_id<EpisodeId>("episode");
    const auto found = questionnaires::client_of_episode(tx, context.viewer.account, episode);
    if (found) client = *found;
    return questionnaires::list_missed(tx, context.viewer.account, episode);
  }));
  Answer<MissedForms> answer;
  for (const auto& [form, is_over] : missed) {
    const auto* instrument = questionnaires::instrument_of(form);
    answer.value.forms.push_back({form.id, form.instrument,
                                  instrument == nullptr ? form.instrument : instrument->scoring().name, form.respondent,
                                  form.occasion, form.moment, form.encounter, form.asked_at, form.due_at, is_over});
  }
  TRY(audit_read(context, call, client, std::nullopt, "missed forms"));
  return answer;
}

void add_changing_routes(Routes& routes) {
  routes.put("/api/episodes/{episode}/measurement-plan")
      .says("Plan which forms are asked for in an episode, of whom and when")
      .body<PlanWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"ask_form"}, "episode")
      .audits("measurement_plan.choose")
      .handle(change_plan);
  routes.del("/api/episodes/{episode}/measurement-plan")
      .says("Go back to the practice's usual plan")
      .answers<Nothing>(204)
      .needs(PermissionName{"ask_form"}, "episode")
      .audits("measurement_plan.choose_usual")
      .handle(drop_plan);
  routes.put("/api/episodes/{episode}/measurement-plan/end")
      .says("Say that the end of the treatment is near, or not after all")
      .explains("What is planned for the end is asked for at once; taken back, what nobody has begun goes again.")
      .body<EndWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"ask_form"}, "episode")
      .audits("measurement_plan.end")
      .handle(change_end);
  routes.put("/api/episodes/{episode}/measurement-plan/reminders")
      .says("Choose whether one is reminded of forms")
      .explains("The client's choice alone.")
      .body<RemindersWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"fill_form"}, "episode")
      .audits("measurement_plan.reminders")
      .handle(change_reminders);
}

}  // namespace

void add_measurement_plan_routes(Routes& routes, const Plan& usual) {
  routes.get("/api/episodes/{episode}/measurement-plan")
      .says("Which forms are asked for in an episode, of whom and when, and how long they take")
      .answers<MeasurementPlan>()
      .needs(PermissionName{"read_form"}, "episode")
      .not_audited("which questionnaires are asked for; nothing of what anybody answered")
      .handle([usual](Context& context, Call& call) { return read_plan(context, call, usual); });
  add_changing_routes(routes);
  routes.get("/api/episodes/{episode}/missed-forms")
      .says("The forms of an episode that were due and not sent")
      .answers<MissedForms>()
      .needs(PermissionName{"read_form"}, "episode")
      .audits("missed_forms.read")
      .handle(read_missed);
}

}  // namespace rapport::measurement_plan
