#include "features/check_in/check_in.hpp"
#include "features/safety_gate/safety_gate.hpp"

namespace rapport::safety_gate {
namespace {

using encounters::Encounter;
using encounters::Status;
using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kFind{"safety_gate.find", "SELECT at, sealed_answers, skipped_at FROM safety_gate WHERE encounter_id = $1",
                  true};
const Query kOfEpisode{"safety_gate.of_episode",
                       "SELECT g.at, g.sealed_answers, g.skipped_at, g.encounter_id FROM encounter n"
                       " JOIN safety_gate g ON g.encounter_id = n.id WHERE n.episode_id = $1 AND g.client_id = $2"
                       " ORDER BY g.at",
                       true};
const Query kUsual{"safety_gate.usual", "SELECT sealed_place FROM usual_place WHERE client_id = $1", true};
const Query kLock{"safety_gate.lock",
                  "SELECT id FROM episode_of_care WHERE id = (SELECT n.episode_id FROM encounter n WHERE n.id = $1)"
                  " {for_update}",
                  true};
const Query kAnswer{"safety_gate.answer",
                    "INSERT INTO safety_gate (encounter_id, client_id, at, sealed_answers) VALUES ($1, $2, $3, $4)"
                    " ON CONFLICT (encounter_id) DO UPDATE SET at = $3, sealed_answers = $4, skipped_at = NULL",
                    true};
const Query kSkip{"safety_gate.skip",
                  "INSERT INTO safety_gate (encounter_id, client_id, at) VALUES ($1, $2, $3)"
                  " ON CONFLICT (encounter_id) DO UPDATE SET skipped_at = $3 WHERE safety_gate.skipped_at IS NULL"
                  " AND safety_gate.sealed_answers IS NOT NULL AND safety_gate.at <= $4",
                  true};
const Query kKeepUsual{"safety_gate.keep_usual",
                       "INSERT INTO usual_place (client_id, saved_at, sealed_place) VALUES ($1, $2, $3)"
                       " ON CONFLICT (client_id) DO UPDATE SET saved_at = $2, sealed_place = $3",
                       true};
const Query kForgetUsual{"safety_gate.forget_usual", "DELETE FROM usual_place WHERE client_id = $1", true};
const Query kForgetAllUsual{"safety_gate.forget_all_usual", "DELETE FROM usual_place"};
const Query kForgetOld{"safety_gate.forget_old", "DELETE FROM safety_gate WHERE at < $1", true};
const Query kErase{"safety_gate.erase", "DELETE FROM safety_gate WHERE client_id = $1"};

StoredGate to_gate(const Row& row) {
  StoredGate gate{row.time(0), {}, {}};
  if (!row.is_null(1)) gate.sealed_answers = copy_of(row.bytes(1));
  gate.skipped_at = row.maybe_time(2);
  return gate;
}

/// Until the end of the transaction nobody else changes anything of the session's episode.
Result<Encounter> lock_own(WriteTx& tx, AccountId viewer, EncounterId id) {
  tx.each(kLock, {id}, [](const Row&) {});
  TRY_ASSIGN(const Encounter encounter, encounters::find_encounter(tx, viewer, id));
  if (viewer != encounter.client) {
    return fail({ErrorKind::conflict, "between.client_alone", "Only the client does this."});
  }
  if (encounter.status == Status::closed || encounter.status == Status::cancelled) {
    return fail({ErrorKind::conflict, "safety_gate.over",
                 "The session is over, or was cancelled. Where you are is not needed any more."});
  }
  return encounter;
}

}  // namespace

Result<FoundGate> find(ReadTx& tx, AccountId viewer, EncounterId id) {
  TRY_ASSIGN(const Encounter encounter, encounters::find_encounter(tx, viewer, id));
  FoundGate found{encounter, tx.first(kFind, {id}, to_gate), {}};
  if (viewer == encounter.client) found.sealed_usual = find_usual(tx, encounter.client);
  return found;
}

Result<Changed> answer(WriteTx& tx, AccountId viewer, EncounterId id, BytesView sealed_answers, Time now) {
  TRY_ASSIGN(const Encounter encounter, lock_own(tx, viewer, id));
  tx.execute(kAnswer, {id, encounter.client, now, sealed_answers});
  check_in::tell_all(tx, encounter, check_in::OpeningPart::safety_gate, false);
  return Changed{encounter, true};
}

Result<Changed> skip(WriteTx& tx, AccountId viewer, EncounterId id, const Rules& rules, Time now) {
  TRY_ASSIGN(const Encounter encounter, lock_own(tx, viewer, id));
  const bool is_new = tx.execute(kSkip, {id, encounter.client, now, now - rules.ask_again}) == 1;
  if (is_new) check_in::tell_all(tx, encounter, check_in::OpeningPart::safety_gate, false);
  return Changed{encounter, is_new};
}

void keep_usual(WriteTx& tx, AccountId client, BytesView sealed_place, Time now) {
  tx.execute(kKeepUsual, {client, now, sealed_place});
}

bool forget_usual(WriteTx& tx, AccountId client) {
  return tx.execute(kForgetUsual, {client}) == 1;
}

std::int64_t forget_all_usual(WriteTx& tx) {
  return tx.execute(kForgetAllUsual, {});
}

std::optional<Bytes> find_usual(ReadTx& tx, AccountId client) {
  return tx.first(kUsual, {client}, [](const Row& row) { return copy_of(row.bytes(0)); });
}

std::vector<StoredGateOf> list_gates(ReadTx& tx, AccountId client, EpisodeId episode) {
  return tx.list(kOfEpisode, {episode, client},
                 [](const Row& row) { return StoredGateOf{row.id<EncounterId>(3), to_gate(row)}; });
}

std::int64_t forget_old(WriteTx& tx, const Rules& rules, Time now) {
  return tx.execute(kForgetOld, {now - rules.kept});
}

void erase_client(WriteTx& tx, AccountId client) {
  tx.execute(kErase, {client});
  tx.execute(kForgetUsual, {client});
}

}  // namespace rapport::safety_gate
