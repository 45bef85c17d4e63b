#include "features/log_in/second_factor.hpp"

#include <sodium.h>

#include "features/log_in/totp.hpp"
#include "features/passkeys/passkeys.hpp"

namespace rapport::log_in {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kSecret{"second_factor.secret",
                    "SELECT sealed_secret, confirmed_at, last_step, sealed_next, begun_at FROM code_secret"
                    " WHERE account_id = $1",
                    true};
const Query kBegin{"second_factor.begin",
                   "INSERT INTO code_secret (account_id, sealed_secret, last_step, begun_at) VALUES ($1, $2, 0, $3)"
                   " ON CONFLICT (account_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, last_step = 0,"
                   " begun_at = excluded.begun_at"
                   " WHERE code_secret.confirmed_at IS NULL",
                   true};
const Query kAdd{"second_factor.add",
                 "INSERT INTO code_secret (account_id, sealed_secret, confirmed_at, last_step) VALUES ($1, $2, $3, 0)",
                 true};
const Query kConfirm{"second_factor.confirm",
                     "UPDATE code_secret SET confirmed_at = $2, last_step = $3, begun_at = NULL"
                     " WHERE account_id = $1 AND confirmed_at IS NULL AND sealed_secret = $4",
                     true};
const Query kBeginNext{"second_factor.begin_next",
                       "UPDATE code_secret SET sealed_next = $2, begun_at = $3"
                       " WHERE account_id = $1 AND confirmed_at IS NOT NULL",
                       true};
const Query kConfirmNext{
    "second_factor.confirm_next",
    "UPDATE code_secret SET sealed_secret = sealed_next, sealed_next = NULL, begun_at = NULL,"
    " confirmed_at = $2, last_step = $3 WHERE account_id = $1 AND confirmed_at IS NOT NULL AND sealed_next = $4",
    true};
const Query kUseStep{"second_factor.use_step",
                     "UPDATE code_secret SET last_step = $2"
                     " WHERE account_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2",
                     true};
const Query kRemove{"second_factor.remove",
                    "DELETE FROM code_secret WHERE account_id = $1 AND confirmed_at IS NOT NULL", true};
const Query kForgetBegun{"second_factor.forget_begun",
                         "DELETE FROM code_secret WHERE account_id = $1 AND confirmed_at IS NULL", true};
const Query kForgetNext{"second_factor.forget_next",
                        "UPDATE code_secret SET sealed_next = NULL, begun_at = NULL WHERE account_id = $1", true};
const Query kDeleteBegun{"second_factor.delete_begun",
                         "DELETE FROM code_secret WHERE confirmed_at IS NULL AND COALESCE(begun_at, 0) <= $1"};
const Query kDeleteNext{"second_factor.delete_next",
                        "UPDATE code_secret SET sealed_next = NULL, begun_at = NULL"
                        " WHERE sealed_next IS NOT NULL AND COALESCE(begun_at, 0) <= $1"};
const Query kForgetCodes{"second_factor.forget_codes", "DELETE FROM recovery_code WHERE account_id = $1", true};
const Query kForgetAllCodes{"second_factor.forget_all_codes", "DELETE FROM recovery_code"};
const Query kAddCode{"second_factor.add_code", "INSERT INTO recovery_code (account_id, code_digest) VALUES ($1, $2)",
                     true};
const Query kCountCodes{"second_factor.count_codes", "SELECT COUNT(*) FROM recovery_code WHERE account_id = $1", true};
const Query kUseCode{"second_factor.use_code", "DELETE FROM recovery_code WHERE account_id = $1 AND code_digest = $2",
                     true};

constexpr std::size_t kCodeLetters = 10;
/// Without those that are taken for each other on paper.
constexpr std::string_view kLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
static_assert(kLetters.size() == 32, "each letter is five bits");

Error wrong_code() {
  return invalid("code.wrong", "This code is not right, or it was used already. Please wait for the next one.",
                 {{"/code", "Give the code that the app shows now, or a recovery code that was not used."}});
}

bool is_over(const CodeSecret& secret, Time now) {
  return !secret.begun_at || *secret.begun_at + kSetUpLasts <= now;
}

Error over() {
  return {ErrorKind::conflict, "second_factor.over",
          "There is nothing to turn on, or not any more: it has to be done within ten minutes. Please begin again."};
}

/// "abcde-fghij" as it was made: capital letters, no hyphen.
std::string plain_code(std::string_view typed) {
  std::string code;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    code.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return code;
}

/// Keyed, so that a copy of the database alone tells nobody the codes.
Bytes code_digest(const access::SealKey& root, AccountId account, std::string_view code) {
  return access::keyed_digest(root.subkey("recovery"), account.text() + plain_code(code));
}

}  // namespace

std::optional<CodeSecret> find_code_secret(ReadTx& tx, AccountId account) {
  return tx.first(kSecret, {account}, [](const Row& row) {
    return CodeSecret{Bytes(row.bytes(0).begin(), row.bytes(0).end()), row.maybe_time(1), row.int64(2),
                      row.maybe_bytes(3), row.maybe_time(4)};
  });
}

