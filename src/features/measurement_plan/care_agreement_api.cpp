#include "features/measurement_plan/care_agreement_api.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "features/encounters/encounters.hpp"
#include "features/measurement_plan/care_agreement.hpp"
#include "features/measurement_plan/care_proposal.hpp"
#include "features/people/profiles.hpp"
#include "features/questionnaires/questionnaires_rules.hpp"
#include "http/text.hpp"

namespace rapport::measurement_plan {

struct CareReason {
  static constexpr std::string_view says = "The first form of its kind in the episode, and its score.";
  questionnaires::FormId form;
  std::string questionnaire;
  std::string name;
  double score = 0;
  Time at;
};
BOOST_DESCRIBE_STRUCT(CareReason, (), (form, questionnaire, name, score, at))

struct CareProposal {
  static constexpr std::string_view says =
      "What a rule proposes, for the therapist to accept or change: so many sessions in so many weeks, a first contact "
      "by `first_contact_by` unless the two have met, and words about support and safety. `because`: the form that it "
      "goes by, the one that asks "
      "for "
      "most. `published`: whether the rule is; `citation` where it is.";
  std::string rule_version;
  bool published = false;
  std::optional<std::string> citation;
  CareReason because;
  std::int64_t sessions = 1;
  std::int64_t weeks = 1;
  std::optional<std::int64_t> first_contact_hours;
  std::optional<Time> first_contact_by;
  std::string support;
  std::string safety;
};
BOOST_DESCRIBE_STRUCT(CareProposal, (),
                      (rule_version, published, citation, because, sessions, weeks, first_contact_hours,
                       first_contact_by, support, safety))

struct CareDecision {
  static constexpr std::string_view says =
      "What was agreed on. `by` decided it; `as_proposed`: word for word what the rule had proposed, for the therapist "
      "alone. Without `first_contact_by` there was no form to count from, without `first_contact_hours` the two had "
      "met "
      "already.";
  std::int64_t number = 0;
  Time decided_at;
  std::string by;
  std::optional<bool> as_proposed;
  std::int64_t sessions = 1;
  std::int64_t weeks = 1;
  std::optional<std::int64_t> first_contact_hours;
  std::optional<Time> first_contact_by;
  std::string support;
  std::string safety;
};
BOOST_DESCRIBE_STRUCT(CareDecision, (),
                      (number, decided_at, by, as_proposed, sessions, weeks, first_contact_hours, first_contact_by,
                       support, safety))

struct CareAnswer {
  static constexpr std::string_view says =
      "`agreed`: what was decided, the latest first, which holds. `proposal`: for the therapist alone, once the client "
      "has sent a form that the rule knows. `met`: a session has begun, so nobody waits for a first contact.";
  std::vector<CareDecision> agreed;
  std::optional<CareProposal> proposal;
  bool met = false;
};
BOOST_DESCRIBE_STRUCT(CareAnswer, (), (agreed, proposal, met))

struct CareWanted {
  static constexpr std::string_view says =
      "`number`: one more than that of the latest decision, 1 for the first; 409 `care.older` where something was "
      "decided "
      "meanwhile. `sessions` 1 to 7 in `weeks` 1 to 12, `first_contact_hours` 1 to 672; it can be left out once the "
      "two "
      "have `met`.";
  std::int64_t number = 1;
  std::int64_t sessions = 1;
  std::int64_t weeks = 1;
  std::optional<std::int64_t> first_contact_hours;
  http::Text<0, kLongestCareText> support;
  http::Text<0, kLongestCareText> safety;
};
BOOST_DESCRIBE_STRUCT(CareWanted, (), (number, sessions, weeks, first_contact_hours, support, safety))

namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

/// Everything as it is stored, of one moment.
struct Stored {
  AccountId client;
  bool met = false;
  std::vector<StoredCare> agreements;
  FirstForms first;
};

/// What is planned comes first, and of that there are not so many.
bool have_met(store::ReadTx& tx, AccountId client, EpisodeId episode) {
  const auto latest = encounters::list_encounters(tx, client, episode, std::nullopt, encounters::kLargestPage);
  return std::any_of(latest.begin(), latest.end(), [](const auto& one) { return one.began_at.has_value(); });
}

Result<Stored> read_stored(store::ReadTx& tx, AccountId viewer, EpisodeId episode, const IntakeRule& rule) {
  Stored stored;
  TRY_ASSIGN(stored.agreements, list_agreements(tx, viewer, episode));
  TRY_ASSIGN(stored.client, questionnaires::client_of_episode(tx, viewer, episode));
  stored.met = have_met(tx, stored.client, episode);
  if (viewer == stored.client) return stored;
  TRY_ASSIGN(stored.first, list_first_forms(tx, viewer, episode, rule));
  return stored;
}

CareProposal proposal_of(const IntakeRule& rule, const FoundStep& found, bool met, std::string_view language) {
  const auto* instrument = questionnaires::instrument_of(*found.form);
  const auto at = *found.form->completed_at;
  CareProposal proposal;
  proposal.rule_version = rule.version;
  proposal.published = rule.is_published;
  proposal.citation = rule.citation;
  proposal.because = {found.form->id, found.form->instrument,
                      instrument == nullptr ? found.form->instrument : instrument->scoring().name, found.score, at};
  proposal.sessions = found.step->sessions;
  proposal.weeks = found.step->weeks;
  if (!met) {
    proposal.first_contact_hours = found.step->first_contact_hours;
    proposal.first_contact_by = found.contact_by();
  }
  proposal.support = found.step->support.in(language);
  proposal.safety = found.step->safety.in(language);
  return proposal;
}

Result<CareDecision> decision_of(const StoredCare& stored, const access::SealKey& key, people::Names& names,
                                 bool is_own) {
  TRY_ASSIGN(auto care, open_care(key, stored.episode, stored.number, stored.sealed));
  CareDecision decision;
  decision.number = stored.number;
  decision.decided_at = stored.decided_at;
  TRY_ASSIGN(decision.by, names.of_therapist(stored.decided_by));
  if (!is_own) decision.as_proposed = care.as_proposed;
  decision.sessions = care.sessions;
  decision.weeks = care.weeks;
  if (care.first_contact_hours != 0) decision.first_contact_hours = care.first_contact_hours;
  if (care.first_contact_by != 0) decision.first_contact_by = from_micros(care.first_contact_by);
  decision.support = std::move(care.support);
  decision.safety = std::move(care.safety);
  return decision;
}

/// What the viewer sees; writes nothing down.
Result<CareAnswer> care_of(Context& context, const Call& call, const IntakeRule& rule, const Stored& stored) {
  const bool is_own = context.viewer.account == stored.client;
  TRY_ASSIGN(const auto key, context.house.keys.key_for(stored.client, call.deadline));
  people::Names names(context.house, call.deadline);
  CareAnswer answer;
  answer.met = stored.met;
  for (const auto& one : stored.agreements) {
    TRY_ASSIGN(auto decision, decision_of(one, *key, names, is_own));
    answer.agreed.push_back(std::move(decision));
  }
  if (is_own) return answer;
  TRY_ASSIGN(const auto found, find_step(rule, stored.first, *key));
  if (found) answer.proposal = proposal_of(rule, *found, stored.met, call.query_text("language").value_or("en"));
  return answer;
}

Result<Stored> read_all(Context& context, const Call& call, const IntakeRule& rule) {
  return context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return read_stored(tx, context.viewer.account, call.path_id<EpisodeId>("episode"), rule);
  });
}

