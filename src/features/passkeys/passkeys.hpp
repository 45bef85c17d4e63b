#pragma once
/// @file The passkeys of people: what is stored of them, and what becomes of an answer. A passkey with which the device
/// recognised the person stands for password and second factor together. Who may log in is asked in features/log_in.
#include <cstdint>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "base/id.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"
#include "webauthn/webauthn.hpp"

namespace rapport::passkeys {

using PasskeyId = Id<struct PasskeyTag>;

/// How long a question can be answered.
inline constexpr std::chrono::minutes kQuestionLife{5};
/// Of one person at the most.
inline constexpr std::int64_t kMostPasskeys = 20;

/// One as its owner sees it. The name is sealed under the owner's key, bound to the passkey's id.
struct Listed {
  PasskeyId id;
  Bytes sealed_name;
  Time added_at;
  std::optional<Time> used_at;
  std::optional<Time> refused_at;  ///< when it last looked like a copy
};
/// The oldest first.
std::vector<Listed> list_passkeys(store::ReadTx& tx, AccountId account);
std::int64_t count_passkeys(store::ReadTx& tx, AccountId account);

/// What the devices of one person are told: which passkeys are theirs, and the random handle that stands for them.
struct KnownToDevices {
  std::vector<Bytes> credentials;
  std::optional<Bytes> user_handle;  ///< none before the first
};
KnownToDevices known_to_devices(store::ReadTx& tx, AccountId account);

struct Stored {
  PasskeyId id;
  AccountId account;
  Bytes user_handle;
  webauthn::Key key;
};
std::optional<Stored> find_passkey(store::ReadTx& tx, BytesView credential);

struct NewPasskey {
  PasskeyId id;
  AccountId account;
  Bytes user_handle;
  webauthn::Credential credential;
  Bytes sealed_name;
};
/// Errors: conflict ("passkey.exists") when it is there already, whoever's it is; conflict ("passkey.too_many").
Result<void> add_passkey(store::WriteTx& tx, const NewPasskey& passkey, Time now);
/// False unless it is a passkey of this person.
bool remove_passkey(store::WriteTx& tx, AccountId account, PasskeyId id);
void forget_passkeys_of(store::WriteTx& tx, AccountId account);

/// A challenge that was answered, until nobody could answer it any more. False when it was answered before.
bool use_challenge(store::WriteTx& tx, std::string_view challenge, Time ends_at, Time now);

/// No question that was asked before `now` can be answered any more.
void end_all_questions(store::WriteTx& tx, Time now);

/// An answer that was found right (passkey_proofs.hpp), before the transaction it is for.
struct Proof {
  PasskeyId passkey;
  AccountId account;
  std::uint32_t sign_count = 0;
  std::string challenge;
  Time ends_at;
};
/// Uses the answer up, in the transaction that it is given for: the same one counts once. Errors: conflict
/// ("passkey.over") when it was used before; invalid ("passkey.wrong") when the passkey was removed meanwhile; conflict
/// ("passkey.copied") when it says that it has signed no more often than is known: then two devices have it, and one of
/// them should not.
Result<void> use_proof(store::WriteTx& tx, const Proof& proof, Time now);
/// After "passkey.copied", in a transaction of its own: the owner finds it beside the passkey, and in a mail.
Result<void> note_copied(store::WriteTx& tx, const Proof& proof, Time now);

Error wrong_passkey();
Error question_is_over();

}  // namespace rapport::passkeys