Result<void> begin_code_secret(WriteTx& tx, AccountId account, BytesView sealed, Time now) {
  if (tx.execute(kBegin, {account, sealed, now}) == 1) return {};
  return fail({ErrorKind::conflict, "second_factor.exists",
               "There is a second factor already. Replace it, or remove it first."});
}

Result<void> begin_replacement(WriteTx& tx, AccountId account, BytesView sealed, Time now) {
  if (tx.execute(kBeginNext, {account, sealed, now}) == 1) return {};
  return fail({ErrorKind::conflict, "second_factor.none", "There is no second factor to replace. Set one up."});
}

Result<void> confirm_replacement(WriteTx& tx, const access::SealKey& key, AccountId account, std::string_view code,
                                 Time now) {
  const auto secret = find_code_secret(tx, account);
  if (!secret || !secret->sealed_next || is_over(*secret, now)) return fail(over());
  TRY_ASSIGN(const auto plain, access::unseal(key, account.bytes(), *secret->sealed_next));
  const auto step = step_of_code(as_bytes(plain), code, now, 0);
  if (!step || tx.execute(kConfirmNext, {account, now, *step, *secret->sealed_next}) != 1) return fail(wrong_code());
  return {};
}

bool has_second_factor(ReadTx& tx, AccountId account) {
  const auto secret = find_code_secret(tx, account);
  return (secret && secret->confirmed_at) || passkeys::count_passkeys(tx, account) > 0;
}

bool remove_second_factor(WriteTx& tx, AccountId account) {
  if (passkeys::count_passkeys(tx, account) == 0) tx.execute(kForgetCodes, {account});
  return tx.execute(kRemove, {account}) == 1;
}

bool end_second_factor(WriteTx& tx, AccountId account) {
  const bool had_one = has_second_factor(tx, account);
  passkeys::forget_passkeys_of(tx, account);
  remove_second_factor(tx, account);
  return had_one;
}

Result<void> confirm_code_secret(WriteTx& tx, const access::SealKey& key, AccountId account, std::string_view code,
                                 Time now) {
  const auto secret = find_code_secret(tx, account);
  if (!secret || secret->confirmed_at || is_over(*secret, now)) return fail(over());
  TRY_ASSIGN(const auto plain, access::unseal(key, account.bytes(), secret->sealed));
  const auto step = step_of_code(as_bytes(plain), code, now, 0);
  if (!step || tx.execute(kConfirm, {account, now, *step, secret->sealed}) != 1) return fail(wrong_code());
  return {};
}

void forget_begun_secrets_of(WriteTx& tx, AccountId account) {
  tx.execute(kForgetBegun, {account});
  tx.execute(kForgetNext, {account});
}

void delete_begun_secrets(WriteTx& tx, Time now) {
  tx.execute(kDeleteBegun, {now - kSetUpLasts});
  tx.execute(kDeleteNext, {now - kSetUpLasts});
}

void add_code_secret(WriteTx& tx, AccountId account, BytesView sealed, Time now) {
  tx.execute(kAdd, {account, sealed, now});
}

std::string make_code_secret() {
  access::ensure_crypto();
  std::string secret(kCodeSecretBytes, '\0');
  randombytes_buf(secret.data(), secret.size());
  return secret;
}

RecoveryCodes make_recovery_codes() {
  access::ensure_crypto();
  RecoveryCodes codes;
  for (auto& code : codes) {
    for (std::size_t i = 0; i < kCodeLetters; ++i) {
      if (i == kCodeLetters / 2) code.push_back('-');
      code.push_back(kLetters[randombytes_uniform(static_cast<std::uint32_t>(kLetters.size()))]);
    }
  }
  return codes;
}

void replace_recovery_codes(WriteTx& tx, const access::SealKey& root, AccountId account, const RecoveryCodes& codes) {
  tx.execute(kForgetCodes, {account});
  for (const auto& code : codes) tx.execute(kAddCode, {account, code_digest(root, account, code)});
}

std::int64_t forget_all_recovery_codes(WriteTx& tx) {
  return tx.execute(kForgetAllCodes, {});
}

std::int64_t count_recovery_codes(ReadTx& tx, AccountId account) {
  return tx.first(kCountCodes, {account}, [](const Row& row) { return row.int64(0); }).value_or(0);
}

bool use_recovery_code(WriteTx& tx, const access::SealKey& root, AccountId account, std::string_view code) {
  return tx.execute(kUseCode, {account, code_digest(root, account, code)}) == 1;
}

Result<void> use_code(WriteTx& tx, const access::SealKey& root, const access::SealKey& key, AccountId account,
                      std::string_view code, Time now) {
  if (use_recovery_code(tx, root, account, code)) return {};
  const auto secret = find_code_secret(tx, account);
  if (!secret || !secret->confirmed_at) return fail(wrong_code());
  TRY_ASSIGN(const auto plain, access::unseal(key, account.bytes(), secret->sealed));
  const auto step = step_of_code(as_bytes(plain), code, now, secret->last_step);
  if (!step || tx.execute(kUseStep, {account, *step}) != 1) return fail(wrong_code());
  return {};
}

}  // namespace rapport::log_in
