#include <algorithm>
#include <set>
#include <stdexcept>

#include "access/audit.hpp"
#include "features/notify/notify.hpp"
#include "features/people/people.hpp"
#include "features/relationship_concern/relationship_concern.hpp"
#include "features/relationship_concern/relationship_concern_shapes.hpp"
#include "features/safety/safety.hpp"

namespace rapport::relationship_concern {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

#define CONCERN                                                                                                 \
  "c.id, c.episode_id, r.id, c.client_id, c.kept_at, c.state, c.asks_left, c.mediated_at, c.waits, c.ended_at," \
  " c.sealed_words, c.news"
#define FROM_CONCERNS                                                          \
  " FROM relationship_concern c JOIN episode_of_care e ON e.id = c.episode_id" \
  " JOIN room r ON r.episode_id = e.id AND r.kind = 'chat'"
// Whom the client chose, and for as long as they are what they were chosen as: no deputy, no successor, no supervisor,
// and nobody who came back after another had their place. The neutral person goes on where the client has begun anew
// with another therapist.
#define STILL_HEARS                                                                                    \
  "(t.ended_at IS NULL AND a.closed_at IS NULL AND (e.locked_at IS NULL OR (t.part = 'neutral_person'" \
  "  AND EXISTS (SELECT 1 FROM account own WHERE own.id = e.client_id AND own.closed_at IS NULL)))"    \
  " AND ((t.part = 'therapist' AND e.therapist_id = t.account_id"                                      \
  "   AND t.told_at >= COALESCE(e.therapist_changed_at, t.told_at))"                                   \
  "  OR (t.part = 'neutral_person' AND e.neutral_id = t.account_id AND a.role = 'neutral_person'"      \
  "   AND t.told_at >= COALESCE(e.neutral_changed_at, t.told_at))))"
#define TELLING                                                                                                  \
  "t.id, t.concern_id, t.part, t.account_id, t.told_at, t.heard_at, t.waits, t.ended_at, CASE WHEN " STILL_HEARS \
  " THEN 1 ELSE 0 END, t.sealed_words, t.news, t.note_revision"
const Query kOwn{"relationship_concern.own",
                 "SELECT " CONCERN FROM_CONCERNS " WHERE c.client_id = $1 ORDER BY c.kept_at DESC, c.id DESC", true};
const Query kOne{"relationship_concern.one", "SELECT " CONCERN FROM_CONCERNS " WHERE c.id = $2 AND c.client_id = $1",
                 true};
const Query kOfEpisode{"relationship_concern.of_episode",
                       "SELECT " CONCERN FROM_CONCERNS
                       " WHERE c.episode_id = $1 AND c.asks_left > 0"
                       " AND c.state NOT IN ('kept', 'closed', 'withdrawn')"
                       " AND EXISTS (SELECT 1 FROM relationship_telling t WHERE t.concern_id = c.id"
                       "  AND t.ended_at IS NULL AND t.told_at <= $2) ORDER BY c.id",
                       true};
const Query kHeard{"relationship_concern.heard",
                   "SELECT " CONCERN ", " TELLING FROM_CONCERNS
                   " JOIN relationship_telling t ON t.concern_id = c.id JOIN account a ON a.id = t.account_id"
                   " WHERE t.account_id = $1 AND t.ended_at IS NULL AND c.state <> 'withdrawn' AND " STILL_HEARS
                   " ORDER BY CASE WHEN c.ended_at IS NULL THEN 1 - t.waits ELSE 2 END, t.told_at DESC, t.id LIMIT $2",
                   true};
const Query kHeardOne{"relationship_concern.heard_one",
                      "SELECT " CONCERN ", " TELLING FROM_CONCERNS
                      " JOIN relationship_telling t ON t.concern_id = c.id JOIN account a ON a.id = t.account_id"
                      " WHERE c.id = $2 AND t.account_id = $1 AND c.state <> 'withdrawn' AND " STILL_HEARS,
                      true};
const Query kTellings{"relationship_concern.tellings",
                      "SELECT " TELLING
                      " FROM relationship_telling t JOIN relationship_concern c ON c.id = t.concern_id"
                      " JOIN episode_of_care e ON e.id = c.episode_id JOIN account a ON a.id = t.account_id"
                      " WHERE t.concern_id = $1 ORDER BY t.told_at, t.id",
                      true};
#undef CONCERN
#undef FROM_CONCERNS
#undef STILL_HEARS
#undef TELLING
const Query kCount{"relationship_concern.count", "SELECT COUNT(*) FROM relationship_concern WHERE client_id = $1",
                   true};
const Query kEpisode{"relationship_concern.episode", "SELECT 1 FROM episode_of_care WHERE id = $2 AND client_id = $1",
                     true};
const Query kAdd{"relationship_concern.add",
                 "INSERT INTO relationship_concern (id, episode_id, client_id, kept_at, state, asks_left, waits,"
                 " sealed_words) VALUES ($1, $2, $3, $4, 'kept', 0, 0, $5) ON CONFLICT (id) DO NOTHING",
                 true};
// Whoever takes a step waits here for others who do.
const Query kLock{"relationship_concern.lock", "SELECT id FROM relationship_concern WHERE id = $1 {for_update}", true};
const Query kSetState{"relationship_concern.set_state",
                      "UPDATE relationship_concern SET state = $2, ended_at = $3 WHERE id = $1", true};
const Query kSetAsks{"relationship_concern.set_asks", "UPDATE relationship_concern SET asks_left = $2 WHERE id = $1",
                     true};
const Query kNews{"relationship_concern.news",
                  "UPDATE relationship_concern SET waits = 1, news = news + 1 WHERE id = $1", true};
// Of what came since the page was read nothing was seen.
const Query kSeen{"relationship_concern.seen",
                  "UPDATE relationship_concern SET waits = 0 WHERE id = $1 AND waits = 1 AND news <= $2", true};
const Query kNothingWaits{"relationship_concern.nothing_waits",
                          "UPDATE relationship_concern SET waits = 0 WHERE id = $1", true};
const Query kSetMediated{"relationship_concern.set_mediated",
                         "UPDATE relationship_concern SET mediated_at = $2 WHERE id = $1", true};
const Query kAddTelling{"relationship_concern.add_telling",
                        "INSERT INTO relationship_telling (id, concern_id, client_id, part, account_id, told_at, waits,"
                        " sealed_words) VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (id) DO NOTHING",
                        true};
// $3: how much of what came they have seen.
const Query kHear{"relationship_concern.hear",
                  "UPDATE relationship_telling SET heard_at = COALESCE(heard_at, $2),"
                  " waits = CASE WHEN news <= $3 THEN 0 ELSE waits END WHERE id = $1",
                  true};
const Query kTellingNews{"relationship_concern.telling_news",
                         "UPDATE relationship_telling SET waits = 1, news = news + 1 WHERE id = $1", true};
const Query kEndTellings{"relationship_concern.end_tellings",
                         "UPDATE relationship_telling SET ended_at = $2 WHERE concern_id = $1 AND ended_at IS NULL",
                         true};
const Query kEndAllTellings{"relationship_concern.end_all_tellings",
                            "UPDATE relationship_telling SET ended_at = $1 WHERE ended_at IS NULL"};
const Query kEndMediation{"relationship_concern.end_mediation",
                          "UPDATE relationship_concern SET mediated_at = NULL WHERE mediated_at IS NOT NULL"};
const Query kWords{"relationship_concern.words",
                   "SELECT id, telling_id, by_id, at, sealed_text FROM relationship_word WHERE telling_id = $1"
                   " ORDER BY at, id",
                   true};
const Query kCountWords{"relationship_concern.count_words",
                        "SELECT COUNT(*) FROM relationship_word WHERE telling_id = $1 AND by_id = $2", true};
const Query kWord{"relationship_concern.word", "SELECT telling_id, by_id FROM relationship_word WHERE id = $1", true};
const Query kAddWord{"relationship_concern.add_word",
                     "INSERT INTO relationship_word (id, telling_id, by_id, at, sealed_text)"
                     " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
                     true};
const Query kAgreements{"relationship_concern.agreements",
                        "SELECT g.id, g.telling_id, g.at, g.is_shared, g.answered_at, g.agrees, g.sealed_text,"
                        " t.account_id"
                        " FROM relationship_agreement g JOIN relationship_telling t ON t.id = g.telling_id"
                        " WHERE t.concern_id = $1 ORDER BY g.at, g.id",
                        true};
const Query kAddAgreement{"relationship_concern.add_agreement",
                          "INSERT INTO relationship_agreement (id, telling_id, at, is_shared, sealed_text)"
                          " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
                          true};
const Query kAnswerAgreement{"relationship_concern.answer_agreement",
                             "UPDATE relationship_agreement SET answered_at = $2, agrees = $3 WHERE id = $1", true};
const Query kFollowUps{"relationship_concern.follow_ups",
                       "SELECT id, asked_at, answered_at, sealed_answer FROM relationship_follow_up"
                       " WHERE concern_id = $1 ORDER BY asked_at, id",
                       true};
const Query kAddFollowUp{"relationship_concern.add_follow_up",
                         "INSERT INTO relationship_follow_up (id, concern_id, encounter_id, asked_at)"
                         " VALUES ($1, $2, $3, $4) ON CONFLICT (concern_id, encounter_id) DO NOTHING",
                         true};
const Query kAnswerFollowUp{"relationship_concern.answer_follow_up",
                            "UPDATE relationship_follow_up SET answered_at = $2, sealed_answer = $3 WHERE id = $1",
                            true};
const Query kNote{"relationship_concern.note", "SELECT sealed_text FROM relationship_note WHERE id = $1", true};
const Query kPutNote{"relationship_concern.put_note",
                     "INSERT INTO relationship_note (id, written_at, sealed_text) VALUES ($1, $2, $3)"
                     " ON CONFLICT (id) DO UPDATE SET written_at = excluded.written_at,"
                     " sealed_text = excluded.sealed_text",
                     true};
const Query kDropNote{"relationship_concern.drop_note", "DELETE FROM relationship_note WHERE id = $1", true};
const Query kNoted{"relationship_concern.noted",
                   "UPDATE relationship_telling SET note_revision = note_revision + 1 WHERE id = $1", true};
#define OF_CLIENT "(SELECT id FROM relationship_concern WHERE client_id = $1)"
#define TELLINGS_OF_CLIENT "(SELECT id FROM relationship_telling WHERE client_id = $1)"
const Query kEraseNotes{"relationship_concern.erase_notes",
                        "DELETE FROM relationship_note WHERE id IN " TELLINGS_OF_CLIENT};
const Query kEraseWords{"relationship_concern.erase_words",
                        "DELETE FROM relationship_word WHERE telling_id IN " TELLINGS_OF_CLIENT};
const Query kEraseAgreements{"relationship_concern.erase_agreements",
                             "DELETE FROM relationship_agreement WHERE telling_id IN " TELLINGS_OF_CLIENT};
const Query kEraseTellings{"relationship_concern.erase_tellings",
                           "DELETE FROM relationship_telling WHERE client_id = $1"};
const Query kEraseFollowUps{"relationship_concern.erase_follow_ups",
                            "DELETE FROM relationship_follow_up WHERE concern_id IN " OF_CLIENT};
#undef TELLINGS_OF_CLIENT
#undef OF_CLIENT
const Query kErase{"relationship_concern.erase", "DELETE FROM relationship_concern WHERE client_id = $1"};

/// What the program itself stored.
template <class E>
E enum_of(std::string_view text) {
  E value{};
  if (boost::describe::enum_from_string(std::string(text).c_str(), value)) return value;
  throw std::logic_error("a concern about a relationship has a word that this program does not know");
}

constexpr std::string_view kAnswered = "answered";

State state_in(std::string_view text) {
  return text == kAnswered ? State::not_better : enum_of<State>(text);
}
std::string_view text_of(State state) {
  if (state == State::better || state == State::not_better) return kAnswered;
  return boost::describe::enum_to_string(state, "");
}

StoredConcern to_concern(const Row& row) {
  const auto state = state_in(row.text(5));
  // What is asked waits until it is answered, also when it was seen.
  const bool waits = row.int64(8) != 0 || state == State::asked;
  return {row.id<RelationshipConcernId>(0),
          row.id<EpisodeId>(1),
          row.id<RoomId>(2),
          row.id<AccountId>(3),
          row.time(4),
          state,
          row.int64(6),
          row.maybe_time(7),
          waits,
          row.maybe_time(9),
          row.maybe_bytes(10),
          row.int64(11)};
}

Telling telling_at(const Row& row, int first) {
  return {row.id<TellingId>(first),
          row.id<RelationshipConcernId>(first + 1),
          enum_of<Part>(row.text(first + 2)),
          row.id<AccountId>(first + 3),
          row.time(first + 4),
          row.maybe_time(first + 5),
          row.int64(first + 6) != 0,
          row.maybe_time(first + 7),
          row.int64(first + 8) != 0,
          copy_of(row.bytes(first + 9)),
          row.int64(first + 10),
          row.int64(first + 11)};
}

Heard to_heard(const Row& row) {
  return {to_concern(row), telling_at(row, 12)};
}

Agreement to_agreement(const Row& row) {
  Agreement one{row.id<AgreementId>(0),
                row.id<TellingId>(1),
                row.id<AccountId>(7),
                row.time(2),
                row.int64(3) != 0,
                row.maybe_time(4),
                {},
                copy_of(row.bytes(6))};
  if (!row.is_null(5)) one.agrees = row.int64(5) != 0;
  return one;
}

std::vector<Telling> tellings_of(ReadTx& tx, RelationshipConcernId concern) {
  return tx.list(kTellings, {concern}, [](const Row& row) { return telling_at(row, 0); });
}

std::vector<Agreement> agreements_of(ReadTx& tx, RelationshipConcernId concern) {
  return tx.list(kAgreements, {concern}, to_agreement);
}

Error is_over() {
  return {ErrorKind::conflict, "relationship_concern.over",
          "This was closed or taken back meanwhile. Please look at it again."};
}
Error not_heard() {
  return {ErrorKind::conflict, "relationship_concern.not_heard",
          "This person cannot read it any more. Please look again who hears it now."};
}
Error id_taken() {
  return {ErrorKind::conflict, "relationship_concern.id_taken", "This id is taken. Make a new one and send it again."};
}
Error answered_otherwise() {
  return {ErrorKind::conflict, "relationship_concern.answered",
          "This was answered already, or something newer has come. Please look again."};
}

/// Those whom it is about read again: the client, and `who` besides.
void emit(WriteTx& tx, const StoredConcern& concern, std::vector<AccountId> who) {
  who.push_back(concern.client);
  tx.emit({concern.chat, 0, http::passing_frame(concern.chat, RelationshipConcernEvent{concern.id}), std::move(who)});
}

/// A mail that says nothing but that something waits, once for each `what`.
Result<void> ask_to_look(WriteTx& tx, const StoredConcern& concern, AccountId who, const std::string& what, Time now) {
  TRY(notify::queue(tx, {notice_prefix(concern.id) + what + ":" + who.text(), who}, now));
  return {};
}

Result<void> move(WriteTx& tx, StoredConcern& concern, Step step, Time now) {
  const auto next = after(concern.state, step);
  if (!next) return fail(is_over());
  if (*next == concern.state) return {};
  concern.state = *next;
  if (!is_open(*next)) concern.ended_at = now;
  tx.execute(kSetState, {concern.id, text_of(*next), concern.ended_at});
  return {};
}

/// The client's, locked.
Result<StoredConcern> lock_own(WriteTx& tx, AccountId client, RelationshipConcernId id) {
  tx.each(kLock, {id}, [](const Row&) {});
  return find_own(tx, client, id);
}
/// One that the viewer hears, locked, and neither closed nor withdrawn.
Result<Heard> lock_heard(WriteTx& tx, AccountId viewer, RelationshipConcernId id) {
  tx.each(kLock, {id}, [](const Row&) {});
  TRY_ASSIGN(auto heard, find_heard(tx, viewer, id));
  if (!is_open(heard.concern.state)) return fail(is_over());
  return heard;
}

/// True when it is stored now, false when the same writer had sent it.
Result<bool> add_word(WriteTx& tx, AccountId by, TellingId telling, WordId id, BytesView sealed, Time now) {
  const auto count = tx.first(kCountWords, {telling, by}, [](const Row& row) { return row.int64(0); }).value_or(0);
  struct Place {
    TellingId telling;
    AccountId by;
  };
  const auto known =
      tx.first(kWord, {id}, [](const Row& row) { return Place{row.id<TellingId>(0), row.id<AccountId>(1)}; });
  if (known) {
    if (known->telling == telling && known->by == by) return false;
    return fail(id_taken());
  }
  if (count >= kMostWords) {
    return fail({ErrorKind::conflict, "relationship_concern.too_many",
                 "There is no room for more here. Please talk about it, or write in the chat."});
  }
  tx.execute(kAddWord, {id, telling, by, now, sealed});
  return true;
}

Result<Telling> heard_telling(ReadTx& tx, RelationshipConcernId concern, TellingId id) {
  for (auto& one : tellings_of(tx, concern)) {
    if (one.id != id) continue;
    if (!one.hears) return fail(not_heard());
    return std::move(one);
  }
  return fail(not_found());
}

/// A word of the client's to one who hears it; who that is.
Result<AccountId> send_word(WriteTx& tx, const StoredConcern& concern, const NewWord& word, Time now, bool& is_new) {
  TRY_ASSIGN(const auto telling, heard_telling(tx, concern.id, word.telling));
  TRY_ASSIGN(is_new, add_word(tx, concern.client, word.telling, word.id, word.sealed_text, now));
  if (is_new) {
    tx.execute(kTellingNews, {word.telling});
    TRY(ask_to_look(tx, concern, telling.account, "word:" + word.id.text(), now));
  }
  return telling.account;
}

/// Who hears of it now, for an event.
std::vector<AccountId> all_hearing(ReadTx& tx, RelationshipConcernId concern) {
  std::vector<AccountId> who;
  for (const auto& one : tellings_of(tx, concern)) {
    if (one.hears) who.push_back(one.account);
  }
  return who;
}

/// By their tellings: an answer's words to its readers were written in the moment in which it was answered.
std::set<TellingId> readers_of(const WholeConcern& stored, const FollowUp& follow_up) {
  std::set<TellingId> readers;
  for (const auto& word : stored.words) {
    if (word.by == stored.concern.client && word.at == follow_up.answered_at) readers.insert(word.telling);
  }
  return readers;
}
std::set<TellingId> readers_in(const NewAnswer& answer) {
  std::set<TellingId> readers;
  for (const auto& word : answer.to) readers.insert(word.telling);
  return readers;
}

bool is_told(ReadTx& tx, RelationshipConcernId concern, AccountId account) {
  const auto who = all_hearing(tx, concern);
  return std::find(who.begin(), who.end(), account) != who.end();
}

/// Something of it is there for the client, with a mail.
Result<void> have_client_look(WriteTx& tx, const StoredConcern& concern, const std::string& what, Time now) {
  tx.execute(kNews, {concern.id});
  return ask_to_look(tx, concern, concern.client, what, now);
}

/// One who answers has read it: what was told, and of what came later as much as they say.
Result<void> count_as_heard(WriteTx& tx, Heard& heard, std::int64_t seen, Time now) {
  tx.execute(kHear, {heard.telling.id, now, seen});
  return move(tx, heard.concern, Step::hear, now);
}

Result<void> ask_client(WriteTx& tx, StoredConcern concern, EncounterId encounter, Time now) {
  tx.each(kLock, {concern.id}, [](const Row&) {});
  TRY_ASSIGN(concern, find_own(tx, concern.client, concern.id));
  if (concern.asks_left < 1 || !after(concern.state, Step::ask)) return {};
  const auto id = FollowUpId::make(now);
  if (tx.execute(kAddFollowUp, {id, concern.id, encounter, now}) == 0) return {};
  tx.execute(kSetAsks, {concern.id, concern.asks_left - 1});
  TRY(move(tx, concern, Step::ask, now));
  TRY(have_client_look(tx, concern, "asked:" + id.text(), now));
  emit(tx, concern, {});
  return {};
}

}  // namespace

