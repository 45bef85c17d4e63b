#include "store/sqlite/connection.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <mutex>
#include <system_error>

#include "store/sql_macros.hpp"

namespace rapport::store::sqlite {
namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr int kStepsBetweenDeadlineChecks = 1000;

Error error_of(int code) {
  switch (code & 0xff) {
    case SQLITE_INTERRUPT:
      return Error{ErrorKind::timed_out, "storage.timed_out", "The data could not be read in time."};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error{ErrorKind::overloaded, "storage.busy", "The storage is busy.", {}, 1};
    case SQLITE_ERROR:
    case SQLITE_MISUSE:
    case SQLITE_RANGE:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return Error{ErrorKind::internal, "storage.defect", "The server made a mistake."};
    default:
      return Error{ErrorKind::storage, "storage.failed", "The data could not be read or written."};
  }
}

// The statistics of sqlite3_malloc take a process-wide mutex that nobody here needs.
void configure_library_once() {
  static std::once_flag once;
  std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
}

// Made before SQLite opens it, because SQLite would go by the umask; the -wal and -shm files take on its mode.
void create_private_file(const std::string& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  const bool usable = descriptor >= 0 && ::fchmod(descriptor, 0600) == 0;
  const int reason = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!usable) {
    throw StorageFailure(error_of(SQLITE_CANTOPEN), file + ": " + std::generic_category().message(reason));
  }
}

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}

  bool is_null(int column) const override { return type(column) == SQLITE_NULL; }
  std::int64_t int64(int column) const override {
    expect(column, SQLITE_INTEGER);
    return sqlite3_column_int64(statement_, column);
  }
  double real(int column) const override {
    expect(column, SQLITE_FLOAT);
    return sqlite3_column_double(statement_, column);
  }
  std::string_view text(int column) const override {
    expect(column, SQLITE_TEXT);
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  BytesView bytes(int column) const override {
    expect(column, SQLITE_BLOB);
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  Uuid uuid(int column) const override {
    const BytesView data = bytes(column);
    Uuid uuid{};
    if (data.size() != uuid.size()) throw std::logic_error(where(column) + " is no uuid");
    std::memcpy(uuid.data(), data.data(), uuid.size());
    return uuid;
  }

 private:
  int type(int column) const {
    if (column < 0 || column >= sqlite3_data_count(statement_)) throw std::logic_error(where(column) + " is not there");
    return sqlite3_column_type(statement_, column);
  }
  void expect(int column, int wanted) const {
    if (type(column) != wanted) throw std::logic_error(where(column) + " has another type");
  }
  std::string where(int column) const { return "column " + std::to_string(column) + " of " + sqlite3_sql(statement_); }

  sqlite3_stmt* statement_;
};

struct Binder {
  sqlite3_stmt* statement;
  int index;

  int operator()(std::monostate) const { return sqlite3_bind_null(statement, index); }
  int operator()(std::int64_t number) const { return sqlite3_bind_int64(statement, index, number); }
  int operator()(double number) const { return sqlite3_bind_double(statement, index, number); }
  // A null pointer would bind NULL, and an empty view may hold one.
  int operator()(std::string_view text) const {
    const char* data = text.empty() ? "" : text.data();
    return sqlite3_bind_text64(statement, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
  }
  int operator()(BytesView bytes) const {
    if (bytes.empty()) return sqlite3_bind_zeroblob(statement, index, 0);
    return sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_STATIC);
  }
  int operator()(const Uuid& uuid) const {
    return sqlite3_bind_blob64(statement, index, uuid.data(), uuid.size(), SQLITE_STATIC);
  }
};

// SQLite numbers "$2 … $1" by first appearance, so the number in the name decides.
std::size_t position_of(sqlite3_stmt* statement, int index) {
  const char* name = sqlite3_bind_parameter_name(statement, index);
  const std::string_view text = name == nullptr ? "" : name;
  std::size_t position = 0;
  const bool numbered = text.size() > 1 && text.front() == '$' &&
                        std::from_chars(text.data() + 1, text.data() + text.size(), position).ec == std::errc{};
  if (!numbered || position == 0) throw std::logic_error("a parameter is not $1, $2 …: " + std::string(text));
  return position - 1;
}

void bind_all(sqlite3_stmt* statement, const Query& query, const Values& values) {
  const int count = sqlite3_bind_parameter_count(statement);
  if (static_cast<std::size_t>(count) != values.size()) {
    throw std::logic_error(std::string(query.name()) + ": wrong number of values");
  }
  for (int index = 1; index <= count; ++index) {
    const Value& value = values.at(position_of(statement, index));
    const int code = std::visit(Binder{statement, index}, value.held());
    if (code != SQLITE_OK) throw_code(sqlite3_db_handle(statement), code, query.name());
  }
}

}  // namespace

void throw_code(sqlite3* handle, int code, std::string_view doing) {
  const char* reason = handle == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(handle);
  const std::string text = std::string(doing) + ": " + reason + " (" + std::to_string(code) + ")";
  if ((code & 0xff) == SQLITE_CONSTRAINT) throw ConstraintViolation(text);
  throw StorageFailure(error_of(code), text);
}

