#include "server/health.hpp"

#include "base/log.hpp"

namespace rapport::server {
namespace {

constexpr std::chrono::seconds kPatience{2};
constexpr std::chrono::seconds kGoodFor{1};

const store::Query kAsk("health.ask", "SELECT 1");

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
  return answer.has_value();
} catch (const std::exception& thrown) {
  log::error("health.defect", {{"what", thrown.what()}});
  return false;
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
