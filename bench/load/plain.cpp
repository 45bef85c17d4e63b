#include "plain.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/id.hpp"
#include "store/database.hpp"

namespace rapport::load {
namespace {

const store::Query kAddRow{"load.add_row", "INSERT INTO plain_row (id, text) VALUES ($1, $2)"};

Deadline soon() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(60);
}

void must(const Result<void>& result) {
  if (!result) throw std::runtime_error(result.error().detail);
}

}  // namespace

double plain_inserts_per_second(const std::string& folder, std::size_t rows, std::size_t bytes) {
  constexpr std::size_t kCallers = 64;
  const auto db = store::open_sqlite({.file = folder + "/plain.db"}, nullptr);
  must(db->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
    db->run_script(tx, "CREATE TABLE plain_row (id {id} PRIMARY KEY NOT NULL, text {bytes} NOT NULL){strict}");
    return {};
  }));
  const Bytes text(bytes, 'a');
  const auto insert_share = [&](std::size_t share) {
    for (std::size_t i = 0; i < share; ++i) {
      must(db->write(soon(), [&](store::WriteTx& tx) -> Result<void> {
        tx.execute(kAddRow, {MessageId::make(SystemClock().now()), text});
        return {};
      }));
    }
  };
  const auto begin = std::chrono::steady_clock::now();
  std::vector<std::jthread> callers;
  const std::size_t share = rows / kCallers + 1;
  for (std::size_t i = 0; i < kCallers; ++i) callers.emplace_back(insert_share, share);
  callers.clear();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return static_cast<double>(share * kCallers) / took.count();
}

}  // namespace rapport::load
