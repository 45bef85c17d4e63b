#pragma once
/// @file The password together with the second factor, where somebody who is logged in changes how they log in.
/// Whoever saw the password, and found a browser that was left open, must not throw the owner out with them.
#include <optional>
#include <string>
#include <type_traits>

#include "features/log_in/proofs.hpp"
#include "features/passkeys/passkey_proofs.hpp"

namespace rapport::log_in {

struct WholeProof {
  static constexpr std::string_view says =
      "`code` is one of the app, or a recovery code, which is used up. In its place `passkey` may stand, the answer to "
      "a challenge of `/api/me/passkeys/challenge`.";
  http::Text<1, 1024> password;
  std::optional<http::Text<1, 20>> code;
  std::optional<passkeys::PasskeyAnswer> passkey;
};
BOOST_DESCRIBE_STRUCT(WholeProof, (), (password, code, passkey))

/// The second half of a proof of whoever is logged in: a passkey that was found right before the transaction that uses
/// it up, or a code, which is looked at there.
class SecondHalf {
 public:
  /// Errors: those of passkeys::prove_own. Not guarded.
  static Result<SecondHalf> of(Context& context, const http::Call& call, std::string code,
                               const std::optional<passkeys::PasskeyAnswer>& passkey);
  /// Uses it up. Errors: those of passkeys::use_proof and use_code.
  Result<void> use(store::WriteTx& tx) const;
  /// The same where there is a second factor; without one nothing is asked for. Error besides: invalid ("code.needed").
  Result<void> use_if_there_is_one(store::WriteTx& tx) const;
  /// After the transaction that was to use it failed.
  void settle(Context& context, const http::Call& call, const Error& error) const;

 private:
  SecondHalf(Context& context, access::ClientKeys::SharedKey key) : context_(&context), key_(std::move(key)) {}
  Context* context_;
  access::ClientKeys::SharedKey key_;
  std::string code_;
  std::optional<passkeys::Proof> passkey_;
};

/// Runs `change` (WriteTx&, const SecondHalf&, AuditEntry&) -> Result<T> in one transaction as one guess, once the
/// password is right. It uses the second half up, and says in the entry what it did.
template <class F>
auto with_noted_proof(Context& context, const http::Call& call, const WholeProof& proof, F change)
    -> std::invoke_result_t<F&, store::WriteTx&, const SecondHalf&, access::AuditEntry&> {
  using Outcome = std::invoke_result_t<F&, store::WriteTx&, const SecondHalf&, access::AuditEntry&>;
  TRY_ASSIGN(const auto digest, own_login_digest(context, call));
  return guarded(context, call, digest, [&]() -> Outcome {
    TRY_ASSIGN(const auto account, prove_password(context, call, proof.password.str()));
    TRY_ASSIGN(const auto second,
               SecondHalf::of(context, call, proof.code ? proof.code->str() : std::string(), proof.passkey));
    auto done = audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Outcome {
      if (!is_unchanged(tx, account)) return fail(changed_meanwhile());
      return change(tx, second, entry);
    });
    if (!done) second.settle(context, call, done.error());
    return done;
  });
}

/// with_noted_proof for one thing that is changed: `change` (WriteTx&, const SecondHalf&) -> Result<T>.
template <class F>
auto with_proof(Context& context, const http::Call& call, const WholeProof& proof, F change)
    -> std::invoke_result_t<F&, store::WriteTx&, const SecondHalf&> {
  return with_noted_proof(context, call, proof,
                          [&](store::WriteTx& tx, const SecondHalf& second, access::AuditEntry& entry) {
                            entry.count = 1;
                            return change(tx, second);
                          });
}

}  // namespace rapport::log_in