std::string notice_prefix(RelationshipConcernId concern) {
  return "relationship:" + concern.text() + ":";
}

std::vector<Hearer> hearers_of(ReadTx& tx, EpisodeId episode) {
  std::vector<Hearer> hearers;
  const auto team = safety::find_team(tx, episode);
  if (!team) return hearers;
  if (people::find_account(tx, team->therapist)) hearers.push_back({Part::therapist, team->therapist});
  if (team->neutral) hearers.push_back({Part::neutral_person, *team->neutral});
  return hearers;
}

Result<StoredConcern> find_own(ReadTx& tx, AccountId client, RelationshipConcernId id) {
  auto found = tx.first(kOne, {client, id}, to_concern);
  if (!found) return fail(not_found());
  return *std::move(found);
}

WholeConcern whole(ReadTx& tx, const StoredConcern& concern) {
  WholeConcern all{concern, tellings_of(tx, concern.id), {}, agreements_of(tx, concern.id), {}};
  for (const auto& telling : all.tellings) {
    for (auto& word : words_of(tx, telling.id)) all.words.push_back(std::move(word));
  }
  all.follow_ups = tx.list(kFollowUps, {concern.id}, [](const Row& row) {
    return FollowUp{row.id<FollowUpId>(0), row.time(1), row.maybe_time(2), row.maybe_bytes(3)};
  });
  return all;
}

