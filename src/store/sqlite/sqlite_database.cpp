#include <stdexcept>

#include "store/database.hpp"
#include "store/sql_macros.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/writer_thread.hpp"

namespace rapport::store {
namespace {

int columns_of(sqlite::ReaderPool& readers, const Query& query) {
  int columns = 0;
  readers.with_reader(Deadline::max(), [&](sqlite::Connection& reader) { columns = reader.columns_of(query); });
  return columns;
}

std::string plan_of(sqlite::ReaderPool& readers, const Query& query) {
  std::string plan;
  readers.with_reader(Deadline::max(), [&](sqlite::Connection& reader) { plan = reader.explain(query); });
  return plan;
}

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const SqliteOptions& options, live::EventSink* events)
      : writer_(options.file, options.max_jobs_per_commit, events), readers_(options.file, options.readers) {}

  bool wipe_deleted(Deadline deadline) override { return writer_.wipe(deadline); }
  std::string_view engine() const override { return "sqlite"; }
  void run_script(WriteTx& tx, std::string_view sql) override {
    sqlite::run_script(tx, expand_macros(sql, Engine::sqlite));
  }
  int prepare_for_test(const Query& query) override { return columns_of(readers_, query); }
  std::string explain_for_test(const Query& query) override { return plan_of(readers_, query); }

 protected:
  void run_read(Deadline deadline, const std::function<void(ReadTx&)>& f) override { readers_.read(deadline, f); }
  void run_write(Deadline deadline, const std::function<bool(WriteTx&)>& f) override { writer_.run(deadline, f); }

 private:
  sqlite::WriterThread writer_;  // before the readers: they close first, the writer tidies up the WAL
  sqlite::ReaderPool readers_;
};

class SqliteLook final : public Database {
 public:
  explicit SqliteLook(const std::string& file) : readers_(file, 1) {}

  bool wipe_deleted(Deadline /*deadline*/) override { refuse(); }
  std::string_view engine() const override { return "sqlite"; }
  void run_script(WriteTx& /*tx*/, std::string_view /*sql*/) override { refuse(); }
  int prepare_for_test(const Query& query) override { return columns_of(readers_, query); }
  std::string explain_for_test(const Query& query) override { return plan_of(readers_, query); }

 protected:
  void run_read(Deadline deadline, const std::function<void(ReadTx&)>& f) override { readers_.read(deadline, f); }
  void run_write(Deadline /*deadline*/, const std::function<bool(WriteTx&)>& /*f*/) override { refuse(); }

 private:
  [[noreturn]] static void refuse() { throw std::logic_error("a database that was opened to be read is not written"); }

  sqlite::ReaderPool readers_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const SqliteOptions& options, live::EventSink* events) {
  return std::make_unique<SqliteDatabase>(options, events);
}

std::unique_ptr<Database> open_sqlite_to_read(const std::string& file) {
  return std::make_unique<SqliteLook>(file);
}

}  // namespace rapport::store
