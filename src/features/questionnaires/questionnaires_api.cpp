#include "features/questionnaires/questionnaires_api.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "features/people/profiles.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "features/safety/safety_rules.hpp"

namespace rapport::questionnaires {
namespace {

using http::Answer;
using http::Call;
using http::Nothing;
using http::PermissionName;
using measures::Instrument;

constexpr std::int64_t kLongestDueDays = 365;
constexpr std::int64_t kLargestList = 500;

/// What of a form this viewer sees, without its scores.
Form describe(const StoredForm& stored, AccountId viewer) {
  const auto* instrument = instrument_of(stored);
  Form form;
  form.id = stored.id;
  form.episode = stored.episode;
  form.questionnaire = stored.instrument;
  form.digest = stored.digest;
  form.unreadable = instrument == nullptr;
  form.name = instrument == nullptr ? stored.instrument : instrument->scoring().name;
  form.occasion = stored.occasion;
  form.encounter = stored.encounter;
  form.asked_at = stored.asked_at;
  form.due_at = stored.due_at;
  form.neutral_first = instrument != nullptr && is_for_neutral_person(*instrument);
  form.items_if_allowed = instrument == nullptr || instrument->scoring().items_if_allowed;
  form.respondent = stored.respondent;
  form.moment = stored.moment;
  if (is_hidden(stored, viewer)) {
    form.state = stored.version > 0 ? FormState::completed : FormState::asked;
    // A day that has passed would make one that is never counted as missing look late.
    if (stored.respondent == Respondent::client) form.due_at.reset();
    return form;
  }
  form.state = stored.version > 0    ? FormState::completed
               : stored.revision > 0 ? FormState::in_progress
                                     : FormState::asked;
  form.revision = stored.revision;
  form.version = stored.version;
  form.completed_at = stored.completed_at;
  form.items_allowed = stored.items_allowed;
  return form;
}

/// Opens scores once each: many forms of a list are held against the same first one.
class OpenedScores {
 public:
  explicit OpenedScores(const access::SealKey& key) : key_(key) {}

  Result<const Scores*> of(const SentScores& sent) {
    if (const auto known = opened_.find(sent.form); known != opened_.end()) return &known->second;
    TRY_ASSIGN(auto scores, open_scores(key_, sent.form, sent.version, sent.sealed_scores));
    return &opened_.emplace(sent.form, std::move(scores)).first->second;
  }

