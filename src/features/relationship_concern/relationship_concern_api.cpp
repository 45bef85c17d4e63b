#include "features/relationship_concern/relationship_concern_api.hpp"

#include <algorithm>

#include "features/people/absences.hpp"
#include "features/people/people.hpp"
#include "features/people/profiles.hpp"
#include "features/relationship_concern/repair_guide.hpp"
#include "features/relationship_concern/sealed_words.hpp"

namespace rapport::relationship_concern {
namespace {

using http::Answer;
using http::Call;
using http::PermissionName;
using people::Names;

constexpr std::string_view kPath = "relationship_concern";

RelationshipConcernId id_in(const Call& call) {
  return call.path_id<RelationshipConcernId>(kPath);
}

std::string view_of(RelationshipConcernId id) {
  return "relationship_concern " + id.text();
}

template <class Id>
Result<void> check_id(Id id, const std::string& where = "/id") {
  if (uuid_version(id.uuid()) == 7) return {};
  return fail(invalid("relationship_concern.id_not_v7", "The id must be a UUID of version 7.",
                      {{where, "Make a UUID of version 7 (RFC 9562) for everything that is sent."}}));
}

Result<access::ClientKeys::SharedKey> key_of(Context& context, const Call& call, AccountId client) {
  return context.house.keys.key_for(client, call.deadline);
}

// The client's side.

Result<OwnConcern> own_entry(Context& context, const Call& call, const WholeConcern& stored, Names& names) {
  TRY_ASSIGN(const auto key, key_of(context, call, context.viewer.account));
  return open_own(*key, stored, [&](AccountId who) { return names.of_therapist(who); });
}

/// Whoever stands in for a therapist was not chosen, so what is told waits until they are back.
std::optional<Time> away_until(store::ReadTx& tx, const Hearer& hearer) {
  if (hearer.part != Part::therapist) return std::nullopt;
  const auto away = people::away_of(tx, hearer.account);
  return away && away->starts_at <= tx.now() ? away->ends_at : std::nullopt;
}

Result<Answer<OwnConcerns>> read_own(Context& context, Call& call) {
  const auto client = context.viewer.account;
  struct Named {
    EpisodeId episode;
    Hearer hearer;
    std::optional<Time> away_until;
  };
  std::vector<Named> hearers;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<WholeConcern>> {
               hearers.clear();  // this may be run again
               for (const auto& episode : people::list_episodes(tx, client)) {
                 if (episode.is_over) continue;
                 for (const auto& one : hearers_of(tx, episode.id))
                   hearers.push_back({episode.id, one, away_until(tx, one)});
               }
               return list_own(tx, client);
             }));
  Answer<OwnConcerns> answer;
  Names names(context.house, call.deadline);
  for (const auto& one : stored) {
    TRY_ASSIGN(auto entry, own_entry(context, call, one, names));
    answer.value.concerns.push_back(std::move(entry));
  }
  for (const auto& [episode, one, away] : hearers) {
    TRY_ASSIGN(auto name, names.of(one.account));
    answer.value.hearers.push_back({episode, one.part, one.account, std::move(name), away});
  }
  return answer;
}

Result<OwnConcern> read_one(Context& context, const Call& call, RelationshipConcernId id) {
  TRY_ASSIGN(const auto stored, context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<WholeConcern> {
    TRY_ASSIGN(const auto concern, find_own(tx, context.viewer.account, id));
    return whole(tx, concern);
  }));
  Names names(context.house, call.deadline);
  return own_entry(context, call, stored, names);
}

Result<Answer<OwnConcern>> keep_concern(Context& context, Call& call, const ConcernToKeep& body) {
  TRY(check_id(body.id));
  const auto client = context.viewer.account;
  TRY_ASSIGN(const auto key, key_of(context, call, client));
  NewConcern wanted{body.id, call.path_id<EpisodeId>("episode"), {}};
  if (body.words) wanted.sealed_words = access::seal(*key, body.id.bytes(), body.words->str());
  TRY_ASSIGN(const bool is_new, context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    return keep(tx, client, wanted, context.house.clock.now());
  }));
  TRY_ASSIGN(auto entry, read_one(context, call, body.id));
  return Answer<OwnConcern>{is_new ? 201 : 200, std::move(entry)};
}

