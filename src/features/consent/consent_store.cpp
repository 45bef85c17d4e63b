#include <fmt/format.h>

#include "features/consent/consent.hpp"
#include "features/consent/consent_texts.hpp"

namespace rapport::consent {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kLatest{"consent.latest",
                    "SELECT id, person_id, episode_id, purpose, place, version, language, text_digest, given, by_id,"
                    " sealed_note, at, put_back_to FROM consent WHERE person_id = $1 AND purpose = $2"
                    " AND (episode_id IS NULL OR episode_id = $3) ORDER BY place DESC LIMIT 1",
                    true};
const Query kCount{"consent.count", "SELECT COUNT(*) FROM consent WHERE person_id = $1 AND purpose = $2", true};
const Query kAll{"consent.all",
                 "SELECT id, person_id, episode_id, purpose, place, version, language, text_digest, given, by_id,"
                 " sealed_note, at, put_back_to FROM consent WHERE person_id = $1 ORDER BY purpose, place",
                 true};
const Query kDecided{"consent.decided", "SELECT DISTINCT person_id, purpose FROM consent ORDER BY person_id, purpose"};
const Query kErase{"consent.erase", "DELETE FROM consent WHERE person_id = $1"};
const Query kLockPerson{"consent.lock_person", "SELECT id FROM account WHERE id = $1 {for_update}", true};
const Query kAdd{
    "consent.add",
    "INSERT INTO consent (id, person_id, episode_id, purpose, place, version, language, text_digest, given,"
    " by_id, sealed_note, at, put_back_to) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    true};

Record record_of(const Row& row) {
  Record record;
  record.id = row.id<ConsentId>(0);
  record.person = row.id<AccountId>(1);
  record.episode = row.maybe_id<EpisodeId>(2);
  record.purpose = row.text(3);
  record.place = row.int64(4);
  record.version = row.text(5);
  record.language = row.text(6);
  record.digest = copy_of(row.bytes(7));
  record.given = row.int64(8) != 0;
  record.by = row.id<AccountId>(9);
  record.sealed_note = row.maybe_bytes(10);
  record.at = row.time(11);
  record.put_back_to = row.maybe_time(12);
  return record;
}

std::optional<Record> latest(ReadTx& tx, AccountId person, std::string_view purpose,
                             const std::optional<EpisodeId>& episode) {
  return tx.first(kLatest, {person, purpose, episode}, record_of);
}

/// The record that the decision becomes, its place still open; nothing when it is so already.
Result<std::optional<Record>> consent_of(const Decision& decision, const std::optional<Record>& before,
                                         std::int64_t decided) {
  const auto* text = texts().asked_now(decision.purpose);
  if (text == nullptr) return fail(not_found());
  if (text->version != decision.version) {
    return fail(Error{ErrorKind::conflict, "consent.version",
                      "This text has changed since you opened it. Please read it as it is now, and decide then."});
  }
  const auto& wording = wording_of(*text, decision.language);
  if (wording.language != decision.language) {
    return fail(invalid("consent.language", "There is no such text in this language.",
                        {{"/language", "Give the language in which the text was read."}}));
  }
  if (before && before->given && before->version == decision.version && counts(*before)) return std::nullopt;
  if (decision.based_on && *decision.based_on != decided) {
    return fail(Error{ErrorKind::conflict, "consent.older",
                      "Something else was decided here meanwhile, perhaps on another device. Please look again."});
  }
  return Record{decision.id, decision.person, decision.episode,     decision.purpose,
                0,           text->version,   wording.language,     digest_of(*text, wording),
                true,        decision.by,     decision.sealed_note, decision.at};
}

/// The consents that a withdrawal ends, the oldest first: for everything that the person does here, or for one episode.
std::vector<Record> standing(ReadTx& tx, const Decision& withdrawal) {
  std::vector<Record> found;
  for (const auto& one : of(tx, withdrawal.person)) {
    const bool is_in_reach = !withdrawal.episode || !one.episode || one.episode == withdrawal.episode;
    if (one.purpose != withdrawal.purpose || !is_in_reach) continue;
    const auto is_ended = [&](const Record& earlier) {
      return !one.episode || one.episode == earlier.episode || one.episode == withdrawal.episode;
    };
    std::erase_if(found, is_ended);
    if (one.given) found.push_back(one);
  }
  return found;
}

std::optional<Record> withdrawal_of(ReadTx& tx, const Decision& decision) {
  const auto ended = standing(tx, decision);
  if (ended.empty()) return std::nullopt;
  auto record = ended.back();
  record.id = decision.id;
  record.episode = decision.episode;
  record.given = false;
  record.by = decision.by;
  record.sealed_note = decision.sealed_note;
  record.at = decision.at;
  record.put_back_to = decision.put_back_to;
  return record;
}

/// One after another: what is decided at the same time about one person gets one order, and so has what rests on it.
/// False when there is no such person.
bool lock_person(WriteTx& tx, AccountId person) {
  return tx.first(kLockPerson, {person}, [](const Row&) { return true; }).has_value();
}

void add(WriteTx& tx, const Record& record) {
  tx.execute(kAdd,
             {record.id, record.person, record.episode, record.purpose, record.place, record.version, record.language,
              record.digest, record.given, record.by, record.sealed_note, record.at, record.put_back_to});
}

}  // namespace

bool counts(const Record& latest) {
  return latest.given && texts().count(latest.purpose, latest.version, latest.language, latest.digest);
}

bool has(ReadTx& tx, AccountId person, std::string_view purpose, std::optional<EpisodeId> episode) {
  const auto record = latest(tx, person, purpose, episode);
  return record && counts(*record);
}

bool has(WriteTx& tx, AccountId person, std::string_view purpose, std::optional<EpisodeId> episode) {
  return lock_person(tx, person) && has(static_cast<ReadTx&>(tx), person, purpose, episode);
}

std::vector<Record> of(ReadTx& tx, AccountId person) {
  return tx.list(kAll, {person}, record_of);
}

Result<bool> decide(WriteTx& tx, const Decision& decision, const std::vector<WhenWithdrawn>& when_withdrawn) {
  if (!lock_person(tx, decision.person)) return fail(not_found());
  const auto decided =
      tx.first(kCount, {decision.person, decision.purpose}, [](const Row& row) { return row.int64(0); }).value_or(0);
  std::optional<Record> record;
  if (decision.given) {
    const auto before = latest(tx, decision.person, decision.purpose, decision.episode);
    TRY_ASSIGN(record, consent_of(decision, before, decided));
  } else {
    record = withdrawal_of(tx, decision);
  }
  if (!record) return false;
  record->place = decided + 1;
  add(tx, *record);
  if (record->given) return true;
  for (const auto& end : when_withdrawn) TRY(end(tx, *record));
  return true;
}

Result<std::int64_t> end_all(WriteTx& tx, Time put_back_to, const std::vector<WhenWithdrawn>& when_withdrawn) {
  const auto decided =
      tx.list(kDecided, {}, [](const Row& row) { return std::pair(row.id<AccountId>(0), std::string(row.text(1))); });
  std::int64_t ended = 0;
  for (const auto& [person, purpose] : decided) {
    const Decision end{.id = ConsentId::make(tx.now()),
                       .person = person,
                       .purpose = purpose,
                       .version = {},
                       .language = {},
                       .by = person,
                       .at = tx.now(),
                       .put_back_to = put_back_to};
    TRY_ASSIGN(const bool has_ended, decide(tx, end, when_withdrawn));
    ended += has_ended ? 1 : 0;
  }
  return ended;
}

void erase_person(WriteTx& tx, AccountId person) {
  tx.execute(kErase, {person});
}

}  // namespace rapport::consent