 private:
  const access::SealKey& key_;
  std::map<FormId, Scores> opened_;
};

/// What has changed since `before`, which was sent earlier. What single answers are the client's to show is held
/// against each other as it is shown where they are not: of the two forms one may be shown and the other not.
Result<std::optional<ChangeResult>> change_from(const ComparedForm& stored, const std::optional<SentScores>& before,
                                                AccountId viewer, OpenedScores& opened) {
  const auto* instrument = instrument_of(stored.form);
  if (!before || instrument == nullptr) return std::optional<ChangeResult>();
  TRY_ASSIGN(const auto* earlier, opened.of(*before));
  TRY_ASSIGN(const auto* now, opened.of(*stored.scores));
  if (viewer == stored.form.filled_in_by || !instrument->scoring().items_if_allowed) {
    return change_since(*instrument, *earlier, before->completed_at, *now);
  }
  auto not_shown = stored.form;
  not_shown.items_allowed = false;
  return change_since(*instrument, for_viewer(*earlier, not_shown, viewer), before->completed_at,
                      for_viewer(*now, not_shown, viewer));
}

/// With its latest scores and what they say against those before.
Result<Form> describe(const ComparedForm& stored, AccountId viewer, OpenedScores& opened) {
  auto form = describe(stored.form, viewer);
  if (!stored.scores || is_hidden(stored.form, viewer)) return form;
  TRY_ASSIGN(const auto* scores, opened.of(*stored.scores));
  form.scores = for_viewer(*scores, stored.form, viewer);
  TRY_ASSIGN(form.since_first, change_from(stored, stored.first, viewer, opened));
  TRY_ASSIGN(form.since_previous, change_from(stored, stored.previous, viewer, opened));
  return form;
}

/// What the client's own forms of the episode have raised; nothing for anybody else.
std::vector<safety::RaisedConcern> own_concerns(store::ReadTx& tx, AccountId viewer, const StoredForm& form) {
  if (viewer != form.client) return {};
  return safety::list_concerns_of(tx, viewer, form.episode);
}

/// For the client, where the form has raised a concern: "minimal" or "reliably better" beside an answer that a person
/// looks at would say that all is well.
void leave_verdicts_out(Form& form) {
  if (form.scores) form.scores->band.reset();
  form.since_first.reset();
  form.since_previous.reset();
}

Result<Answer<Forms>> read_forms(Context& context, Call& call) {
  TRY_ASSIGN(const auto limit, call.query_int("limit", 200, 1, kLargestList));
  const auto viewer = context.viewer.account;
  std::vector<safety::RaisedConcern> raised;
  TRY_ASSIGN(auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    auto forms = list_compared(tx, viewer, call.path_id<EpisodeId>("episode"), limit + 1);
    if (forms && !forms->empty()) raised = own_concerns(tx, viewer, forms->front().form);
    return forms;
  }));
  if (stored.empty()) {
    context.is_written_down = true;  // there is nothing to see
    return Answer<Forms>{};
  }
  Answer<Forms> answer;
  answer.value.more = std::ssize(stored) > limit;
  if (answer.value.more) stored.erase(stored.begin());
  const auto client = stored.front().form.client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  OpenedScores opened(*key);
  for (const auto& one : stored) {
    TRY_ASSIGN(auto form, describe(one, viewer, opened));
    if (safety::has_raised(raised, form.id)) leave_verdicts_out(form);
    answer.value.forms.push_back(std::move(form));
  }
  TRY(audit_read(context, call, client, std::nullopt, "forms"));
  return answer;
}

/// What the viewer sees of a form; writes nothing down.
Result<FormDetails> details_of(Context& context, const Call& call, FormId id, AccountId& client) {
  const auto viewer = context.viewer.account;
  std::vector<StoredVersion> versions;
  std::vector<safety::RaisedConcern> raised;
  TRY_ASSIGN(const auto compared, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    versions = list_versions(tx, id);
    auto found = find_compared(tx, viewer, id);
    if (found) raised = own_concerns(tx, viewer, found->form);
    return found;
  }));
  const auto& stored = compared.form;
  client = stored.client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(client, call.deadline));
  OpenedScores opened(*key);
  FormDetails details;
  TRY_ASSIGN(details.form, describe(compared, viewer, opened));
  if (is_hidden(stored, viewer)) return details;
  const bool has_raised = safety::has_raised(raised, id);
  if (has_raised) leave_verdicts_out(details.form);
  const bool items = sees_items(stored, viewer);
  for (const auto& version : versions) {
    TRY_ASSIGN(auto scores, open_scores(*key, id, version.version, version.sealed_scores));
    if (has_raised) scores.band.reset();
    FormVersion one{version.version, version.completed_at, for_viewer(std::move(scores), stored, viewer), std::nullopt};
    if (items) {
      TRY_ASSIGN(one.answers, open_answers(*key, id, version.version, version.sealed_answers));
    }
    details.versions.push_back(std::move(one));
  }
  if (viewer == stored.filled_in_by && stored.sealed_draft) {
    TRY_ASSIGN(details.draft, open_answers(*key, id, 0, *stored.sealed_draft));
  }
  return details;
}

/// Whoever has closed their account since has no name any more, and is told nothing.
Result<std::vector<std::string>> names_of(Context& context, const Call& call, const std::vector<AccountId>& people) {
  std::vector<std::string> names;
  for (const auto person : people) {
    auto profile = people::profile_of(context.house, person, call.deadline);
    if (profile) {
      names.push_back(std::move(profile->name));
    } else if (profile.error().kind != ErrorKind::not_found) {
      return fail(profile.error());
    }
  }
  return names;
}