/// Runs `step` (WriteTx&, Time) -> Result<bool>, which says whether anything changed, and answers with what has become
/// of it. What nobody was ever told leaves no row: that there is something would be told by it.
template <class F>
Result<Answer<OwnConcern>> own_step(Context& context, Call& call, F step, int when_new = 200) {
  const auto id = id_in(call);
  const auto client = context.viewer.account;
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const bool is_new,
             audited_write(context, call, [&](store::WriteTx& tx, ChangeEntry& entry) -> Result<bool> {
               TRY_ASSIGN(const bool changed, step(tx, now));
               TRY_ASSIGN(const auto concern, find_own(tx, client, id));
               entry.client = client;
               entry.view = view_of(id);
               const bool was_told = !whole(tx, concern).tellings.empty();
               entry.count = changed && was_told ? 1 : 0;
               entry.shows_stored = was_told;
               return changed;
             }));
  TRY_ASSIGN(auto entry, read_one(context, call, id));
  return Answer<OwnConcern>{is_new ? when_new : 200, std::move(entry)};
}

Result<Answer<OwnConcern>> tell_concern(Context& context, Call& call, const ConcernToTell& body) {
  TRY(check_id(body.id));
  TRY_ASSIGN(const auto key, key_of(context, call, context.viewer.account));
  const NewTelling wanted{body.id, id_in(call), body.part, body.account,
                          seal_told(*key, body.id, {body.words, body.asks_for_another})};
  return own_step(
      context, call, [&](store::WriteTx& tx, Time now) { return tell(tx, context.viewer.account, wanted, now); }, 201);
}

Result<Answer<OwnConcern>> say_word(Context& context, Call& call, const WordToSay& body) {
  TRY(check_id(body.id));
  TRY_ASSIGN(const auto key, key_of(context, call, context.viewer.account));
  const NewWord word{body.id, body.telling, seal_said(*key, body.id, {body.text, {}})};
  return own_step(
      context, call,
      [&](store::WriteTx& tx, Time now) { return say(tx, context.viewer.account, id_in(call), word, now); }, 201);
}

Result<Answer<OwnConcern>> answer_proposal(Context& context, Call& call, const AgreementAnswer& body) {
  return own_step(context, call, [&](store::WriteTx& tx, Time now) {
    return answer_agreement(tx, context.viewer.account, id_in(call), body.agreement, body.agrees, now);
  });
}

Result<Answer<OwnConcern>> set_mediation(Context& context, Call& call, const Mediation& body) {
  return own_step(context, call, [&](store::WriteTx& tx, Time now) {
    return mediate(tx, context.viewer.account, id_in(call), body.wanted, now);
  });
}

std::string text_of(const SaidWords& words) {
  std::string text;
  http::write(text, words);
  return text;
}

Result<Answer<OwnConcern>> answer_asked(Context& context, Call& call, const FollowUpAnswer& body) {
  TRY_ASSIGN(const auto key, key_of(context, call, context.viewer.account));
  const SaidWords said{body.words, body.answer};
  NewAnswer answer{body.follow_up, body.answer == IsItBetter::better, seal_answer(*key, body.follow_up, said), {}};
  for (std::size_t i = 0; i < body.readers.size(); ++i) {
    const auto& one = body.readers[i];
    TRY(check_id(one.id, "/readers/" + std::to_string(i) + "/id"));
    answer.to.push_back({one.id, one.telling, seal_said(*key, one.id, said)});
  }
  const auto is_same = [&](const Bytes& sealed) {
    const auto stored = open_answer(*key, {body.follow_up, {}, {}, sealed});
    return stored && *stored && text_of(**stored) == text_of(said);
  };
  return own_step(context, call, [&](store::WriteTx& tx, Time now) {
    return answer_follow_up(tx, context.viewer.account, id_in(call), answer, is_same, now);
  });
}

