#pragma once
/// @file The signed ends of the audit's chain, one a line, in a file outside of the database: whoever takes rows off
/// the end, or puts an older database in its place, would have to change this file too, and cannot sign.
///
///     2026-11-29T08:00:01.000Z 1234 <link, 64 hexadecimal digits> <signature (Ed25519), 128 hexadecimal digits>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "access/seal.hpp"
#include "base/clock.hpp"

namespace rapport::access {

/// How far the chain had got: `place` rows, the last of them with this link.
struct AuditHead {
  Time at;
  std::int64_t place = 0;
  Bytes link = {};
};

/// Signs heads and knows its own. The key is a subkey of the practice's root key.
class HeadSigner {
 public:
  explicit HeadSigner(const SealKey& root);
  /// The line, without its end.
  std::string sign(const AuditHead& head) const;
  /// Nothing when the line is not whole or the signature is not ours.
  std::optional<AuditHead> open(std::string_view line) const;

 private:
  SealKey seed_;
};

/// Adds a line and returns when it is durable. Makes the file (mode 0600) if there is none: it may be moved away at any
/// time. Error: storage "audit.heads".
Result<void> append_head(const std::string& file, std::string_view line);

/// Calls `line` for every line, counted from 1. False when there is no file. Error: storage "audit.heads".
Result<bool> each_head(const std::string& file, const std::function<void(std::int64_t, std::string_view)>& line);
/// The last line; nothing when there is none. Reads no more than the end of the file. Error: storage "audit.heads".
Result<std::optional<std::string>> last_head(const std::string& file);

}  // namespace rapport::access
