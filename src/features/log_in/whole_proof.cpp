#include "features/log_in/whole_proof.hpp"

#include "features/log_in/second_factor.hpp"

namespace rapport::log_in {

Result<SecondHalf> SecondHalf::of(Context& context, const http::Call& call, std::string code,
                                  const std::optional<passkeys::PasskeyAnswer>& passkey) {
  const auto account = context.viewer.account;
  TRY_ASSIGN(auto key, context.house.keys.key_for(account, call.deadline));
  SecondHalf half(context, std::move(key));
  if (!passkey) {
    half.code_ = std::move(code);
    return half;
  }
  TRY_ASSIGN(half.passkey_, passkeys::prove_own(context, call, passkeys::Purpose::prove, account, *passkey));
  return half;
}

Result<void> SecondHalf::use(store::WriteTx& tx) const {
  auto& house = context_->house;
  const auto now = house.clock.now();
  if (passkey_) return passkeys::use_proof(tx, *passkey_, now);
  return use_code(tx, house.root, *key_, context_->viewer.account, code_, now);
}

Result<void> SecondHalf::use_if_there_is_one(store::WriteTx& tx) const {
  if (!has_second_factor(tx, context_->viewer.account)) return {};
  if (passkey_ || !code_.empty()) return use(tx);
  return fail(invalid("code.needed", "Please give a code of your second step, or use a passkey, as well.",
                      {{"/code", "Give the code that the app shows now, or a recovery code that was not used."}}));
}

void SecondHalf::settle(Context& context, const http::Call& call, const Error& error) const {
  if (passkey_) passkeys::settle(context, call, *passkey_, error);
}

}  // namespace rapport::log_in