Result<Answer<OwnConcern>> end_concern(Context& context, Call& call, const ConcernEnding& body) {
  const auto step = body.ending == Ending::closed ? Step::close : Step::withdraw;
  return own_step(context, call, [&](store::WriteTx& tx, Time now) {
    return end(tx, context.viewer.account, id_in(call), step, now);
  });
}

Result<Answer<OwnConcern>> see_concern(Context& context, Call& call, const SeenSoFar& body) {
  TRY(context.house.db.write(
      call.deadline, [&](store::WriteTx& tx) { return see(tx, context.viewer.account, id_in(call), body.seen); }));
  TRY_ASSIGN(auto entry, read_one(context, call, id_in(call)));
  return Answer<OwnConcern>{200, std::move(entry)};
}

// The side of whoever was told.

HeardState heard_state(const Heard& heard, const std::vector<Agreement>& agreements) {
  if (!is_open(heard.concern.state)) return HeardState::closed;
  const bool is_agreed =
      std::any_of(agreements.begin(), agreements.end(), [](const Agreement& one) { return one.agrees == true; });
  if (is_agreed) return HeardState::agreed;
  return heard.telling.heard_at ? HeardState::heard : HeardState::told;
}

Result<HeardEntry> describe(const Heard& heard, const std::vector<Agreement>& agreements, Names& names) {
  HeardEntry entry;
  entry.id = heard.concern.id;
  TRY_ASSIGN(entry.client, names.of(heard.concern.client));
  entry.part = heard.telling.part;
  entry.state = heard_state(heard, agreements);
  entry.told_at = heard.telling.told_at;
  entry.heard_at = heard.telling.heard_at;
  entry.waits = heard.telling.waits && is_open(heard.concern.state);
  entry.news = heard.telling.news;
  if (heard.telling.part == Part::therapist) entry.episode = heard.concern.episode;
  return entry;
}

Result<Answer<HeardConcerns>> read_heard(Context& context, Call& call) {
  struct Listed {
    Heard heard;
    std::vector<Agreement> agreements;
  };
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) -> Result<std::vector<Listed>> {
               std::vector<Listed> listed;
               for (auto& one : list_heard(tx, context.viewer.account)) {
                 auto agreements = agreements_for(tx, one);
                 listed.push_back({std::move(one), std::move(agreements)});
               }
               return listed;
             }));
  Answer<HeardConcerns> answer;
  Names names(context.house, call.deadline);
  std::vector<AccountId> clients;
  for (const auto& one : stored) {
    TRY_ASSIGN(auto entry, describe(one.heard, one.agreements, names));
    answer.value.concerns.push_back(std::move(entry));
    clients.push_back(one.heard.concern.client);
  }
  TRY(audit_reads(context, call, clients, std::nullopt, "relationship_concerns"));
  return answer;
}

/// What one who was told finds, of one moment.
struct StoredHeard {
  Heard heard;
  AccountId therapist;
  std::vector<Word> words;
  std::vector<Agreement> agreements;
  std::optional<Bytes> sealed_note;
  std::optional<Hearer> other;
};

Result<StoredHeard> read_stored(store::ReadTx& tx, AccountId viewer, RelationshipConcernId id) {
  StoredHeard stored;
  TRY_ASSIGN(stored.heard, find_heard(tx, viewer, id));
  for (const auto& one : people::list_pairs(tx, stored.heard.concern.client)) {
    if (one.chat == stored.heard.concern.chat) stored.therapist = one.therapist;
  }
  stored.words = words_of(tx, stored.heard.telling.id);
  stored.agreements = agreements_for(tx, stored.heard);
  stored.sealed_note = note_of(tx, stored.heard.telling.id);
  stored.other = other_hearer(tx, stored.heard);
  return stored;
}