std::vector<WholeConcern> list_own(ReadTx& tx, AccountId client) {
  std::vector<WholeConcern> all;
  for (const auto& concern : tx.list(kOwn, {client}, to_concern)) all.push_back(whole(tx, concern));
  return all;
}

Result<bool> keep(WriteTx& tx, AccountId client, const NewConcern& wanted, Time now) {
  if (!tx.first(kEpisode, {client, wanted.episode}, [](const Row&) { return true; })) return fail(not_found());
  TRY(people::hold_open(tx, wanted.episode));
  if (const auto known = find_own(tx, client, wanted.id)) {
    if (known->episode != wanted.episode) return fail(id_taken());
    return false;
  }
  if (tx.first(kCount, {client}, [](const Row& row) { return row.int64(0); }).value_or(0) >= kMostConcerns) {
    return fail({ErrorKind::conflict, "relationship_concern.too_many",
                 "There is no room for more here. Please talk about it, or write in the chat."});
  }
  if (tx.execute(kAdd, {wanted.id, wanted.episode, client, now, wanted.sealed_words}) == 0) return fail(id_taken());
  return true;
}

Result<bool> tell(WriteTx& tx, AccountId client, const NewTelling& wanted, Time now) {
  TRY_ASSIGN(auto concern, lock_own(tx, client, wanted.concern));
  for (const auto& known : tellings_of(tx, concern.id)) {
    if (known.id != wanted.id) continue;
    if (known.account != wanted.account) return fail(id_taken());
    emit(tx, concern, all_hearing(tx, concern.id));  // sent again: the telling may have been lost
    return false;
  }
  if (!after(concern.state, Step::tell)) return fail(is_over());
  const auto hearers = hearers_of(tx, concern.episode);
  const bool is_there = std::any_of(hearers.begin(), hearers.end(), [&](const Hearer& one) {
    return one.part == wanted.part && one.account == wanted.account;
  });
  if (!is_there) {
    return fail({ErrorKind::conflict, "relationship_concern.hearer",
                 "Who could hear this has changed since you chose. Nothing was sent. Please look again and choose."});
  }
  if (is_told(tx, concern.id, wanted.account)) {
    return fail({ErrorKind::conflict, "relationship_concern.told",
                 "This person hears it already, perhaps from another device of yours. Please look again."});
  }
  if (tx.execute(kAddTelling, {wanted.id, concern.id, client, boost::describe::enum_to_string(wanted.part, ""),
                               wanted.account, now, wanted.sealed_words}) == 0) {
    return fail(id_taken());
  }
  TRY(move(tx, concern, Step::tell, now));
  // That two know of each other was said of those two; of whoever is told now the client says it anew.
  if (concern.mediated_at) tx.execute(kSetMediated, {concern.id, std::optional<Time>()});
  tx.execute(kSetAsks, {concern.id, kAskedAfter});
  TRY(ask_to_look(tx, concern, wanted.account, "told:" + wanted.id.text(), now));
  emit(tx, concern, {wanted.account});
  return true;
}