/// What came of the concern that the latest answers have raised, or an earlier version's that is still open.
safety::Told told_of(const safety::Concern& concern, const safety::Team& team,
                     const std::vector<safety::Reader>& readers) {
  const auto is_supervisor = [](const safety::Reader& one) { return one.part == safety::Part::supervisor; };
  safety::Told told;
  told.left =
      !readers.empty() && std::none_of(readers.begin(), readers.end(), [](const auto& one) { return one.is_here; });
  told.kind = concern.kind;
  told.state = safety::state_of(concern);
  told.since = concern.raised_at;
  told.supervisor_told = std::any_of(readers.begin(), readers.end(), is_supervisor);
  const bool clock_runs = told.state == safety::ConcernState::open && !concern.escalated_at;
  if (clock_runs && team.supervisor) told.acknowledge_by = concern.acknowledge_by;
  return told;
}

/// Whoever reads a name that they do not know is told whose it is.
Result<std::optional<std::string>> name_of_deputy(Context& context, const Call& call,
                                                  const std::optional<AccountId>& deputy) {
  if (!deputy) return std::optional<std::string>();
  TRY_ASSIGN(auto names, names_of(context, call, {*deputy}));
  return names.empty() ? std::optional<std::string>() : std::optional(std::move(names.front()));
}

/// For the client: who looks at answers that call for a person, and whether the latest have called for one.
Result<void> add_readers(Context& context, const Call& call, const safety::Rules& rules, FormDetails& details) {
  const auto* instrument = instrument_of(details.form.questionnaire, details.form.digest);
  const auto kind = instrument == nullptr ? std::nullopt : safety::kind_of(*instrument);
  if (!kind) return {};
  std::optional<safety::Concern> concern;
  std::vector<safety::Reader> readers;
  TRY_ASSIGN(const auto team, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    concern = safety::latest_concern_of(tx, details.form.id);
    if (concern) readers = safety::list_readers(tx, concern->id);
    return safety::find_team(tx, details.form.episode);
  }));
  TRY_ASSIGN(details.looked_at_by, names_of(context, call, safety::first_readers(team, *kind)));
  if (kind == safety::Kind::safety) {
    TRY_ASSIGN(details.deputy, name_of_deputy(context, call, team.deputy));
  }
  details.then_supervisor = kind == safety::Kind::safety && team.supervisor.has_value();
  if (details.versions.empty() || !concern) return {};
  const bool earlier = safety::items_to_look_at(*instrument, *details.versions.back().answers).empty();
  if (earlier && concern->closed_at) return {};
  details.told = told_of(*concern, team, readers);
  details.told->earlier = earlier;
  std::vector<AccountId> told;
  for (const auto& one : readers) {
    if (one.part != safety::Part::supervisor) told.push_back(one.account);
  }
  TRY_ASSIGN(details.told->readers, names_of(context, call, told));
  const auto deputy =
      std::find_if(readers.begin(), readers.end(), [](const auto& one) { return one.part == safety::Part::deputy; });
  if (deputy != readers.end()) {
    TRY_ASSIGN(details.told->deputy, name_of_deputy(context, call, deputy->account));
  }
  const auto raised = std::find_if(details.versions.begin(), details.versions.end(),
                                   [&](const FormVersion& one) { return one.version == concern->version; });
  if (raised != details.versions.end() && safety::calls_for_contacts(*instrument, *raised->answers)) {
    details.told->complaint_contact = rules.complaint_contact;
    details.told->safeguarding_contact = rules.safeguarding_contact;
  }
  return {};
}

/// With what concerns the client alone.
Result<FormDetails> details_for(Context& context, const Call& call, const safety::Rules& rules, FormId id,
                                AccountId& client) {
  TRY_ASSIGN(auto details, details_of(context, call, id, client));
  if (context.viewer.account == client) TRY(add_readers(context, call, rules, details));
  return details;
}