Result<Answer<CareAnswer>> read_care(Context& context, Call& call) {
  TRY_ASSIGN(const auto* rule, shipped_intake_rule());
  TRY_ASSIGN(const auto stored, read_all(context, call, *rule));
  TRY_ASSIGN(auto answer, care_of(context, call, *rule, stored));
  TRY(audit_read(context, call, stored.client, std::nullopt, "care"));
  return Answer<CareAnswer>{200, std::move(answer)};
}

Result<void> check(const CareWanted& wanted, bool met) {
  std::vector<FieldError> wrong;
  const auto within = [&](const char* field, std::int64_t value, std::int64_t most) {
    if (value < 1 || value > most) wrong.push_back({field, fmt::format("Give a whole number from 1 to {}.", most)});
  };
  within("/sessions", wanted.sessions, kMostSessions);
  within("/weeks", wanted.weeks, kMostSessionWeeks);
  if (!met || wanted.first_contact_hours) {
    within("/first_contact_hours", wanted.first_contact_hours.value_or(0), kMostContactHours);
  }
  if (wrong.empty()) return {};
  return fail(invalid("care.invalid", "So often, or so soon, two people cannot agree to meet.", std::move(wrong)));
}

std::int64_t contact_hours(const Care& known) {
  return known.first_contact_hours;
}
std::int64_t contact_hours(const CareProposal& known) {
  return known.first_contact_hours.value_or(0);
}

