#pragma once
/// @file Passwords: argon2id. Each check takes megabytes and milliseconds on purpose, so only a few run at once
/// and the rest wait no longer than their deadline.
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace rapport::access {

struct PasswordSettings {
  int at_once = 2;    ///< bounds the memory: at_once * memory_bytes
  int may_wait = 16;  ///< callers that wait for their turn at once: each keeps a thread
  unsigned long long passes = 2;
  std::size_t memory_bytes = std::size_t{19} * 1024 * 1024;
};

/// Longer ones are refused before any work is done for them.
inline constexpr std::size_t kMaxPasswordBytes = 1024;

/// Thread-safe. Errors: overloaded ("password.busy") when too many wait already, or no turn came before the deadline.
class Passwords {
 public:
  explicit Passwords(PasswordSettings settings = {});

  /// The text to store; it names its own parameters and salt.
  Result<std::string> hash(std::string_view password, Deadline deadline);
  /// Whether the password is the one. A stored text that is no hash matches nothing and takes as long.
  Result<bool> verify(const std::string& stored, std::string_view password, Deadline deadline);
  /// For an account that does not exist: takes as long as verify and matches nothing.
  Result<bool> verify_unknown(std::string_view password, Deadline deadline);
  /// True when a stored text was made with other parameters than today's (or is none).
  bool needs_rehash(const std::string& stored) const;

 private:
  class Turn;

  bool wait_for_turn(Deadline deadline);
  void give_turn_back();
  std::string make_hash(std::string_view password) const;

  PasswordSettings settings_;
  std::string unknown_;  ///< the hash of a password that nobody knows
  std::mutex mutex_;
  std::condition_variable turn_free_;
  int running_ = 0;
  int waiting_ = 0;
};

}  // namespace rapport::access