Result<Answer<FormDetails>> read_form(Context& context, Call& call, const safety::Rules& rules) {
  const auto id = call.path_id<FormId>("form");
  AccountId client;
  TRY_ASSIGN(auto details, details_for(context, call, rules, id, client));
  TRY(audit_read(context, call, client, std::nullopt, "form " + id.text()));
  return Answer<FormDetails>{200, std::move(details)};
}

Result<std::optional<Time>> due_at(const FormRequest& request, Time now) {
  if (!request.due_in_days) return std::optional<Time>();
  if (*request.due_in_days < 0 || *request.due_in_days > kLongestDueDays) {
    return fail(invalid("form.due", "A form is due within a year.",
                        {{"/due_in_days", "Give a whole number of days from 0 to 365."}}));
  }
  return std::optional<Time>(now + std::chrono::days(*request.due_in_days));
}

/// What can be seen to be wrong once it is known that the episode is theirs.
Result<NewForm> checked(const FormRequest& request, EpisodeId episode, Time now) {
  if (uuid_version(request.id.uuid()) != 7) {
    return fail(invalid("form.id_not_v7", "The form's id must be a UUID of version 7.",
                        {{"/id", "Make a UUID of version 7 (RFC 9562) for every new form."}}));
  }
  TRY_ASSIGN(const auto* instrument, find_offered(request.questionnaire.str()));
  TRY_ASSIGN(const auto due, due_at(request, now));
  return NewForm{request.id, episode, instrument->id(), request.occasion, due};
}

Result<Answer<Form>> ask(Context& context, Call& call, const FormRequest& request) {
  const auto episode = call.path_id<EpisodeId>("episode");
  const auto therapist = context.viewer.account;
  const auto now = context.house.clock.now();
  TRY(context.house.db.read(call.deadline,
                            [&](store::ReadTx& tx) { return client_of_episode(tx, therapist, episode); }));
  TRY_ASSIGN(const auto wanted, checked(request, episode, now));
  TRY_ASSIGN(const auto asked, audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
               auto made = ask_form(tx, therapist, wanted, now);
               if (made) {
                 entry.client = made->form.client;
                 entry.view = "form " + made->form.id.text();
                 entry.count = made->is_new ? 1 : 0;
                 tell(tx, made->form, FormChange::asked);  // again too: the telling may have been lost with the answer
               }
               return made;
             }));
  return Answer<Form>{asked.is_new ? 201 : 200, describe(asked.form, therapist)};
}

/// Nor can it be seen from the refusal whether the client has begun.
Result<void> may_be_withdrawn(const StoredForm& form) {
  const auto* instrument = instrument_of(form);
  if (instrument == nullptr || !is_for_neutral_person(*instrument)) return {};
  return fail({ErrorKind::conflict, "form.for_neutral_person",
               "This form is for the neutral person and cannot be taken back by the therapist it may be about."});
}

Result<Answer<Nothing>> withdraw(Context& context, Call& call) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<StoredForm> {
    const auto id = call.path_id<FormId>("form");
    const auto therapist = context.viewer.account;
    TRY_ASSIGN(const auto found, find_form(tx, therapist, id));
    TRY(may_be_withdrawn(found));
    TRY_ASSIGN(auto form, withdraw_form(tx, therapist, id, context.house.clock.now()));
    entry.client = form.client;
    entry.count = 1;
    tell(tx, form, FormChange::withdrawn);
    return form;
  }));
  return Answer<Nothing>{204, {}};
}

Result<StoredForm> own_form(Context& context, const Call& call) {
  TRY_ASSIGN(auto form, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_form(tx, context.viewer.account, call.path_id<FormId>("form"));
  }));
  if (form.filled_in_by != context.viewer.account) return fail(not_found());
  return form;
}