Result<bool> say(WriteTx& tx, AccountId client, RelationshipConcernId id, const NewWord& word, Time now) {
  TRY_ASSIGN(const auto concern, lock_own(tx, client, id));
  if (!is_open(concern.state)) return fail(is_over());
  bool is_new = false;
  TRY_ASSIGN(const auto who, send_word(tx, concern, word, now, is_new));
  emit(tx, concern, {who});
  return is_new;
}

Result<bool> answer_agreement(WriteTx& tx, AccountId client, RelationshipConcernId id, AgreementId agreement,
                              bool agrees, Time now) {
  TRY_ASSIGN(auto concern, lock_own(tx, client, id));
  const auto all = agreements_of(tx, id);
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == agreement; });
  if (found == all.end()) return fail(not_found());
  if (found->answered_at && found->agrees == agrees) return false;
  if (!is_open(concern.state)) return fail(is_over());
  // What another one wrote down stands for itself.
  const auto latest =
      std::find_if(all.rbegin(), all.rend(), [&](const auto& one) { return one.telling == found->telling; });
  if (found->answered_at || found->id != latest->id) return fail(answered_otherwise());
  tx.execute(kAnswerAgreement, {agreement, now, agrees});
  if (agrees) {
    TRY(move(tx, concern, Step::agree, now));
    tx.execute(kSetAsks, {concern.id, kAskedAfter});
  }
  std::vector<AccountId> who;
  for (const auto& one : tellings_of(tx, id)) {
    const bool is_shared = found->is_shared && concern.mediated_at;
    if (!one.hears || (one.id != found->telling && !is_shared)) continue;
    who.push_back(one.account);
    if (one.id == found->telling) tx.execute(kTellingNews, {one.id});
  }
  emit(tx, concern, who);
  return true;
}

