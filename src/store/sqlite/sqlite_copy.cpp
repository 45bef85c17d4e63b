#include "store/sqlite_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include "base/descriptor.hpp"
#include "store/sqlite/connection.hpp"

namespace rapport::store {
namespace {

constexpr int kPagesAtOnce = 2048;

Error not_copied(const std::string& file, std::string_view why) {
  return {ErrorKind::storage, "backup.copy", fmt::format("The database {} cannot be copied: {}.", file, why)};
}

std::string last_error() {
  return std::generic_category().message(errno);
}

using Handle = std::unique_ptr<sqlite3, sqlite::CloseConnection>;

/// An empty file of our own, which SQLite fills.
Result<Handle> open_target(const std::string& file) {
  const Descriptor made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!made.is_open()) return fail(not_copied(file, last_error()));
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Handle handle(opened);
  if (code != SQLITE_OK) return fail(not_copied(file, sqlite3_errstr(code)));
  return handle;
}

Result<void> sync(const std::string& file) {
  const Descriptor written(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (written.is_open() && ::fsync(written.get()) == 0 && sync_folder_of(file)) return {};
  return fail(not_copied(file, last_error()));
}

Result<void> copy_pages(sqlite3* from, sqlite3* to, const std::string& name, const CopyProgress& progress) {
  sqlite3_backup* copying = sqlite3_backup_init(to, "main", from, "main");
  if (copying == nullptr) return fail(not_copied(name, sqlite3_errmsg(to)));
  int code = SQLITE_OK;
  while (code == SQLITE_OK) {
    code = sqlite3_backup_step(copying, kPagesAtOnce);
    const std::int64_t all = sqlite3_backup_pagecount(copying);
    progress(all - sqlite3_backup_remaining(copying), all);
  }
  sqlite3_backup_finish(copying);
  if (code != SQLITE_DONE) return fail(not_copied(name, sqlite3_errstr(code)));
  return {};
}

const Query kAnyTable{"backup.any_table", "SELECT COUNT(*) FROM {tables} AS t"};

/// "ok" alone, or what is wrong.
Result<void> all_well(sqlite::Connection& connection, const std::string& file, const std::string& pragma) {
  const auto statement = connection.prepare(pragma);
  while (sqlite3_step(statement.get()) == SQLITE_ROW) {
    const auto* said = reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
    if (said != nullptr && std::string_view(said) == "ok") continue;
    return fail({ErrorKind::storage, "backup.damaged",
                 fmt::format("The database {} is damaged: {} says {}.", file, pragma, said == nullptr ? "so" : said)});
  }
  return {};
}

}  // namespace

Result<void> copy_sqlite(const std::string& from, const std::string& to, const CopyProgress& progress) try {
  sqlite::Connection source(from, sqlite::Mode::reader);
  // A view that stays open: the copy is of this moment, and is not begun again whenever somebody writes.
  source.run("BEGIN");
  source.each(kAnyTable, {}, [](const Row&) {});
  TRY_ASSIGN(auto target, open_target(to));
  TRY(copy_pages(source.handle(), target.get(), from, progress));
  target.reset();
  return sync(to);
} catch (const StorageFailure& failure) {
  return fail(not_copied(from, failure.what()));
}

Result<void> check_sqlite(const std::string& file) try {
  sqlite::Connection connection(file, sqlite::Mode::reader);
  TRY(all_well(connection, file, "PRAGMA integrity_check"));
  return all_well(connection, file, "PRAGMA foreign_key_check");
} catch (const StorageFailure& failure) {
  return fail(
      {ErrorKind::storage, "backup.damaged", fmt::format("The database {} is damaged: {}.", file, failure.what())});
}

}  // namespace rapport::store
