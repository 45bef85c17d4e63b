#include "store/database.hpp"
#include "store/sql_macros.hpp"
#include "store/sqlite/reader_pool.hpp"
#include "store/sqlite/writer_thread.hpp"

namespace rapport::store {
namespace {

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const SqliteOptions& options, live::EventSink* events)
      : writer_(options.file, options.max_jobs_per_commit, events), readers_(options.file, options.readers) {}

  std::string_view engine() const override { return "sqlite"; }
  void run_script(WriteTx& tx, std::string_view sql) override {
    sqlite::run_script(tx, expand_macros(sql, Engine::sqlite));
  }
  int prepare_for_test(const Query& query) override {
    int columns = 0;
    readers_.with_reader(Deadline::max(), [&](sqlite::Connection& reader) { columns = reader.columns_of(query); });
    return columns;
  }
  std::string explain_for_test(const Query& query) override {
    std::string plan;
    readers_.with_reader(Deadline::max(), [&](sqlite::Connection& reader) { plan = reader.explain(query); });
    return plan;
  }

 protected:
  void run_read(Deadline deadline, const std::function<void(ReadTx&)>& f) override { readers_.read(deadline, f); }
  void run_write(Deadline deadline, const std::function<bool(WriteTx&)>& f) override { writer_.run(deadline, f); }

 private:
  sqlite::WriterThread writer_;  // before the readers: they close first, the writer tidies up the WAL
  sqlite::ReaderPool readers_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const SqliteOptions& options, live::EventSink* events) {
  return std::make_unique<SqliteDatabase>(options, events);
}

}  // namespace rapport::store
