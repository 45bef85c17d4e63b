#pragma once
/// @file What a handler is given: the house's services and the person who asks. Handlers keep no state.
#include <algorithm>
#include <functional>
#include <set>

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
  access::SealKey& root;  ///< what digests, tokens and signatures derive from: the secret of access/master_key.hpp
  access::ReadAudit& read_audit;
  live::Hub& hub;
  const Clock& clock;
  /// This log-in has ended: live lines that rest on it are to be cut.
  std::function<void(SessionId session)> session_ended = [](SessionId /*session*/) {};
  /// A client has begun with this therapist, or whom this person works with is another: live lines that were opened
  /// before are to be cut, since what comes over a line is in the audit from when it was opened. They open anew.
  std::function<void(AccountId account)> care_begun = [](AccountId /*account*/) {};
  /// The account was closed: its live lines are to be cut.
  std::function<void(AccountId account)> account_closed = [](AccountId /*account*/) {};
  /// Whether the database answers.
  std::function<bool()> is_well = [] { return true; };
  access::SessionRules session_rules = {};  ///< how long a log-in lasts
  bool sends_mail = false;                  ///< the practice has set a mail server
  std::string mails_go_by = {};             ///< which one and as whom, see notify::mails_go_by
  bool staff_need_second_factor = false;    ///< everybody but clients
  std::chrono::hours invitations_last{72};
  std::chrono::hours recap_lasts{7 * 24};  ///< so long after a session its recap can be written
  std::string practice_address = {};       ///< https://… under which people reach the practice; empty: none is set
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
  /// At what a call came to nothing, for its row; without it, what the permission is about.
  std::string failed_at = {};
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

/// What was opened: by which action, under which name.
inline std::string opened_view(const access::AuditEntry& entry) {
  return entry.action + " " + entry.view + (entry.room ? " " + entry.room->text() : "");
}

/// What a change says of itself. With `count` 0 nothing changed; whether the answer shows what is stored all the same.
struct ChangeEntry : access::AuditEntry {
  bool shows_stored = false;
};

/// Runs `f` (WriteTx&, ChangeEntry& or AuditEntry&) -> Result<T> and writes what it says of itself into the audit, in
/// the same transaction. `f` sets entry.client, entry.room or entry.view, and entry.count. When nothing changed, an
/// answer with a body is a look at what is stored and leaves a row as a read does, one for each opened view; without a
/// body there is none. When `f` fails, the service writes the row that says so.
template <class F>
auto audited_write(Context& context, const http::Call& call, F f) {
  auto& seen = context.house.read_audit;
  const auto session = context.viewer.session;
  ChangeEntry entry;
  bool is_due = false;
  auto result = context.house.db.write(call.deadline, [&](store::WriteTx& tx) {
    entry = {audit_entry_of(context, call), call.route->answer_schema != nullptr};  // this may be run again
    auto outcome = f(tx, entry);
    const auto client = entry.client.value_or(AccountId());
    is_due = entry.count > 0 || (entry.shows_stored && seen.first_time(session, client, opened_view(entry), entry.at));
    if (outcome && is_due) {
      entry.count = std::max<std::int64_t>(entry.count, 1);
      entry.outcome = access::Outcome::done;
      access::write_audit(tx, entry);
    }
    return outcome;
  });
  if (!result) return result;
  context.is_written_down = true;
  if (is_due && entry.shows_stored) {
    seen.remember(session, entry.client.value_or(AccountId()), opened_view(entry), entry.at);
  }
  return result;
}

/// Writes the rows of a read, one per client and opened view, before the answer leaves; in one transaction.
inline Result<void> audit_reads(Context& context, const http::Call& call, const std::vector<AccountId>& clients,
                                std::optional<RoomId> room, std::string_view view) {
  auto& seen = context.house.read_audit;
  const auto session = context.viewer.session;
  auto entry = audit_entry_of(context, call);
  entry.room = room;
  entry.view = view;
  entry.count = 1;
  entry.outcome = access::Outcome::done;
  const auto opened = opened_view(entry);
  std::vector<access::AuditEntry> entries;
  for (const auto client : std::set(clients.begin(), clients.end())) {
    if (!seen.first_time(session, client, opened, entry.at)) continue;
    entry.client = client;
    entries.push_back(entry);
  }
  if (!entries.empty()) {
    TRY(context.house.db.write(call.deadline, [&](store::WriteTx& tx) -> Result<void> {
      access::write_audits(tx, entries);
      return {};
    }));
  }
  context.is_written_down = true;
  for (const auto& one : entries) seen.remember(session, *one.client, opened, one.at);
  return {};
}

inline Result<void> audit_read(Context& context, const http::Call& call, AccountId client, std::optional<RoomId> room,
                               std::string_view view) {
  return audit_reads(context, call, {client}, room, view);
}

}  // namespace rapport