/// Of a proposal or of what was decided.
template <class T>
bool says(const T& known, const CareWanted& wanted) {
  return known.sessions == wanted.sessions && known.weeks == wanted.weeks &&
         contact_hours(known) == wanted.first_contact_hours.value_or(0) && known.support == wanted.support.str() &&
         known.safety == wanted.safety.str();
}

Care care_from(const CareWanted& wanted, const std::optional<CareProposal>& proposal) {
  Care care{wanted.sessions,
            wanted.weeks,
            wanted.first_contact_hours.value_or(0),
            0,
            wanted.support.str(),
            wanted.safety.str(),
            "",
            false};
  if (!proposal) return care;
  if (care.first_contact_hours != 0) {
    care.first_contact_by = to_micros(proposal->because.at + std::chrono::hours(care.first_contact_hours));
  }
  care.rule_version = proposal->rule_version;
  care.as_proposed = says(*proposal, wanted);
  return care;
}

Result<Answer<CareAnswer>> decide(Context& context, Call& call, const CareWanted& wanted) {
  TRY_ASSIGN(const auto* rule, shipped_intake_rule());
  TRY_ASSIGN(const auto before, read_all(context, call, *rule));
  TRY(check(wanted, before.met));
  TRY_ASSIGN(const auto known, care_of(context, call, *rule, before));
  const auto episode = call.path_id<EpisodeId>("episode");
  TRY_ASSIGN(const auto key, context.house.keys.key_for(before.client, call.deadline));
  const StoredCare care{episode,
                        wanted.number,
                        before.client,
                        context.house.clock.now(),
                        context.viewer.account,
                        seal_care(*key, episode, wanted.number, care_from(wanted, known.proposal))};
  const auto is_same = [&](const StoredCare& stored) {
    const auto agreed = open_care(*key, episode, stored.number, stored.sealed);
    return agreed && says(*agreed, wanted);
  };
  TRY_ASSIGN(const bool is_new, audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
               auto made = agree(tx, care, is_same);
               entry.client = before.client;
               entry.count = made && *made ? 1 : 0;
               return made;
             }));
  TRY_ASSIGN(const auto after, read_all(context, call, *rule));
  TRY_ASSIGN(auto answer, care_of(context, call, *rule, after));
  return Answer<CareAnswer>{is_new ? 201 : 200, std::move(answer)};
}

}  // namespace

void add_care_agreement_routes(Routes& routes) {
  routes.get("/api/episodes/{episode}/care")
      .says("How often the two of an episode meet, how soon they speak, and what a rule proposes to the therapist")
      .query("language", "string", "en or de, of what is proposed")
      .answers<CareAnswer>()
      .needs(PermissionName{"read_form"}, "episode")
      .audits("care.read")
      .handle(read_care);
  routes.post("/api/episodes/{episode}/care")
      .says("Decide how often the two meet, how soon they speak, and what is said about support and safety")
      .explains(
          "A decision is never changed; the latest holds. The client reads it. The same sent again by the same "
          "therapist, while it is the latest, is answered 200.")
      .query("language", "string", "en or de, in which the proposal was read")
      .body<CareWanted>()
      .answers<CareAnswer>(201, 200)
      .needs(PermissionName{"ask_form"}, "episode")
      .audits("care.decide")
      .handle(decide);
}

}  // namespace rapport::measurement_plan