/// What was asked for once can be sent, also after the instrument was withdrawn.
Result<const Instrument*> still_readable(const StoredForm& form) {
  const auto* instrument = instrument_of(form);
  if (instrument != nullptr && can_be_filled_in(*instrument)) return instrument;
  return fail(
      {ErrorKind::conflict, "form.unreadable",
       "This program cannot read the version of the questionnaire that was asked for. What was answered is kept. "
       "The practice's administrator sees what is wrong."});
}

std::string text_of_answers(const Answers& answers) {
  std::string text;
  http::write(text, answers);
  return text;
}

Result<Answer<SavedAnswers>> save(Context& context, Call& call, const AnswersToSave& body) {
  TRY_ASSIGN(const auto form, own_form(context, call));
  TRY_ASSIGN(const auto* instrument, still_readable(form));
  const Answers answers{body.language.str(), body.answers};
  TRY(check_answers(*instrument, answers));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(form.client, call.deadline));
  const auto sealed = seal_answers(*key, form.id, 0, answers);
  const auto is_same = [&](const Bytes& draft) {
    const auto stored = open_answers(*key, form.id, 0, draft);
    return stored && text_of_answers(*stored) == text_of_answers(answers);
  };
  TRY_ASSIGN(const auto revision, context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return save_answers(tx, form.filled_in_by, form.id, body.based_on, sealed, is_same);
  }));
  return Answer<SavedAnswers>{200, {revision}};
}

/// A version that is about to be sent, and which kind of concern its answers raise beside those that are open then.
struct Outgoing {
  StoredVersion version;
  std::function<std::optional<safety::Kind>(const safety::StillOpen&)> raises = {};
};

/// What was sent before this version.
Result<std::optional<Answers>> before_this(Context& context, const Call& call, const access::SealKey& key,
                                           const StoredForm& form) {
  if (form.version == 0) return std::nullopt;
  TRY_ASSIGN(const auto versions,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<StoredVersion>> {
               return list_versions(tx, form.id);
             }));
  const auto& last = versions.back();
  TRY_ASSIGN(auto answers, open_answers(key, form.id, last.version, last.sealed_answers));
  return answers;
}

/// Scores what was saved and seals both as a version. Without a draft there is nothing to make one from; then it has
/// been sent before, or is refused, and nothing of this is stored.
Result<Outgoing> version_of(Context& context, const Call& call, const StoredForm& form, const Completion& body) {
  Outgoing outgoing{{form.id, body.version, body.revision, context.house.clock.now(), {}, {}}};
  auto& version = outgoing.version;
  if (!form.sealed_draft) return outgoing;
  TRY_ASSIGN(const auto* instrument, still_readable(form));
  TRY_ASSIGN(const auto key, context.house.keys.key_for(form.client, call.deadline));
  TRY_ASSIGN(auto saved, open_answers(*key, form.id, 0, *form.sealed_draft));
  auto answers = only_asked(*instrument, std::move(saved));
  TRY_ASSIGN(const auto scores, score_answers(*instrument, answers));
  version.sealed_answers = seal_answers(*key, form.id, body.version, answers);
  version.sealed_scores = seal_scores(*key, form.id, body.version, scores);
  if (form.respondent == Respondent::therapist) return outgoing;  // it is the client who is looked after
  TRY_ASSIGN(auto before, before_this(context, call, *key, form));
  outgoing.raises = [instrument, answers = std::move(answers), before = std::move(before)](const auto& open) {
    return safety::raised_by(*instrument, answers, before, open);
  };
  return outgoing;
}

/// That a form was corrected would say something about what is hidden.
Hearers hearers_of(const StoredForm& form, std::int64_t version) {
  return version > 1 && is_hidden(form, form.therapist) ? Hearers::client : Hearers::both;
}

