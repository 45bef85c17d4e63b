#include "server/health.hpp"

#include "base/log.hpp"

namespace rapport::server {
namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::seconds kGoodFor{1};

const store::Query kAsk("health.ask", "SELECT 1");
// Changes nothing, and has to be stored all the same.
const store::Query kTry("health.try", "UPDATE practice SET created_at = created_at");

}  // namespace

bool Health::is_well() {
  {
    const std::lock_guard lock(mutex_);
    const bool fresh = asked_at_ != Clock::time_point::min() && Clock::now() < asked_at_ + kGoodFor;
    if (asking_) return well_ && Clock::now() < asking_since_ + kPatience;
    if (fresh) return well_;
    asking_ = true;
    asking_since_ = Clock::now();
  }
  return finish(ask());
}

bool Health::ask() try {
  const auto answer = database_.read(Clock::now() + kPatience, [](store::ReadTx& tx) -> Result<std::int64_t> {
    return tx.first(kAsk, {}, [](const store::Row& row) { return row.int64(0); }).value_or(0);
  });
  return answer.has_value() && can_write();
} catch (const std::exception& thrown) {
  log::error("health.defect", {{"what", thrown.what()}});
  return false;
}

/// Asks only after a write has failed: whoever is not sent anybody any more would never learn that it is over.
bool Health::can_write() {
  if (database_.takes_writes()) return true;
  const auto written = database_.write(Clock::now() + kPatience,
                                       [](store::WriteTx& tx) -> Result<std::int64_t> { return tx.execute(kTry, {}); });
  return written.has_value();
}

bool Health::finish(bool well) {
  const std::lock_guard lock(mutex_);
  if (well_ && !well) log::error("database.gone", {{"engine", database_.engine()}});
  if (!well_ && well) log::info("database.back", {{"engine", database_.engine()}});
  well_ = well;
  asking_ = false;
  asked_at_ = Clock::now();
  return well_;
}

}  // namespace rapport::server