Result<void> add_agreements(HeardDetails& details, const access::SealKey& key, const StoredHeard& stored,
                            AccountId viewer, Names& names) {
  for (const auto& one : stored.agreements) {
    TRY_ASSIGN(auto by, names.of_therapist(one.by));
    TRY_ASSIGN(auto entry, open_agreement(key, one, viewer, std::move(by)));
    details.agreements.push_back(std::move(entry));
  }
  return {};
}

Result<HeardDetails> details_of(Context& context, const Call& call, RelationshipConcernId id, AccountId& client) {
  const auto viewer = context.viewer.account;
  TRY_ASSIGN(const auto stored,
             context.house.db.read(call.deadline, [&](store::ReadTx& tx) { return read_stored(tx, viewer, id); }));
  client = stored.heard.concern.client;
  TRY_ASSIGN(const auto key, key_of(context, call, client));
  Names names(context.house, call.deadline);
  HeardDetails details;
  TRY_ASSIGN(details.concern, describe(stored.heard, stored.agreements, names));
  TRY_ASSIGN(details.therapist, names.of_therapist(stored.therapist));
  TRY_ASSIGN(const auto told, open_told(*key, stored.heard.telling));
  if (told.words) details.words = told.words->str();
  details.asks_for_another = told.asks_for_another;
  for (const auto& word : stored.words) {
    TRY_ASSIGN(auto entry, open_entry(*key, word, viewer));
    details.said.push_back(std::move(entry));
  }
  TRY(add_agreements(details, *key, stored, viewer, names));
  if (stored.sealed_note) {
    TRY_ASSIGN(details.note, access::unseal(*key, stored.heard.telling.id.bytes(), *stored.sealed_note));
  }
  if (stored.other) {
    TRY_ASSIGN(auto name, names.of(stored.other->account));
    details.other = OtherHearer{std::move(name), stored.other->part};
  }
  details.note_revision = stored.heard.telling.note_revision;
  details.guide = repair_guides().of(stored.heard.telling.part, call.query_text("language").value_or(""));
  return details;
}

Result<Answer<HeardDetails>> read_heard_one(Context& context, Call& call) {
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, id_in(call), client));
  TRY(audit_read(context, call, client, std::nullopt, view_of(id_in(call))));
  return Answer<HeardDetails>{200, std::move(details)};
}

/// The same for a step of whoever was told.
template <class F>
Result<Answer<HeardDetails>> heard_step(Context& context, Call& call, F step, int when_new = 200) {
  const auto id = id_in(call);
  const auto now = context.house.clock.now();
  TRY_ASSIGN(const bool is_new,
             audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<bool> {
               TRY_ASSIGN(const auto heard, find_heard(tx, context.viewer.account, id));
               entry.client = heard.concern.client;
               entry.view = view_of(id);
               TRY_ASSIGN(const bool changed, step(tx, now));
               entry.count = changed ? 1 : 0;
               return changed;
             }));
  AccountId client;
  TRY_ASSIGN(auto details, details_of(context, call, id, client));
  return Answer<HeardDetails>{is_new ? when_new : 200, std::move(details)};
}

/// Whose key seals what is written; not_found unless the viewer hears it.
Result<access::ClientKeys::SharedKey> key_of_heard(Context& context, const Call& call) {
  TRY_ASSIGN(const auto heard, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_heard(tx, context.viewer.account, id_in(call));
  }));
  return key_of(context, call, heard.concern.client);
}

Result<Answer<HeardDetails>> hear_concern(Context& context, Call& call, const SeenSoFar& body) {
  return heard_step(context, call, [&](store::WriteTx& tx, Time now) {
    return hear(tx, context.viewer.account, id_in(call), body.seen, now);
  });
}

