#pragma once
/// @file Forward-only schema changes, numbered, checksummed, each in one transaction.
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "store/database.hpp"

namespace rapport::store {

struct Migration {
  int number = 0;
  std::string_view name;
  std::string_view sql;  ///< with DDL macros {id} {time} {bytes} {json} {strict}
};

struct MigrationReport {
  int from = 0;
  int to = 0;
};

/// Brings the schema to the last of `migrations`. Refused with an explanation, and the database untouched, when
/// it is newer than the list or when a migration that was applied has another checksum today.
Result<MigrationReport> migrate(Database& database, std::span<const Migration> migrations, const Clock& clock);

/// The number of the last migration that was applied; 0 when there was none.
int schema_of(ReadTx& tx);

/// Only the refusals of `migrate`: for a look before anything is opened for writing.
Result<void> check_schema(ReadTx& tx, std::span<const Migration> migrations);

}  // namespace rapport::store
