#pragma once
/// @file How the routes of goals, homework and achievements are declared, and what each of their changes does besides:
/// the row in the audit.
#include <string>
#include <string_view>
#include <utility>

#include "features/between_sessions/between.hpp"
#include "features/context.hpp"

namespace rapport::between_sessions {

/// `route` reads something of an episode, for both of them and whoever stands in.
template <class Route, class Handler>
void reads(Route route, std::string_view action, Handler handler) {
  route.needs(http::PermissionName{"read_between"}, "episode").audits(action).handle(std::move(handler));
}

/// `route` changes something of the two, found by its path parameter `of`; it answers with nothing.
template <class Route, class Handler>
void changes(Route route, std::string_view of, std::string_view action, Handler handler) {
  route.template answers<http::Nothing>(204)
      .needs(http::PermissionName{"write_between"}, of)
      .audits(action)
      .handle(std::move(handler));
}

/// Runs a change (WriteTx&) -> Result<Changed> with its row in the audit.
template <class Change>
Result<http::Answer<http::Nothing>> audited_change(Context& context, const http::Call& call, const std::string& view,
                                                   Change change) {
  TRY(audited_write(context, call, [&](store::WriteTx& tx, access::AuditEntry& entry) -> Result<Changed> {
    TRY_ASSIGN(const Changed done, change(tx));
    entry.client = done.pair.client;
    entry.view = view;
    entry.count = done.is_new ? 1 : 0;
    return done;
  }));
  return http::Answer<http::Nothing>{204, {}};
}

/// The key of the client of an episode; not_found unless it is open to whoever asks.
inline Result<access::ClientKeys::SharedKey> key_of(Context& context, const http::Call& call, EpisodeId episode) {
  TRY_ASSIGN(const auto pair, context.house.db.read(call.deadline, [&](store::ReadTx& tx) {
    return find_pair(tx, context.viewer.account, episode);
  }));
  return context.house.keys.key_for(pair.client, call.deadline);
}

}  // namespace rapport::between_sessions