Result<Answer<HeardDetails>> send_reply(Context& context, Call& call, const ReplyToSend& body) {
  TRY(check_id(body.id));
  TRY_ASSIGN(const auto key, key_of_heard(context, call));
  const auto sealed = seal_said(*key, body.id, {body.text, {}});
  return heard_step(
      context, call,
      [&](store::WriteTx& tx, Time now) {
        return reply(tx, context.viewer.account, id_in(call), body.id, sealed, now, body.seen.value_or(0));
      },
      201);
}

Result<Answer<HeardDetails>> propose_agreement(Context& context, Call& call, const AgreementToPropose& body) {
  TRY(check_id(body.id));
  TRY_ASSIGN(const auto key, key_of_heard(context, call));
  const auto sealed = access::seal(*key, body.id.bytes(), body.text.str());
  return heard_step(
      context, call,
      [&](store::WriteTx& tx, Time now) {
        return propose(tx, context.viewer.account, id_in(call), body.id, sealed, now, body.seen.value_or(0));
      },
      201);
}

Result<Answer<HeardDetails>> keep_note(Context& context, Call& call, const NoteToKeep& body) {
  TRY_ASSIGN(const auto key, key_of_heard(context, call));
  return heard_step(context, call, [&](store::WriteTx& tx, Time now) -> Result<bool> {
    TRY_ASSIGN(const auto heard, find_heard(tx, context.viewer.account, id_in(call)));
    const auto id = heard.telling.id;
    NewNote wanted{body.based_on, {}};
    if (body.text) wanted.sealed_text = access::seal(*key, id.bytes(), body.text->str());
    const auto is_same = [&](const std::optional<Bytes>& stored) {
      if (!stored || !body.text) return stored.has_value() == body.text.has_value();
      const auto text = access::unseal(*key, id.bytes(), *stored);
      return text && *text == body.text->str();
    };
    return note(tx, context.viewer.account, id_in(call), wanted, is_same, now);
  });
}

void add_clients_routes(Routes& routes) {
  const PermissionName says{"say_between_us"};
  routes.get("/api/me/relationship-concerns")
      .says("What one has said about the relationship with one's therapist, and who could be told")
      .answers<OwnConcerns>()
      .needs(says)
      .not_audited("one's own words, and to whom one has told them")
      .handle(read_own);
  routes.post("/api/episodes/{episode}/relationship-concerns")
      .says("Keep that something between the two is not right, for oneself")
      .explains("Nobody is told, and no row of the audit says that there is one. The same id again changes nothing.")
      .body<ConcernToKeep>()
      .answers<OwnConcern>(201, 200)
      .needs(says, "episode")
      .not_audited("one's own words, which nobody else can read; telling somebody is audited")
      .handle(keep_concern);
  routes.post("/api/me/relationship-concerns/{relationship_concern}/tellings")
      .says("Tell it to the therapist, or to the neutral person")
      .explains(
          "Whoever is told reads the words that are sent here, and nobody else does, whoever stands in for them. The "
          "same "
          "id again changes nothing. Where the person in question is another by now, 409 "
          "`relationship_concern.hearer`.")
      .body<ConcernToTell>()
      .answers<OwnConcern>(201, 200)
      .needs(says, "relationship_concern")
      .audits("relationship_concern.tell")
      .handle(tell_concern);
  routes.post("/api/me/relationship-concerns/{relationship_concern}/words")
      .says("Write to one of those who hear it")
      .body<WordToSay>()
      .answers<OwnConcern>(201, 200)
      .needs(says, "relationship_concern")
      .audits("relationship_concern.write")
      .handle(say_word);
  routes.post("/api/me/relationship-concerns/{relationship_concern}/agreement")
      .says("Say whether what one of them wrote down is what was agreed")
      .body<AgreementAnswer>()
      .answers<OwnConcern>()
      .needs(says, "relationship_concern")
      .audits("relationship_concern.agree")
      .handle(answer_proposal);
  routes.put("/api/me/relationship-concerns/{relationship_concern}/mediation")
      .says("Let those who hear it know of each other, or not any more")
      .body<Mediation>()
      .answers<OwnConcern>()
      .needs(says, "relationship_concern")
      .audits("relationship_concern.mediate")
      .handle(set_mediation);
  routes.post("/api/me/relationship-concerns/{relationship_concern}/follow-up")
      .says("Answer whether it is better")
      .explains("Asked after the next two sessions. Nobody reads the answer but the `readers`.")
      .body<FollowUpAnswer>()
      .answers<OwnConcern>()
      .needs(says, "relationship_concern")
      .audits("relationship_concern.answer")
      .handle(answer_asked);
  routes.post("/api/me/relationship-concerns/{relationship_concern}/ending")
      .says("Close it, or take it back")
      .explains("Nobody else can do either. Sent again it changes nothing.")
      .body<ConcernEnding>()
      .answers<OwnConcern>()
      .needs(says, "relationship_concern")
      .audits("relationship_concern.end")
      .handle(end_concern);
  routes.put("/api/me/relationship-concerns/{relationship_concern}/seen")
      .says("Note that one has seen what was there")
      .explains("Only what was on a page that is looked at was seen.")
      .body<SeenSoFar>()
      .answers<OwnConcern>()
      .needs(says, "relationship_concern")
      .not_audited("a mark of one's own")
      .handle(see_concern);
}

