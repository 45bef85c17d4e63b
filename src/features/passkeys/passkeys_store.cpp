#include "access/seal.hpp"
#include "features/notify/notify.hpp"
#include "features/passkeys/passkeys.hpp"

namespace rapport::passkeys {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kList{"passkeys.list",
                  "SELECT id, sealed_name, added_at, used_at, refused_at FROM passkey WHERE account_id = $1"
                  " ORDER BY added_at, id",
                  true};
const Query kCount{"passkeys.count", "SELECT COUNT(*) FROM passkey WHERE account_id = $1", true};
const Query kKnown{"passkeys.known_to_devices",
                   "SELECT credential_id, user_handle FROM passkey WHERE account_id = $1 ORDER BY added_at, id", true};
const Query kFind{"passkeys.find",
                  "SELECT id, account_id, user_handle, algorithm, public_key FROM passkey WHERE credential_id = $1",
                  true};
const Query kAdd{"passkeys.add",
                 "INSERT INTO passkey (id, account_id, credential_id, user_handle, algorithm, public_key, sign_count,"
                 " sealed_name, added_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
                 " ON CONFLICT (credential_id) DO NOTHING",
                 true};
const Query kRemove{"passkeys.remove", "DELETE FROM passkey WHERE id = $1 AND account_id = $2", true};
const Query kForget{"passkeys.forget", "DELETE FROM passkey WHERE account_id = $1", true};
/// The digest of no challenge, that of the row that stands for all questions of before a moment.
const Bytes kAllOfBefore(32);
const Query kIsOfBefore{"passkeys.is_of_before",
                        "SELECT 1 FROM passkey_challenge WHERE challenge_digest = $1 AND ends_at >= $2", true};
const Query kUseChallenge{"passkeys.use_challenge",
                          "INSERT INTO passkey_challenge (challenge_digest, ends_at) VALUES ($1, $2)"
                          " ON CONFLICT (challenge_digest) DO NOTHING",
                          true};
const Query kEndQuestions{"passkeys.end_questions",
                          "INSERT INTO passkey_challenge (challenge_digest, ends_at) VALUES ($1, $2)"
                          " ON CONFLICT (challenge_digest) DO UPDATE SET ends_at = excluded.ends_at"};
// Few rows: those of a few minutes.
const Query kForgetChallenges{"passkeys.forget_challenges", "DELETE FROM passkey_challenge WHERE ends_at <= $1"};
// A passkey that does not count says 0 each time.
const Query kUse{"passkeys.use",
                 "UPDATE passkey SET sign_count = $3, used_at = $4"
                 " WHERE id = $1 AND account_id = $2 AND (sign_count < $3 OR (sign_count = 0 AND $3 = 0))",
                 true};
const Query kSignCount{"passkeys.sign_count", "SELECT sign_count FROM passkey WHERE id = $1 AND account_id = $2", true};
const Query kRefused{"passkeys.refused", "UPDATE passkey SET refused_at = $2 WHERE id = $1", true};

std::optional<std::int64_t> sign_count_of(ReadTx& tx, const Proof& proof) {
  return tx.first(kSignCount, {proof.passkey, proof.account}, [](const Row& row) { return row.int64(0); });
}

/// A key of a kind that a later version took is none here.
std::optional<Stored> to_stored(const Row& row) {
  const auto algorithm = webauthn::algorithm_of(row.int64(3));
  if (!algorithm) return std::nullopt;
  return Stored{row.id<PasskeyId>(0), row.id<AccountId>(1), copy_of(row.bytes(2)), {*algorithm, copy_of(row.bytes(4))}};
}

}  // namespace

std::vector<Listed> list_passkeys(ReadTx& tx, AccountId account) {
  return tx.list(kList, {account}, [](const Row& row) {
    return Listed{row.id<PasskeyId>(0), copy_of(row.bytes(1)), row.time(2), row.maybe_time(3), row.maybe_time(4)};
  });
}

std::int64_t count_passkeys(ReadTx& tx, AccountId account) {
  return tx.first(kCount, {account}, [](const Row& row) { return row.int64(0); }).value_or(0);
}

KnownToDevices known_to_devices(ReadTx& tx, AccountId account) {
  KnownToDevices known;
  tx.each(kKnown, {account}, [&](const Row& row) {
    known.credentials.push_back(copy_of(row.bytes(0)));
    known.user_handle = copy_of(row.bytes(1));
  });
  return known;
}

std::optional<Stored> find_passkey(ReadTx& tx, BytesView credential) {
  return tx.first(kFind, {credential}, to_stored).value_or(std::nullopt);
}

Result<void> add_passkey(WriteTx& tx, const NewPasskey& passkey, Time now) {
  if (count_passkeys(tx, passkey.account) >= kMostPasskeys) {
    return fail({ErrorKind::conflict, "passkey.too_many",
                 "You have as many passkeys as there can be. Remove one that you no longer use first."});
  }
  const auto& [id, key, sign_count] = passkey.credential;
  const auto added =
      tx.execute(kAdd, {passkey.id, passkey.account, id, passkey.user_handle, static_cast<std::int64_t>(key.algorithm),
                        key.bytes, static_cast<std::int64_t>(sign_count), passkey.sealed_name, now});
  if (added == 1) return {};
  return fail({ErrorKind::conflict, "passkey.exists", "This passkey is set up here already."});
}

bool remove_passkey(WriteTx& tx, AccountId account, PasskeyId id) {
  return tx.execute(kRemove, {id, account}) == 1;
}

void forget_passkeys_of(WriteTx& tx, AccountId account) {
  tx.execute(kForget, {account});
}

bool use_challenge(WriteTx& tx, std::string_view challenge, Time ends_at, Time now) {
  tx.execute(kForgetChallenges, {now});
  const auto digest = access::plain_digest(as_bytes(challenge));
  if (tx.first(kIsOfBefore, {kAllOfBefore, ends_at}, [](const Row&) { return true; })) return false;
  return tx.execute(kUseChallenge, {digest, ends_at}) == 1;
}

void end_all_questions(WriteTx& tx, Time now) {
  tx.execute(kEndQuestions, {kAllOfBefore, now + kQuestionLife});
}

Result<void> use_proof(WriteTx& tx, const Proof& proof, Time now) {
  if (!use_challenge(tx, proof.challenge, proof.ends_at, now)) return fail(question_is_over());
  const auto count = static_cast<std::int64_t>(proof.sign_count);
  if (tx.execute(kUse, {proof.passkey, proof.account, count, now}) == 1) return {};
  if (!sign_count_of(tx, proof)) return fail(wrong_passkey());
  return fail({ErrorKind::conflict, "passkey.copied",
               "This passkey may have been copied, so it was refused. Log in in another way, remove it and make a new "
               "one. If you copied nothing, tell your practice."});
}

Result<void> note_copied(WriteTx& tx, const Proof& proof, Time now) {
  const auto known = sign_count_of(tx, proof);
  if (!known) return {};
  tx.execute(kRefused, {proof.passkey, now});
  // However often the copy is tried, one mail until the right one is used again.
  const auto key = "passkeys:copied:" + proof.passkey.text() + ":" + std::to_string(*known);
  TRY(notify::queue(tx, {key, proof.account, notify::Kind::passkey_refused}, now));
  return {};
}

Error wrong_passkey() {
  return invalid("passkey.wrong", "This passkey was not accepted. Please try again, or use another way.");
}

Error question_is_over() {
  return {ErrorKind::conflict, "passkey.over", "This took longer than five minutes, or came twice. Please try again."};
}

}  // namespace rapport::passkeys