/// A statement while it runs. A query that is running already (called from its own rows) gets a second statement.
class Connection::Use {
 public:
  Use(Connection& connection, const Query& query) {
    StatementHandle& cached = connection.statements_[&query];
    if (!cached) cached = connection.prepare(expand_macros(query.sql(), Engine::sqlite));
    statement_ = cached.get();
    if (sqlite3_stmt_busy(statement_) == 0) return;
    own_ = connection.prepare(sqlite3_sql(statement_));
    statement_ = own_.get();
  }
  ~Use() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);  // the values were borrowed
  }
  Use(const Use&) = delete;
  Use& operator=(const Use&) = delete;

  sqlite3_stmt* get() const { return statement_; }
  /// True while there is a row.
  bool step(std::string_view name) {
    const int code = sqlite3_step(statement_);
    if (code != SQLITE_ROW && code != SQLITE_DONE) throw_code(sqlite3_db_handle(statement_), code, name);
    return code == SQLITE_ROW;
  }

 private:
  sqlite3_stmt* statement_ = nullptr;
  StatementHandle own_;
};

Connection::Connection(const std::string& file, Mode mode) {
  configure_library_once();
  if (mode == Mode::writer) create_private_file(file);
  const int access = mode == Mode::writer ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int name = mode == Mode::onlooker ? SQLITE_OPEN_URI : 0;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_NOMUTEX | access | name, nullptr);
  handle_.reset(opened);
  if (code != SQLITE_OK) throw_code(opened, code, file);
  sqlite3_extended_result_codes(opened, 1);
  configure(mode, file);
}

void Connection::configure(Mode mode, const std::string& file) {
  const auto set = [&](const char* pragmas) {
    const int code = sqlite3_exec(handle(), pragmas, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) throw_code(handle(), sqlite3_extended_errcode(handle()), file);
  };
  wait_when_busy(kBusyMilliseconds);  // first: changing the journal mode may have to wait
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  if (mode != Mode::writer) {
    // Only the writer may checkpoint: SQLite before 3.51.3 can corrupt a WAL that two connections reset at once.
    sqlite3_db_config(handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    set("PRAGMA query_only=ON; PRAGMA cache_size=-2048; PRAGMA mmap_size=268435456");
    sqlite3_progress_handler(handle(), kStepsBetweenDeadlineChecks, &Connection::on_progress, this);
    return;
  }
  set("PRAGMA journal_mode=WAL");
  // What is deleted is overwritten: a key that goes is to be gone.
  set("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA wal_autocheckpoint=0; PRAGMA secure_delete=ON");
  set("PRAGMA journal_size_limit=16777216; PRAGMA cache_size=-8192; PRAGMA temp_store=MEMORY");
}

int Connection::on_progress(void* self) {
  const auto& deadline = static_cast<Connection*>(self)->deadline_;
  return deadline && std::chrono::steady_clock::now() >= *deadline ? 1 : 0;
}

StatementHandle Connection::prepare(const std::string& sql) {
  sqlite3_stmt* made = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle(), sql.c_str(), static_cast<int>(sql.size() + 1),
                                      SQLITE_PREPARE_PERSISTENT, &made, &rest);
  if (code != SQLITE_OK) throw_code(handle(), code, sql);
  StatementHandle statement(made);
  if (!statement || std::string_view(rest).find_first_not_of(" \t\r\n;") != std::string_view::npos) {
    throw std::logic_error("a query must be exactly one statement: " + sql);
  }
  return statement;
}

void Connection::run(const std::string& sql) {
  const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw_code(handle(), sqlite3_extended_errcode(handle()), sql);
}

void Connection::run(const StatementHandle& statement) {
  const int code = sqlite3_step(statement.get());
  sqlite3_reset(statement.get());
  if (code != SQLITE_DONE) throw_code(handle(), sqlite3_extended_errcode(handle()), sqlite3_sql(statement.get()));
}

void Connection::each(const Query& query, const Values& values, const std::function<void(const Row&)>& row) {
  Use use(*this, query);
  bind_all(use.get(), query, values);
  const SqliteRow current(use.get());
  while (use.step(query.name())) row(current);
}

std::int64_t Connection::execute(const Query& query, const Values& values) {
  Use use(*this, query);
  bind_all(use.get(), query, values);
  while (use.step(query.name())) {
  }
  return sqlite3_stmt_readonly(use.get()) != 0 ? 0 : sqlite3_changes64(handle());
}

int Connection::columns_of(const Query& query) {
  const Use use(*this, query);
  return sqlite3_column_count(use.get());
}

std::string Connection::explain(const Query& query) {
  const StatementHandle plan = prepare("EXPLAIN QUERY PLAN " + expand_macros(query.sql(), Engine::sqlite));
  std::string text;
  constexpr int detail = 3;
  while (sqlite3_step(plan.get()) == SQLITE_ROW) {
    text += std::string(SqliteRow(plan.get()).text(detail)) + '\n';
  }
  return text;
}

bool Connection::has_unmet_foreign_keys() const {
  int unmet = 0;
  int highest = 0;
  sqlite3_db_status(handle(), SQLITE_DBSTATUS_DEFERRED_FKS, &unmet, &highest, 0);
  return unmet != 0;
}

}  // namespace rapport::store::sqlite
