#include "store/migrate.hpp"

#include <sodium.h>

#include <array>
#include <map>
#include <optional>

#include "base/bytes.hpp"
#include "store/sql_macros.hpp"

namespace rapport::store {
namespace {

constexpr auto kTimeForOne = std::chrono::minutes(30);  // a large table may have to be rewritten
constexpr std::string_view table =
    "CREATE TABLE IF NOT EXISTS schema_migration ("
    "number {int} PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
    " applied_at {time} NOT NULL, duration_us {int} NOT NULL){strict}";

const Query kMigrationTable("migration_table", "SELECT t.name FROM {tables} AS t WHERE t.name = 'schema_migration'");
const Query kAppliedMigrations("applied_migrations", "SELECT number, checksum FROM schema_migration ORDER BY number");
const Query kRecordMigration("record_migration",
                             "INSERT INTO schema_migration (number, name, checksum, applied_at, duration_us)"
                             " VALUES ($1, $2, $3, $4, $5)");

using Applied = std::map<int, std::string>;  // number -> checksum

Deadline deadline() {
  return std::chrono::steady_clock::now() + kTimeForOne;
}

Error refused(std::string detail) {
  return Error{ErrorKind::conflict, "migration.refused", std::move(detail)};
}

std::string checksum_of(std::string_view sql) {
  std::array<std::uint8_t, crypto_generichash_BYTES> hash{};
  const BytesView text = as_bytes(sql);
  crypto_generichash(hash.data(), hash.size(), text.data(), text.size(), nullptr, 0);
  return to_hex(hash);
}

Engine engine_of(const Database& database) {
  return database.engine() == "sqlite" ? Engine::sqlite : Engine::postgres;
}

void run_script(Database& database, WriteTx& tx, std::string_view sql) {
  database.run_script(tx, expand_macros(sql, engine_of(database)));
}

Result<void> make_table(Database& database) {
  return database.write(deadline(), [&](WriteTx& tx) -> Result<void> {
    run_script(database, tx, table);
    return {};
  });
}

/// Nothing when there is not even a table of migrations.
std::optional<Applied> find_applied(ReadTx& tx) {
  if (!tx.first(kMigrationTable, {}, [](const Row&) { return true; })) return std::nullopt;
  Applied found;
  tx.each(kAppliedMigrations, {},
          [&](const Row& row) { found.emplace(static_cast<int>(row.int64(0)), std::string(row.text(1))); });
  return found;
}

/// Looks before it makes the table: a start that changes nothing is one read, and on PostgreSQL a change of tables
/// would cost every open connection.
Result<Applied> read_applied(Database& database) {
  TRY_ASSIGN(auto applied,
             database.read(deadline(), [](ReadTx& tx) -> Result<std::optional<Applied>> { return find_applied(tx); }));
  if (applied) return std::move(*applied);
  TRY(make_table(database));
  return Applied();
}

Result<void> check_list(std::span<const Migration> migrations) {
  int last = 0;
  for (const Migration& migration : migrations) {
    if (migration.number <= last) return fail(refused("The migrations are not in rising order of their numbers."));
    last = migration.number;
  }
  return {};
}

Result<void> check_applied(const Applied& applied, std::span<const Migration> migrations) {
  const int known = migrations.empty() ? 0 : migrations.back().number;
  if (!applied.empty() && applied.rbegin()->first > known) {
    return fail(refused("The database has schema " + std::to_string(applied.rbegin()->first) +
                        ", this program knows none above " + std::to_string(known) + ". Use the newer program."));
  }
  for (const Migration& migration : migrations) {
    const auto found = applied.find(migration.number);
    const std::string named = "Migration " + std::to_string(migration.number) + " " + std::string(migration.name);
    if (found != applied.end() && found->second != checksum_of(migration.sql)) {
      return fail(refused(named + " was applied with another text than this program has."));
    }
    if (found == applied.end() && !applied.empty() && migration.number < applied.rbegin()->first) {
      return fail(refused(named + " was never applied although a later one was."));
    }
  }
  return {};
}

Result<void> apply(Database& database, const Migration& migration, const Clock& clock) try {
  return database.write(deadline(), [&](WriteTx& tx) -> Result<void> {
    const auto start = std::chrono::steady_clock::now();
    run_script(database, tx, migration.sql);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
    const std::string checksum = checksum_of(migration.sql);
    tx.execute(kRecordMigration,
               {migration.number, migration.name, checksum, clock.now(), static_cast<std::int64_t>(took.count())});
    return {};
  });
} catch (const ConstraintViolation& violation) {
  return fail(refused("Migration " + std::to_string(migration.number) + " does not fit the data, or another program" +
                      " is migrating at the same time: " + violation.what()));
}

}  // namespace

int schema_of(ReadTx& tx) {
  const auto applied = find_applied(tx);
  return !applied || applied->empty() ? 0 : applied->rbegin()->first;
}

Result<void> check_schema(ReadTx& tx, std::span<const Migration> migrations) {
  TRY(check_list(migrations));
  const auto applied = find_applied(tx);
  return applied ? check_applied(*applied, migrations) : Result<void>();
}

Result<MigrationReport> migrate(Database& database, std::span<const Migration> migrations, const Clock& clock) {
  TRY(check_list(migrations));
  TRY_ASSIGN(const Applied applied, read_applied(database));
  TRY(check_applied(applied, migrations));
  MigrationReport report;
  report.from = report.to = applied.empty() ? 0 : applied.rbegin()->first;
  for (const Migration& migration : migrations) {
    if (migration.number <= report.from) continue;
    TRY(apply(database, migration, clock));
    report.to = migration.number;
  }
  return report;
}

}  // namespace rapport::store
