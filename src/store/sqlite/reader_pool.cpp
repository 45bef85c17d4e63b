#include "store/sqlite/reader_pool.hpp"

#include <algorithm>

namespace rapport::store::sqlite {
namespace {

StorageFailure too_late() {
  return {Error{ErrorKind::timed_out, "storage.timed_out", "The data could not be read in time."}, "read too late"};
}

class SqliteReadTx final : public ReadTx {
 public:
  explicit SqliteReadTx(Connection& connection) : connection_(connection) {}
  void each(const Query& query, const Values& values, const std::function<void(const Row&)>& row) override {
    connection_.each(query, values, row);
  }

 private:
  Connection& connection_;
};

/// Ends the view however its user leaves; a view left open would keep the WAL from being reused.
class View {
 public:
  View(Connection& connection, Deadline deadline) : connection_(connection) {
    connection_.run("BEGIN");
    connection_.stop_at(deadline);
  }
  ~View() {
    connection_.stop_at(std::nullopt);
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
  View(const View&) = delete;
  View& operator=(const View&) = delete;

 private:
  Connection& connection_;
};

}  // namespace

ReaderPool::ReaderPool(const std::string& file, int readers, Mode mode) {
  for (int made = 0; made < std::max(1, readers); ++made) {
    free_.push_back(std::make_unique<Connection>(file, mode));
  }
}

void ReaderPool::with_reader(Deadline deadline, const std::function<void(Connection&)>& use) {
  std::unique_ptr<Connection> reader = take(deadline);
  try {
    use(*reader);
  } catch (...) {
    give_back(std::move(reader));
    throw;
  }
  give_back(std::move(reader));
}

void ReaderPool::read(Deadline deadline, const std::function<void(ReadTx&)>& f) {
  with_reader(deadline, [&](Connection& reader) {
    const View view(reader, deadline);
    SqliteReadTx tx(reader);
    f(tx);
  });
}

std::unique_ptr<Connection> ReaderPool::take(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (std::chrono::steady_clock::now() >= deadline) throw too_late();
  if (!freed_.wait_until(lock, deadline, [&] { return !free_.empty(); })) throw too_late();
  std::unique_ptr<Connection> reader = std::move(free_.back());
  free_.pop_back();
  return reader;
}

void ReaderPool::give_back(std::unique_ptr<Connection> reader) {
  {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(reader));
  }
  freed_.notify_one();
}

}  // namespace rapport::store::sqlite
