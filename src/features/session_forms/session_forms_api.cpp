#include "features/session_forms/session_forms_api.hpp"

#include "features/questionnaires/questionnaires_rules.hpp"
#include "http/text.hpp"

namespace rapport::session_forms {

struct SessionForms {
  static constexpr std::string_view says =
      "Ids as GET /api/questionnaires has them, at most six each. Those in `before` are asked for a day before a "
      "session "
      "begins, those in `after` when it ends. `usual`: nothing was chosen for this episode, the practice's choice "
      "holds. `kept`: what of these goes to the neutral person and is the practice's to choose; it stays whatever the "
      "therapist chooses.";
  std::vector<std::string> before;
  std::vector<std::string> after;
  std::vector<std::string> kept;
  bool usual = true;
};
BOOST_DESCRIBE_STRUCT(SessionForms, (), (before, after, kept, usual))

struct SessionFormsWanted {
  static constexpr std::string_view says =
      "In place of what held before; an empty list: none but what is `kept`. It holds from now on.";
  std::vector<std::string> before;
  std::vector<std::string> after;
};
BOOST_DESCRIBE_STRUCT(SessionFormsWanted, (), (before, after))

namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;

/// What was withdrawn since it was chosen is not asked for, and would not be taken as a choice.
std::vector<std::string> asked_for(std::vector<std::string> ids) {
  std::erase_if(ids, [](const auto& id) { return !questionnaires::find_offered(id); });
  return ids;
}

Result<Answer<SessionForms>> read_choice(Context& context, const Call& call, const Choice& usual) {
  TRY_ASSIGN(const auto chosen, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_choice(tx, context.viewer.account, call.path_id<EpisodeId>("episode"));
  }));
  auto holds = with_kept(chosen.value_or(usual), usual);
  auto kept = kept_of(usual.before);
  for (auto& id : kept_of(usual.after)) kept.push_back(std::move(id));
  return Answer<SessionForms>{200, {asked_for(holds.before), asked_for(holds.after), asked_for(kept), !chosen}};
}

Result<std::vector<std::string>> checked_at(const char* pointer, const std::vector<std::string>& ids) {
  auto list = checked_list(ids);
  if (list) return list;
  return fail(
      invalid(list.error().code, list.error().detail, {{pointer, "Take those that GET /api/questionnaires has."}}));
}

Result<Answer<Nothing>> choose_forms(Context& context, Call& call, const SessionFormsWanted& wanted) {
  const auto episode = call.path_id<EpisodeId>("episode");
  const auto therapist = context.viewer.account;
  TRY_ASSIGN(const auto client, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return encounters::client_of_episode(tx, therapist, episode);
  }));
  Choice choice;
  TRY_ASSIGN(choice.before, checked_at("/before", wanted.before));
  TRY_ASSIGN(choice.after, checked_at("/after", wanted.after));
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
    auto changed = choose(tx, therapist, episode, choice, context.house.clock.now());
    entry.client = client;
    entry.count = changed && *changed ? 1 : 0;
    return changed;
  }));
  return Answer<Nothing>{204, {}};
}

}  // namespace

void add_session_form_routes(Routes& routes, Choice usual) {
  routes.get("/api/episodes/{episode}/session-forms")
      .says("The forms that go with every session of an episode")
      .answers<SessionForms>()
      .needs(PermissionName{"read_form"}, "episode")
      .not_audited("which questionnaires go with sessions; nothing of what anybody answered")
      .handle([usual = std::move(usual)](Context& context, Call& call) { return read_choice(context, call, usual); });
  routes.put("/api/episodes/{episode}/session-forms")
      .says("Choose the forms that go with every session of an episode")
      .body<SessionFormsWanted>()
      .answers<Nothing>(204)
      .needs(PermissionName{"ask_form"}, "episode")
      .audits("session_forms.choose")
      .handle(choose_forms);
}

}  // namespace rapport::session_forms
