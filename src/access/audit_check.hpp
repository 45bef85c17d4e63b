#pragma once
/// @file Whether the audit is what it was when it was written: the chain in the database against itself and against the
/// heads that were signed.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/audit_chain.hpp"

namespace rapport::access {

/// Something that is not as it was written.
struct AuditFinding {
  enum class Kind : std::uint8_t {
    changed,         ///< rows say something else, or were put in
    removed,         ///< rows are gone that others follow
    end_missing,     ///< the last rows are gone, or the database is older than the heads
    replaced,        ///< the rows up to there are others than those that were signed
    heads_missing,   ///< there is no file of heads: that nothing is missing at the end cannot be known
    head_unreadable  ///< lines of the file are not whole, or not signed by this practice
  };
  Kind kind = Kind::changed;
  std::int64_t from = 0;      ///< place of the first row; for head_unreadable the line
  std::int64_t to = 0;        ///< and of the last
  std::optional<Time> since;  ///< of the last row or head before it that is as it was
};
/// "changed", "removed" …: for programs.
std::string_view to_text(AuditFinding::Kind kind);
/// A sentence for whoever runs the practice.
std::string explain(const AuditFinding& finding);

struct AuditReport {
  std::int64_t rows = 0;   ///< with a place
  std::int64_t heads = 0;  ///< signed by this practice
  std::optional<Time> first;
  std::optional<Time> last;
  std::optional<Time> last_head;
  WithoutPlace without_place;  ///< they get theirs within a second, or at the next start
  std::vector<AuditFinding> findings;
};

/// Reads all of the audit and of the heads. Error: storage "audit.heads".
Result<AuditReport> check_audit(store::ReadTx& tx, const SealKey& root, const std::string& heads_file);

}  // namespace rapport::access
