#include "access/passwords.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "access/seal.hpp"

namespace rapport::access {
namespace {

Error busy() {
  return Error{
      ErrorKind::overloaded, "password.busy", "Too many people log in at this moment. Try again shortly.", {}, 2};
}

bool is_hash(const std::string& stored) {
  return stored.starts_with("$argon2id$") && stored.size() < crypto_pwhash_STRBYTES;
}

bool matches(const std::string& stored, std::string_view password) {
  return crypto_pwhash_str_verify(stored.c_str(), password.data(), password.size()) == 0;
}

}  // namespace

/// One of the few places in which a password is worked on; given back when it goes.
class Passwords::Turn {
 public:
  Turn(Passwords& owner, Deadline deadline) : owner_(owner), taken_(owner.wait_for_turn(deadline)) {}
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (taken_) owner_.give_turn_back();
  }
  bool taken() const { return taken_; }

 private:
  Passwords& owner_;
  bool taken_;
};

Passwords::Passwords(PasswordSettings settings) : settings_(settings) {
  if (settings_.at_once < 1) throw std::invalid_argument("at least one password must be checked at once");
  ensure_crypto();
  std::array<char, 32> nobody_knows{};
  randombytes_buf(nobody_knows.data(), nobody_knows.size());
  unknown_ = make_hash({nobody_knows.data(), nobody_knows.size()});
  sodium_memzero(nobody_knows.data(), nobody_knows.size());
  if (unknown_.empty()) throw std::runtime_error("not enough memory to check passwords");
}

bool Passwords::wait_for_turn(Deadline deadline) {
  std::unique_lock lock(mutex_);
  const auto is_free = [&] { return running_ < settings_.at_once; };
  if (!is_free() && waiting_ >= settings_.may_wait) return false;
  ++waiting_;
  const bool in_time = turn_free_.wait_until(lock, deadline, is_free);
  --waiting_;
  if (in_time) ++running_;
  return in_time;
}

void Passwords::give_turn_back() {
  {
    const std::lock_guard lock(mutex_);
    --running_;
  }
  turn_free_.notify_one();
}

std::string Passwords::make_hash(std::string_view password) const {
  std::array<char, crypto_pwhash_STRBYTES> text{};
  const int outcome = crypto_pwhash_str_alg(text.data(), password.data(), password.size(), settings_.passes,
                                            settings_.memory_bytes, crypto_pwhash_ALG_ARGON2ID13);
  return outcome == 0 ? std::string(text.data()) : std::string();
}

Result<std::string> Passwords::hash(std::string_view password, Deadline deadline) {
  if (password.empty()) return fail(invalid("password.empty", "A password is needed."));
  if (password.size() > kMaxPasswordBytes) return fail(invalid("password.too_long", "This password is too long."));
  const Turn turn(*this, deadline);
  if (!turn.taken()) return fail(busy());
  std::string text = make_hash(password);
  if (text.empty()) return fail(busy());  // the only cause is memory
  return text;
}

Result<bool> Passwords::verify(const std::string& stored, std::string_view password, Deadline deadline) {
  if (password.size() > kMaxPasswordBytes) return false;
  if (!is_hash(stored)) return verify_unknown(password, deadline);
  const Turn turn(*this, deadline);
  if (!turn.taken()) return fail(busy());
  return matches(stored, password);
}

Result<bool> Passwords::verify_unknown(std::string_view password, Deadline deadline) {
  if (password.size() > kMaxPasswordBytes) return false;
  const Turn turn(*this, deadline);
  if (!turn.taken()) return fail(busy());
  (void)matches(unknown_, password);
  return false;
}

bool Passwords::needs_rehash(const std::string& stored) const {
  return !is_hash(stored) ||
         crypto_pwhash_str_needs_rehash(stored.c_str(), settings_.passes, settings_.memory_bytes) != 0;
}

}  // namespace rapport::access
