#pragma once
/// @file What a handler is given: the house's services and the person who asks. Handlers keep no state.
#include <functional>

#include "access/audit.hpp"
#include "access/client_keys.hpp"
#include "access/log_in_guard.hpp"
#include "access/passwords.hpp"
#include "access/sessions_store.hpp"
#include "access/viewer.hpp"
#include "base/clock.hpp"
#include "http/router.hpp"
#include "live/hub.hpp"
#include "store/database.hpp"

namespace rapport {

/// The services of one practice; all outlive every request.
struct House {
  store::Database& db;
  access::ClientKeys& keys;
  access::Passwords& passwords;
  access::LogInGuard& log_in_guard;
  access::CsrfTokens& csrf;
  access::SealKey& master;
  access::ReadAudit& read_audit;
  live::Hub& hub;
  const Clock& clock;
  /// This log-in has ended: live lines that rest on it are to be cut.
  std::function<void(SessionId session)> session_ended = [](SessionId /*session*/) {};
  /// The account was closed: its live lines are to be cut.
  std::function<void(AccountId account)> account_closed = [](AccountId /*account*/) {};
  /// Whether the database answers.
  std::function<bool()> is_well = [] { return true; };
  access::SessionRules session_rules = {};  ///< how long a log-in lasts
  bool sends_mail = false;                  ///< the practice has set a mail server
  bool staff_need_second_factor = false;    ///< everybody but clients
  std::chrono::hours invitations_last{72};
  std::string practice_address = {};  ///< https://… under which people reach the practice; empty: none is set
};

inline bool must_have_second_factor(const House& house, access::Role role) {
  return house.staff_need_second_factor && role != access::Role::client;
}
/// Whether such a log-in may do nothing but set up a second factor.
inline bool lacks_second_factor(const House& house, access::Role role, bool has_one) {
  return must_have_second_factor(house, role) && !has_one;
}

/// One call's surroundings. `viewer` is meaningful on every route that is not open.
struct Context {
  House& house;
  access::Viewer viewer = {};
  std::string session_token = {};
  std::string_view origin = "web";
  /// What this call did is in the audit, as done. Set below; a call that is audited and ends without it has failed.
  bool is_written_down = false;
};

using Routes = http::Routes<Context>;

/// The row of this call: failed until said otherwise.
inline access::AuditEntry audit_entry_of(const Context& context, const http::Call& call) {
  auto entry = access::audit_entry(context.viewer, call.route->audit, context.house.clock.now());
  entry.origin = context.origin;
  return entry;
}

/// Runs `f` (WriteTx&, AuditEntry&) -> Result<T> and writes what it says of itself into the audit, in the same
/// transaction. `f` sets entry.client, entry.room and entry.count; nothing changed (count 0) leaves no row. When `f`
/// fails, the service writes the row that says so.
template <class F>
auto audited_write(Context& context, const http::Call& call, F f) {
  auto result = context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    auto entry = audit_entry_of(context, call);
    auto outcome = f(tx, entry);
    if (outcome && entry.count > 0) {
      entry.outcome = access::Outcome::done;
      access::write_audit(tx, entry);
    }
    return outcome;
  });
  if (result) context.is_written_down = true;
  return result;
}

/// Writes the rows of a read, one per client and opened view, before the answer leaves; in one transaction.
inline Result<void> audit_reads(Context& context, const http::Call& call, const std::vector<AccountId>& clients,
                                std::optional<RoomId> room, std::string_view view) {
  const auto now = context.house.clock.now();
  std::vector<access::AuditEntry> entries;
  for (const auto client : clients) {
    if (!context.house.read_audit.first_time(context.viewer.session, client, view, now)) continue;
    auto entry = audit_entry_of(context, call);
    entry.client = client;
    entry.room = room;
    entry.view = view;
    entry.count = 1;
    entry.outcome = access::Outcome::done;
    entries.push_back(std::move(entry));
  }
  if (!entries.empty()) {
    TRY(context.house.db.write(call.deadline, [&](store::WriteTx& tx) -> Result<void> {
      access::write_audits(tx, entries);
      return {};
    }));
  }
  context.is_written_down = true;
  for (const auto& entry : entries) context.house.read_audit.remember(context.viewer.session, *entry.client, view, now);
  return {};
}

inline Result<void> audit_read(Context& context, const http::Call& call, AccountId client, std::optional<RoomId> room,
                               std::string_view view) {
  return audit_reads(context, call, {client}, room, view);
}

}  // namespace rapport
