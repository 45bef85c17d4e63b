#pragma once
/// @file Read-only connections, lent to one caller at a time.
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite/connection.hpp"

namespace rapport::store::sqlite {

class ReaderPool {
 public:
  /// The file must exist and be in WAL mode already. `mode` is reader or onlooker.
  ReaderPool(const std::string& file, int readers, Mode mode = Mode::reader);

  /// Lends a connection to `use`, which it is given without a transaction. Throws StorageFailure (timed out) when
  /// none comes free before the deadline.
  void with_reader(Deadline deadline, const std::function<void(Connection&)>& use);
  /// Runs `f` in one consistent view of the database.
  void read(Deadline deadline, const std::function<void(ReadTx&)>& f);

 private:
  std::unique_ptr<Connection> take(Deadline deadline);
  void give_back(std::unique_ptr<Connection> reader);

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Connection>> free_;
};

}  // namespace rapport::store::sqlite