Result<bool> mediate(WriteTx& tx, AccountId client, RelationshipConcernId id, bool wanted, Time now) {
  TRY_ASSIGN(const auto concern, lock_own(tx, client, id));
  if (!is_open(concern.state)) return fail(is_over());
  if (concern.mediated_at.has_value() == wanted) return false;
  const auto who = all_hearing(tx, id);
  if (wanted && who.size() < 2) {
    return fail({ErrorKind::conflict, "relationship_concern.not_both",
                 "Both have to hear it first: your therapist and the neutral person."});
  }
  tx.execute(kSetMediated, {id, wanted ? std::optional(now) : std::nullopt});
  emit(tx, concern, who);
  return true;
}

Result<bool> answer_follow_up(WriteTx& tx, AccountId client, RelationshipConcernId id, const NewAnswer& answer,
                              const IsSame& is_same, Time now) {
  TRY_ASSIGN(auto concern, lock_own(tx, client, id));
  const auto stored = whole(tx, concern);
  const auto& all = stored.follow_ups;
  const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == answer.follow_up; });
  if (found == all.end()) return fail(not_found());
  if (found->answered_at && is_same(*found->sealed_answer) && readers_of(stored, *found) == readers_in(answer)) {
    return false;
  }
  if (!is_open(concern.state)) return fail(is_over());
  if (found->answered_at || found->id != all.back().id) return fail(answered_otherwise());
  TRY(move(tx, concern, answer.is_better ? Step::say_better : Step::say_not_better, now));
  tx.execute(kAnswerFollowUp, {answer.follow_up, now, answer.sealed_answer});
  std::vector<AccountId> who;
  for (const auto& word : answer.to) {
    bool is_new = false;
    TRY_ASSIGN(const auto account, send_word(tx, concern, word, now, is_new));
    who.push_back(account);
  }
  // They are to talk again, and it is asked again after that.
  if (!answer.is_better && !who.empty()) tx.execute(kSetAsks, {id, kAskedAfter});
  emit(tx, concern, who);
  return true;
}

