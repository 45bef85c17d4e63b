#include "features/consent/consent_api.hpp"

#include <algorithm>

#include "features/consent/consent_shapes.hpp"
#include "features/consent/consent_texts.hpp"
#include "features/people/people.hpp"
#include "features/people/profiles.hpp"

namespace rapport::consent {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;

ConsentText shown(const Text& text, std::string_view language) {
  const auto& wording = wording_of(text, language);
  ConsentText shown{text.version,
                    wording.language,
                    wording.title,
                    wording.in_short,
                    {},
                    wording.when_given,
                    wording.when_withdrawn,
                    text.draft,
                    to_hex(digest_of(text, wording))};
  for (const auto& section : wording.sections) shown.sections.push_back({section.title, section.paragraphs});
  return shown;
}

ConsentState state_of(const Record& latest) {
  if (latest.put_back_to) return ConsentState::put_back;
  if (!latest.given) return ConsentState::withdrawn;
  return counts(latest) ? ConsentState::given : ConsentState::outdated;
}

Result<ConsentStep> step_of(Context& context, const Call& call, people::Names& names, const Record& record) {
  ConsentStep step{record.given, record.version, record.language, record.at, {}, {}, record.put_back_to};
  if (record.by != record.person) {
    TRY_ASSIGN(step.by, names.of(record.by));
  }
  if (record.sealed_note) {
    TRY_ASSIGN(const auto key, context.house.keys.key_for(record.person, call.deadline));
    TRY_ASSIGN(step.note, access::unseal(*key, record.id.bytes(), *record.sealed_note));
  }
  return step;
}

/// The text that was agreed to, where it is another than the one of now.
std::optional<ConsentText> agreed_text(const Record& latest, const Text& now) {
  if (!latest.given || latest.version == now.version) return std::nullopt;
  const auto* text = texts().find(latest.purpose, latest.version);
  return text == nullptr ? std::nullopt : std::optional(shown(*text, latest.language));
}

Result<Consent> describe(Context& context, const Call& call, const Text& text, const std::vector<Record>& records) {
  Consent consent;
  consent.purpose = text.purpose;
  consent.text = shown(text, call.query_text("language").value_or(""));
  people::Names names(context.house, call.deadline);
  for (const auto& record : records) {
    if (record.purpose != text.purpose) continue;
    TRY_ASSIGN(auto step, step_of(context, call, names, record));
    consent.steps.push_back(std::move(step));
    if (record.episode) continue;
    consent.state = state_of(record);
    consent.since = record.at;
    consent.agreed = agreed_text(record, text);
  }
  consent.decisions = std::ssize(consent.steps);
  return consent;
}

Result<std::vector<Record>> records_of(Context& context, const Call& call) {
  return context.house.db.read(
      call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Record>> { return of(tx, context.viewer.account); });
}

bool is_decided(const std::vector<Record>& records, std::string_view purpose) {
  return std::any_of(records.begin(), records.end(), [&](const Record& one) { return one.purpose == purpose; });
}

Result<Answer<Consents>> read_own(Context& context, Call& call) {
  TRY_ASSIGN(const auto records, records_of(context, call));
  Answer<Consents> answer;
  for (const auto* text : texts().asked_now()) {
    // What one decided stays there, to be withdrawn, though others are asked by now.
    if (!is_asked(*text, context.viewer.role) && !is_decided(records, text->purpose)) continue;
    TRY_ASSIGN(auto consent, describe(context, call, *text, records));
    answer.value.consents.push_back(std::move(consent));
  }
  return answer;
}

Result<Answer<Consent>> decide_own(Context& context, const Call& call, const ConsentDecision& wanted,
                                   const std::vector<WhenWithdrawn>& when_withdrawn) {
  const auto* text = texts().asked_now(call.path_text("purpose"));
  if (text == nullptr) return fail(not_found());
  if (!is_asked(*text, context.viewer.role)) {
    TRY_ASSIGN(const auto before, records_of(context, call));
    if (wanted.given || !is_decided(before, text->purpose)) return fail(not_found());
  }
  const auto person = context.viewer.account;
  const auto now = context.house.clock.now();
  const Decision decision{.id = ConsentId::make(now),
                          .person = person,
                          .purpose = text->purpose,
                          .version = wanted.version.str(),
                          .language = wanted.language.str(),
                          .given = wanted.given,
                          .by = person,
                          .based_on = wanted.based_on,
                          .at = now};
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) {
    auto changed = decide(tx, decision, when_withdrawn);
    if (context.viewer.role == access::Role::client) entry.client = person;
    entry.count = changed && *changed ? 1 : 0;
    return changed;
  }));
  TRY_ASSIGN(const auto records, records_of(context, call));
  TRY_ASSIGN(auto consent, describe(context, call, *text, records));
  return Answer<Consent>{200, std::move(consent)};
}

/// Yes or no and nothing else: when somebody withdrew, or how often, would ask to be talked about.
Result<Answer<ClientConsents>> read_of_client(Context& context, Call& call) {
  const auto episode = call.path_id<EpisodeId>("episode");
  const auto language = call.query_text("language").value_or("");
  Answer<ClientConsents> answer;
  TRY_ASSIGN(const auto client, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<AccountId> {
    TRY_ASSIGN(const auto found, people::find_episode(tx, context.viewer.account, episode));
    answer.value.consents.clear();  // this may be run again
    for (const auto* text : texts().asked_now()) {
      if (!text->therapist_sees || !is_asked(*text, access::Role::client)) continue;
      answer.value.consents.push_back(
          {text->purpose, wording_of(*text, language).title, has(tx, found.client, text->purpose, episode)});
    }
    return found.client;
  }));
  TRY(audit_read(context, call, client, std::nullopt, "consents"));
  return answer;
}

}  // namespace

void add_consent_routes(Routes& routes, const std::vector<WhenWithdrawn>& when_withdrawn) {
  routes.get("/api/me/consents")
      .says("What one is asked to agree to, and what one has decided")
      .query("language", "string", "of the texts: en, de or another that the practice has")
      .answers<Consents>()
      .needs(PermissionName{"give_consent"})
      .not_audited("the practice's texts and one's own decisions, which nobody else is shown here")
      .handle(read_own);
  routes.put("/api/me/consents/{purpose:text}")
      .says("Agree to something, or withdraw it")
      .explains(
          "It holds at once. Sent again it changes nothing. A consent is refused with 409 `consent.version` when the "
          "text "
          "has changed, and with `consent.older` when something was decided since it was read; a withdrawal never is.")
      .query("language", "string", "of the text in the answer")
      .body<ConsentDecision>()
      .answers<Consent>()
      .needs(PermissionName{"give_consent"})
      .audits("consent.decide")
      .handle([when_withdrawn](Context& context, Call& call, const ConsentDecision& wanted) {
        return decide_own(context, call, wanted, when_withdrawn);
      });
  routes.get("/api/episodes/{episode}/consents")
      .says("What a client agrees to, as far as the work depends on it")
      .query("language", "string", "of the titles")
      .answers<ClientConsents>()
      .needs(PermissionName{"read_consents"}, "episode")
      .audits("consents.read")
      .handle(read_of_client);
}

}  // namespace rapport::consent
