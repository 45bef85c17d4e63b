#pragma once
/// @file The second factor of a log-in: a code from an app (totp.hpp), or one of ten recovery codes on paper.
#include <array>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "access/seal.hpp"
#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::log_in {

/// A secret that was begun is confirmed within this time.
inline constexpr std::chrono::minutes kSetUpLasts{10};
inline constexpr std::size_t kRecoveryCodes = 10;
using RecoveryCodes = std::array<std::string, kRecoveryCodes>;

/// What is stored of a person's secret. It is sealed under the person's key, bound to the account's id.
struct CodeSecret {
  Bytes sealed;
  std::optional<Time> confirmed_at;  ///< absent: it is not in use yet
  std::int64_t last_step = 0;
  std::optional<Bytes> sealed_next = {};  ///< begun to replace it
  std::optional<Time> begun_at = {};      ///< of what is not in use yet
};
std::optional<CodeSecret> find_code_secret(store::ReadTx& tx, AccountId account);
/// Begins again with another secret. Error: conflict ("second_factor.exists") when one is in use.
Result<void> begin_code_secret(store::WriteTx& tx, AccountId account, BytesView sealed, Time now);
/// One that is in use from the beginning, for an account that has none: invented people's, who scan nothing.
void add_code_secret(store::WriteTx& tx, AccountId account, BytesView sealed, Time now);
/// A new secret. It is a secret until it is sealed.
std::string make_code_secret();
/// Whether a code or a passkey is asked for beside the password.
bool has_second_factor(store::ReadTx& tx, AccountId account);
/// The secret goes, and all recovery codes unless there is a passkey, for which they stand in as well. False when no
/// secret was in use.
bool remove_second_factor(store::WriteTx& tx, AccountId account);
/// All of it goes, because it is lost: the secret, the passkeys and the recovery codes. False when there was none.
bool end_second_factor(store::WriteTx& tx, AccountId account);

/// Puts a secret that was begun into use, if this is its code of `now`. `key` is the person's own.
/// Errors: invalid ("code.wrong"); conflict ("second_factor.over") when none was begun within kSetUpLasts.
Result<void> confirm_code_secret(store::WriteTx& tx, const access::SealKey& key, AccountId account,
                                 std::string_view code, Time now);

/// The secret of another phone, beside the one that is in use until a code of it came. Error: conflict
/// ("second_factor.none") when none is in use.
Result<void> begin_replacement(store::WriteTx& tx, AccountId account, BytesView sealed, Time now);
/// Puts it into use in place of the one before, if this is its code of `now`. Errors: those of confirm_code_secret.
Result<void> confirm_replacement(store::WriteTx& tx, const access::SealKey& key, AccountId account,
                                 std::string_view code, Time now);

/// What this person began and did not confirm goes.
void forget_begun_secrets_of(store::WriteTx& tx, AccountId account);
/// The same of everybody, once it can be confirmed no more; for a job that runs now and then.
void delete_begun_secrets(store::WriteTx& tx, Time now);

/// New codes that replace those before; they are stored as digests, so this is the only time they can be shown.
/// Each is "XXXXX-XXXXX", 50 random bits.
RecoveryCodes make_recovery_codes();
void replace_recovery_codes(store::WriteTx& tx, const access::SealKey& root, AccountId account,
                            const RecoveryCodes& codes);
/// No code on paper counts any more, whose ever it is; how many there were.
std::int64_t forget_all_recovery_codes(store::WriteTx& tx);
std::int64_t count_recovery_codes(store::ReadTx& tx, AccountId account);
/// Uses a recovery code up, typed with or without its hyphen, in any case. False when it is none.
bool use_recovery_code(store::WriteTx& tx, const access::SealKey& root, AccountId account, std::string_view code);

/// Uses a code up, of the app or on paper, in the transaction that it is given for: the same code counts once, also
/// when it comes twice at the same time. Error: invalid ("code.wrong").
Result<void> use_code(store::WriteTx& tx, const access::SealKey& root, const access::SealKey& key, AccountId account,
                      std::string_view code, Time now);

}  // namespace rapport::log_in