Result<bool> end(WriteTx& tx, AccountId client, RelationshipConcernId id, Step step, Time now) {
  TRY_ASSIGN(auto concern, lock_own(tx, client, id));
  if (concern.state == (step == Step::close ? State::closed : State::withdrawn)) return false;
  const auto who = all_hearing(tx, id);
  TRY(move(tx, concern, step, now));
  tx.execute(kNothingWaits, {id});
  if (step == Step::withdraw) {
    for (const auto& one : tellings_of(tx, id)) tx.execute(kDropNote, {one.id});
    tx.execute(kEndTellings, {id, now});
    notify::drop_waiting(tx, notice_prefix(id), now);
  }
  emit(tx, concern, who);
  return true;
}

Result<bool> see(WriteTx& tx, AccountId client, RelationshipConcernId id, std::int64_t seen) {
  TRY_ASSIGN(const auto concern, lock_own(tx, client, id));
  return tx.execute(kSeen, {concern.id, seen}) == 1;
}

std::vector<Heard> list_heard(ReadTx& tx, AccountId viewer) {
  return tx.list(kHeard, {viewer, kMostListed}, to_heard);
}

Result<Heard> find_heard(ReadTx& tx, AccountId viewer, RelationshipConcernId id) {
  auto found = tx.first(kHeardOne, {viewer, id}, to_heard);
  if (!found) return fail(not_found());
  return *std::move(found);
}