void add_hearers_routes(Routes& routes) {
  constexpr std::string_view kLanguage = "of the guide: en or de";
  const PermissionName hears{"hear_between_us"};
  routes.get("/api/relationship-concerns")
      .says("What clients have told one about the relationship")
      .explains(
          "The therapist has what was told to them, the neutral person what was told to them; a deputy, a successor "
          "and "
          "a supervisor have nothing of it.")
      .answers<HeardConcerns>()
      .needs(hears)
      .audits("relationship_concerns.read")
      .handle(read_heard);
  routes.get("/api/relationship-concerns/{relationship_concern}")
      .says("One of them, with a guide for how to go on")
      .query("language", "string", kLanguage)
      .answers<HeardDetails>()
      .needs(hears, "relationship_concern")
      .audits("relationship_concern.read")
      .handle(read_heard_one);
  routes.post("/api/relationship-concerns/{relationship_concern}/hearing")
      .says("Tell the client that one has read it")
      .explains("Where more has come than was `seen`, 409 `relationship_concern.news`: read it first.")
      .query("language", "string", kLanguage)
      .body<SeenSoFar>()
      .answers<HeardDetails>()
      .needs(hears, "relationship_concern")
      .audits("relationship_concern.hear")
      .handle(hear_concern);
  routes.post("/api/relationship-concerns/{relationship_concern}/replies")
      .says("Write to the client about it")
      .query("language", "string", kLanguage)
      .body<ReplyToSend>()
      .answers<HeardDetails>(201, 200)
      .needs(hears, "relationship_concern")
      .audits("relationship_concern.reply")
      .handle(send_reply);
  routes.post("/api/relationship-concerns/{relationship_concern}/agreements")
      .says("Write down what was agreed, for the client to agree to")
      .query("language", "string", kLanguage)
      .body<AgreementToPropose>()
      .answers<HeardDetails>(201, 200)
      .needs(hears, "relationship_concern")
      .audits("relationship_concern.propose")
      .handle(propose_agreement);
  routes.put("/api/relationship-concerns/{relationship_concern}/note")
      .says("Keep a note for oneself")
      .explains("Deleted when the client takes the concern back.")
      .query("language", "string", kLanguage)
      .body<NoteToKeep>()
      .answers<HeardDetails>()
      .needs(hears, "relationship_concern")
      .audits("notes.relationship_concern")
      .handle(keep_note);
}

}  // namespace

void add_relationship_concern_routes(Routes& routes) {
  routes.event<RelationshipConcernEvent>();
  add_clients_routes(routes);
  add_hearers_routes(routes);
}

}  // namespace rapport::relationship_concern
