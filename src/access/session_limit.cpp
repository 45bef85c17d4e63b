#include "access/session_limit.hpp"

#include <algorithm>

#include "access/sessions_store.hpp"

namespace rapport::access {
namespace {

const store::Query kLatestUsed("session.latest_used", R"(
  SELECT id FROM login_session WHERE account_id = $1 ORDER BY seen_at DESC, id DESC)",
                               true);

}  // namespace

std::vector<SessionId> make_room_for_session(store::WriteTx& tx, AccountId account) {
  auto found = tx.list(kLatestUsed, {account}, [](const store::Row& row) { return row.id<SessionId>(0); });
  const auto kept = std::min(found.size(), kMostSessions - 1);
  found.erase(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(kept));
  for (const auto session : found) end_session(tx, session);
  return found;
}

}  // namespace rapport::access