std::vector<Word> words_of(ReadTx& tx, TellingId telling) {
  return tx.list(kWords, {telling}, [](const Row& row) {
    return Word{row.id<WordId>(0), row.id<TellingId>(1), row.id<AccountId>(2), row.time(3), copy_of(row.bytes(4))};
  });
}

std::vector<Agreement> agreements_for(ReadTx& tx, const Heard& heard) {
  auto all = agreements_of(tx, heard.concern.id);
  std::erase_if(all, [&](const Agreement& one) {
    const bool is_shared = one.is_shared && heard.concern.mediated_at && one.at >= heard.telling.told_at;
    return one.telling != heard.telling.id && !is_shared;
  });
  return all;
}

std::optional<Hearer> other_hearer(ReadTx& tx, const Heard& heard) {
  if (!heard.concern.mediated_at) return std::nullopt;
  for (const auto& one : tellings_of(tx, heard.concern.id)) {
    if (one.hears && one.id != heard.telling.id) return Hearer{one.part, one.account};
  }
  return std::nullopt;
}

std::optional<Bytes> note_of(ReadTx& tx, TellingId telling) {
  return tx.first(kNote, {telling}, [](const Row& row) { return copy_of(row.bytes(0)); });
}

Result<bool> hear(WriteTx& tx, AccountId viewer, RelationshipConcernId id, std::int64_t seen, Time now) {
  TRY_ASSIGN(auto heard, lock_heard(tx, viewer, id));
  const bool is_first = !heard.telling.heard_at;
  if (!is_first && !heard.telling.waits) return false;
  if (heard.telling.news > seen) {
    return fail({ErrorKind::conflict, "relationship_concern.news",
                 "Something more has come since this page was read. Please read it, then say so again."});
  }
  tx.execute(kHear, {heard.telling.id, now, seen});
  TRY(move(tx, heard.concern, Step::hear, now));
  if (is_first) TRY(have_client_look(tx, heard.concern, "heard:" + heard.telling.id.text(), now));
  emit(tx, heard.concern, {viewer});
  return true;
}