/// The version and the concern that it raises are stored together, or neither is. What is open is asked here, so that a
/// concern that somebody closes at this moment either knows of this version or does not silence it.
Result<bool> store_version(store::WriteTx& tx, const StoredForm& form, const Outgoing& outgoing,
                           const safety::Rules& rules) {
  const auto& version = outgoing.version;
  TRY(people::hold_open(tx, form.episode));
  TRY_ASSIGN(const bool is_new, complete_form(tx, form.filled_in_by, version));
  tell(tx, form, FormChange::completed, hearers_of(form, version.version));
  if (!is_new) {
    TRY(safety::tell_again(tx, form.id, version.version));
    return is_new;
  }
  const auto kind = outgoing.raises ? outgoing.raises(safety::lock_open(tx, form.id)) : std::nullopt;
  if (kind) TRY(safety::raise(tx, form, version.version, *kind, rules, version.completed_at));
  return is_new;
}

Result<Answer<FormDetails>> complete(Context& context, Call& call, const safety::Rules& rules, const Completion& body) {
  TRY_ASSIGN(const auto form, own_form(context, call));
  TRY_ASSIGN(const auto outgoing, version_of(context, call, form, body));
  TRY_ASSIGN(const bool is_new, audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
               auto made = store_version(tx, form, outgoing, rules);
               entry.client = form.client;
               entry.view = "form " + form.id.text();
               entry.count = made && *made ? 1 : 0;
               return made;
             }));
  AccountId client;
  TRY_ASSIGN(auto details, details_for(context, call, rules, form.id, client));
  return Answer<FormDetails>{is_new ? 201 : 200, std::move(details)};
}

Result<Answer<Nothing>> change_items(Context& context, Call& call, const ItemsAllowed& body) {
  TRY_ASSIGN(const auto form, own_form(context, call));
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    TRY_ASSIGN(const bool changed, allow_items(tx, form.filled_in_by, form.id, body.allowed));
    entry.client = form.client;
    entry.count = changed ? 1 : 0;
    if (changed) tell(tx, form, FormChange::items);
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Nothing>> choose_items(Context& context, Call& call, const ItemsShown& body) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<void> {
    const auto client = context.viewer.account;
    TRY_ASSIGN(const bool changed,
               show_items(tx, client, call.path_id<EpisodeId>("episode"), body.questionnaire.str(), body.shown));
    entry.client = client;
    entry.count = changed ? 1 : 0;
    return {};
  }));
  return Answer<Nothing>{204, {}};
}

Result<Answer<Questionnaires>> read_questionnaires(Context& /*context*/, Call& /*call*/) {
  return Answer<Questionnaires>{200, list_offered()};
}

/// Of the version that a form was asked with, or of the one that is offered now.
const Instrument* readable(const Call& call) {
  const auto& id = call.path_text("questionnaire");
  if (const auto digest = call.query_text("digest"); digest && !digest->empty()) {
    const auto* asked = instruments().find_version(*digest);
    return asked != nullptr && asked->id() == id && can_be_filled_in(*asked) ? asked : nullptr;
  }
  const auto* instrument = instruments().find(id);
  return instrument != nullptr && is_offered(*instrument) ? instrument : nullptr;
}

Result<Answer<QuestionnaireText>> read_questionnaire(Context& /*context*/, Call& call) {
  const auto* instrument = readable(call);
  if (instrument == nullptr) return fail(not_found());
  return Answer<QuestionnaireText>{200, text_of(*instrument, call.query_text("language").value_or(""))};
}

void add_wording_routes(Routes& routes) {
  routes.get("/api/questionnaires")
      .says("The questionnaires that can be given out as forms")
      .explains("Those with wording. What is for the neutral person (RISQ) can be asked for only where there is one.")
      .answers<Questionnaires>()
      .needs(PermissionName{"read_form"})
      .not_audited("it tells of nobody")
      .handle(read_questionnaires);
  routes.get("/api/questionnaires/{questionnaire:text}")
      .says("The wording of a questionnaire")
      .query("language", "string", "en, de …; without official wording in it, the questionnaire's own")
      .query("digest", "string", "of the version that a form was asked with; without it, what is offered now")
      .answers<QuestionnaireText>()
      .needs(PermissionName{"read_form"})
      .not_audited("it tells of nobody")
      .handle(read_questionnaire);
}

