// One row read by its key, with a statement that was prepared before and with one prepared for the occasion: why
// connections keep their statements.
#include <benchmark/benchmark.h>

#include <stdexcept>

#include "bench_folder.hpp"
#include "store/sqlite/connection.hpp"

namespace rapport {
namespace {

constexpr std::int64_t kRows = 10'000;
const store::Query kAddRow{"bench.add_row", "INSERT INTO numbered (id, text) VALUES ($1, $2)"};
const store::Query kReadRow{"bench.read_row", "SELECT text FROM numbered WHERE id = $1"};

class Rows {
 public:
  Rows() {
    connection_.run("CREATE TABLE numbered (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT; BEGIN");
    for (std::int64_t id = 0; id < kRows; ++id)
      connection_.execute(kAddRow, {id, "two hundred bytes would be too many"});
    connection_.run("COMMIT");
  }
  store::sqlite::Connection& connection() { return connection_; }

 private:
  bench::Folder folder_;
  store::sqlite::Connection connection_{folder_.name() + "/rows.db", store::sqlite::Mode::writer};
};

void read_prepared(benchmark::State& state) {
  Rows rows;
  std::int64_t id = 0;
  std::size_t length = 0;
  for (auto _ : state) {
    id = (id + 1) % kRows;
    rows.connection().each(kReadRow, {id}, [&](const store::Row& row) { length += row.text(0).size(); });
  }
  benchmark::DoNotOptimize(length);
}
BENCHMARK(read_prepared);

void read_unprepared(benchmark::State& state) {
  Rows rows;
  std::int64_t id = 0;
  std::size_t length = 0;
  for (auto _ : state) {
    id = (id + 1) % kRows;
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(rows.connection().handle(), kReadRow.sql().data(), -1, &statement, nullptr) != SQLITE_OK) {
      throw std::logic_error("the statement was to be right");
    }
    sqlite3_bind_int64(statement, 1, id);
    while (sqlite3_step(statement) == SQLITE_ROW)
      length += static_cast<std::size_t>(sqlite3_column_bytes(statement, 0));
    sqlite3_finalize(statement);
  }
  benchmark::DoNotOptimize(length);
}
BENCHMARK(read_unprepared);

}  // namespace
}  // namespace rapport
