#pragma once
/// @file Log-in sessions. The token is in the browser's cookie only; stored is its digest, so that a copy of the
/// database logs nobody in. The CSRF token is derived from the session token and needs no storage.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "access/seal.hpp"
#include "access/viewer.hpp"
#include "base/result.hpp"
#include "store/transaction.hpp"

namespace rapport::access {

struct SessionRules {
  std::chrono::seconds lifetime = std::chrono::hours(12);
  std::chrono::seconds idle = std::chrono::hours(1);           ///< ends when nothing was asked for so long
  std::chrono::seconds touch_every = std::chrono::minutes(1);  ///< `seen_at` is not written more often
};

struct NewSession {
  SessionId id;
  std::string token;  ///< for the cookie, 43 characters of base64url; a secret, never logged
  Time ends_at;
};

struct FoundSession {
  Viewer viewer;
  Time seen_at;
  Time ends_at;
};

NewSession create_session(store::WriteTx& tx, AccountId account, Time now, const SessionRules& rules = {});
/// unauthenticated ("session.none") for a token that is unknown, malformed, over, idle for too long, or whose
/// account is closed.
Result<FoundSession> find_session(store::ReadTx& tx, std::string_view token, Time now, const SessionRules& rules = {});
/// Whether touch_session is due.
bool needs_touch(const FoundSession& session, Time now, const SessionRules& rules = {});
void touch_session(store::WriteTx& tx, SessionId session, Time now);
/// Keeps what the person's list of log-ins says of it: the kind of browser, sealed, bound to the session's id.
void describe_session(store::WriteTx& tx, SessionId session, BytesView sealed_browser);
/// False if it was over already.
bool end_session(store::WriteTx& tx, SessionId session);

/// A log-in as its owner sees it.
struct ListedSession {
  SessionId id;
  Time began_at;
  Time seen_at;  ///< of the last use, to within SessionRules::touch_every
  std::optional<Bytes> sealed_browser;
};
/// Those of this person that are not over, the last used first.
std::vector<ListedSession> list_sessions(store::ReadTx& tx, AccountId account, Time now,
                                         const SessionRules& rules = {});
/// False unless it is a log-in of this person.
bool end_session_of(store::WriteTx& tx, AccountId account, SessionId session);
/// Ends all log-ins of this person but `kept`, if any, and forgets all browsers; the ids of those that it ended.
std::vector<SessionId> end_sessions_of(store::WriteTx& tx, AccountId account, std::optional<SessionId> kept);
/// Ends all log-ins of everybody; how many.
std::int64_t end_all_sessions(store::WriteTx& tx);
/// Removes what is over anyway; for a job that runs now and then.
std::int64_t delete_old_sessions(store::WriteTx& tx, Time now, const SessionRules& rules = {});

/// Makes and checks CSRF tokens. Copies nothing of the root secret but a key for this one purpose.
class CsrfTokens {
 public:
  explicit CsrfTokens(const SealKey& root) : key_(root.subkey("csrftokn")) {}
  std::string make(std::string_view session_token) const;
  /// Takes the same time wherever the difference is.
  bool matches(std::string_view session_token, std::string_view csrf_token) const;

 private:
  SealKey key_;
};

}  // namespace rapport::access