/// Clients and therapists both fill in forms; whose this one is, is asked of the form.
void add_filling_routes(Routes& routes, const safety::Rules& rules) {
  routes.put("/api/forms/{form}/answers")
      .says("Keep the answers so far")
      .explains(
          "Send the whole state after each answer. 409 `form.older`: another device went on from the same revision; "
          "read "
          "the form again. The same answers sent again are answered 200. After completion this begins a correction.")
      .body<AnswersToSave>()
      .answers<SavedAnswers>()
      .needs(PermissionName{"read_form"}, "form")
      .not_audited("one's own unfinished answers, which nobody else can read; sending them is audited")
      .limit(http::kReplaces)
      .handle(save);
  routes.post("/api/forms/{form}/completion")
      .says("Send the form: what was saved is scored and kept for good")
      .explains(
          "Only the latest saved answers can be sent. Sent again after a lost answer it is the same version, 200. A "
          "correction is a further version; those before it stay. When the answer holds `told`, show the crisis "
          "contacts "
          "and what it says at once.")
      .body<Completion>()
      .answers<FormDetails>(201, 200)
      .needs(PermissionName{"read_form"}, "form")
      .audits("form.complete")
      .handle([rules](Context& context, Call& call, const Completion& body) {
        return complete(context, call, rules, body);
      });
  routes.put("/api/forms/{form}/items-allowed")
      .says("Choose whether the other of the two sees single answers of a form of one's own")
      .explains(
          "Of consequence where `items_if_allowed`, and of a therapist's own form; it can be changed at any time.")
      .body<ItemsAllowed>()
      .answers<Nothing>(204)
      .needs(PermissionName{"read_form"}, "form")
      .audits("form.allow_items")
      .handle(change_items);
  routes.put("/api/episodes/{episode}/items-shown")
      .says("Choose ahead whether the therapist sees single answers of a questionnaire")
      .explains(
          "The client's choice, for forms that are asked for from now on; each can still be changed. 422 `form.items` "
          "for what goes to the neutral person, which is decided form by form.")
      .body<ItemsShown>()
      .answers<Nothing>(204)
      .needs(PermissionName{"fill_form"}, "episode")
      .audits("form.show_items")
      .handle(choose_items);
}

}  // namespace

void add_questionnaire_routes(Routes& routes, const safety::Rules& rules) {
  routes.event<FormEvent>();
  add_wording_routes(routes);
  routes.get("/api/episodes/{episode}/forms")
      .says("The forms of an episode, with scores and what has changed")
      .query("limit", "integer", "how many of the latest asked (1 to 500)")
      .answers<Forms>()
      .needs(PermissionName{"read_form"}, "episode")
      .audits("forms.read")
      .handle(read_forms);
  routes.post("/api/episodes/{episode}/forms")
      .says("Ask the client for a form")
      .explains("The same id sent again is the same form, as for messages.")
      .body<FormRequest>()
      .answers<Form>(201, 200)
      .needs(PermissionName{"ask_form"}, "episode")
      .audits("form.ask")
      .handle(ask);
  routes.get("/api/forms/{form}")
      .says("A form with everything that was sent, and for the client what was not sent yet")
      .answers<FormDetails>()
      .needs(PermissionName{"read_form"}, "form")
      .audits("form.read")
      .handle([rules](Context& context, Call& call) { return read_form(context, call, rules); });
  routes.del("/api/forms/{form}")
      .says("Take back a form that the client has not begun")
      .explains("For both it is no longer there. What goes to the neutral person cannot be taken back.")
      .answers<Nothing>(204)
      .needs(PermissionName{"ask_form"}, "form")
      .audits("form.withdraw")
      .handle(withdraw);
  add_filling_routes(routes, rules);
}

}  // namespace rapport::questionnaires
