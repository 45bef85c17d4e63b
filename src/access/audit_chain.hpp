#pragma once
/// @file The chain of the audit. A row gets its place and its link once it is committed, from one who reads what is
/// committed: so the order of the chain is an order of commits, also on PostgreSQL, where numbers drawn inside of
/// transactions would not be. The link of a row is a digest, under a key of the practice, over the link before it and
/// all that the row says; without that key nobody can change a row, put one in or close a gap.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "access/audit_heads.hpp"
#include "access/seal.hpp"
#include "store/database.hpp"

namespace rapport::access {

/// A row of the audit as the chain sees it.
struct ChainedRow {
  std::int64_t place = 0;
  Bytes link = {};  ///< as stored
  Bytes said = {};  ///< all that the row says, in a form of its own
  Time at;
};

/// What stands for the link before the first row.
inline const Bytes kNoLink(32);
/// The link of the row at `place` that says `said`.
Bytes link_of(const SealKey& links, BytesView before, std::int64_t place, BytesView said);
/// The key of the links, of the practice's root key.
SealKey link_key(const SealKey& root);

/// At most `most` rows that have their place, beginning after `place`, in order. Also where places are missing.
std::vector<ChainedRow> read_chain(store::ReadTx& tx, std::int64_t after, std::int64_t most);
/// Rows without a place, and the time of the oldest of them by its own word.
struct WithoutPlace {
  std::int64_t rows = 0;
  std::optional<Time> oldest;
};
WithoutPlace rows_without_place(store::ReadTx& tx);

/// Gives places. One for a practice; `link_new` may be called by any thread, one at a time.
class AuditChain {
 public:
  /// `database` and `clock` must outlive this. `heads_file` may be missing.
  AuditChain(store::Database& database, const SealKey& root, std::string heads_file, const Clock& clock);

  /// Gives every row that is committed by now its place, and signs the new end; nothing new, nothing written (but a
  /// first head, if there is none). Rows are done some at a time, so that it holds up nobody for long. At the first
  /// call it finds out how far the chain has got and logs when the heads say otherwise. Returns how many rows. A call
  /// that failed is made up for by the next. Errors: of the database, with `patience` for each step; storage
  /// "audit.heads"; conflict "audit.changed" when rows were taken away or given a place by somebody else meanwhile.
  Result<std::int64_t> link_new(std::chrono::milliseconds patience);

 private:
  Result<void> find_end(Deadline deadline);
  Result<std::int64_t> link_some(Deadline deadline);
  Result<void> sign_end();

  store::Database& database_;
  const SealKey links_;
  const HeadSigner signer_;
  const std::string heads_file_;
  const Clock& clock_;
  bool knows_end_ = false;
  AuditHead end_{{}, 0, kNoLink};
  std::int64_t signed_place_ = -1;  ///< -1: no end yet
};

}  // namespace rapport::access