Result<bool> reply(WriteTx& tx, AccountId viewer, RelationshipConcernId concern, WordId id, BytesView sealed_text,
                   Time now, std::int64_t seen) {
  TRY_ASSIGN(auto heard, lock_heard(tx, viewer, concern));
  TRY_ASSIGN(const bool is_new, add_word(tx, viewer, heard.telling.id, id, sealed_text, now));
  if (is_new) {
    TRY(count_as_heard(tx, heard, seen, now));
    TRY(have_client_look(tx, heard.concern, "word:" + id.text(), now));
  }
  emit(tx, heard.concern, {viewer});
  return is_new;
}

Result<bool> propose(WriteTx& tx, AccountId viewer, RelationshipConcernId concern, AgreementId id,
                     BytesView sealed_text, Time now, std::int64_t seen) {
  TRY_ASSIGN(auto heard, lock_heard(tx, viewer, concern));
  const auto all = agreements_of(tx, concern);
  const auto known = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.id == id; });
  const bool is_known = known != all.end();
  if (is_known && known->telling != heard.telling.id) return fail(id_taken());
  const bool is_shared = heard.concern.mediated_at.has_value();
  if (!is_known) {
    if (std::ssize(all) >= kMostWords) {
      return fail({ErrorKind::conflict, "relationship_concern.too_many",
                   "There is no room for more here. Please talk about it, or write in the chat."});
    }
    if (tx.execute(kAddAgreement, {id, heard.telling.id, now, is_shared, sealed_text}) == 0) return fail(id_taken());
    TRY(count_as_heard(tx, heard, seen, now));
    TRY(have_client_look(tx, heard.concern, "agreement:" + id.text(), now));
  }
  emit(tx, heard.concern, is_shared ? all_hearing(tx, concern) : std::vector<AccountId>{viewer});
  return !is_known;
}

Result<bool> note(WriteTx& tx, AccountId viewer, RelationshipConcernId concern, const NewNote& wanted,
                  const IsSameNote& is_same, Time now) {
  tx.each(kLock, {concern}, [](const Row&) {});
  TRY_ASSIGN(const auto heard, find_heard(tx, viewer, concern));
  const auto& telling = heard.telling;
  // Sent again after its answer was lost.
  if (telling.note_revision > wanted.based_on && is_same(note_of(tx, telling.id))) return false;
  if (telling.note_revision != wanted.based_on) {
    return fail({ErrorKind::conflict, "relationship_concern.note_moved",
                 "This note was changed on another device. Nothing is lost: look at both, and keep what you want."});
  }
  if (wanted.sealed_text) {
    tx.execute(kPutNote, {telling.id, now, *wanted.sealed_text});
  } else {
    tx.execute(kDropNote, {telling.id});
  }
  tx.execute(kNoted, {telling.id});
  return true;
}

Result<void> follow(WriteTx& tx, const encounters::Encounter& encounter, Time now) {
  if (encounter.status != encounters::Status::closed || !encounter.began_at) return {};
  for (const auto& concern : tx.list(kOfEpisode, {encounter.episode, *encounter.began_at}, to_concern)) {
    TRY(ask_client(tx, concern, encounter.id, now));
  }
  return {};
}

std::int64_t end_all_tellings(WriteTx& tx) {
  tx.execute(kEndMediation, {});
  return tx.execute(kEndAllTellings, {tx.now()});
}

void erase_client(WriteTx& tx, AccountId client) {
  for (const auto* query :
       {&kEraseNotes, &kEraseWords, &kEraseAgreements, &kEraseFollowUps, &kEraseTellings, &kErase}) {
    tx.execute(*query, {client});
  }
}

}  // namespace rapport::relationship_concern
