#include "access/sessions_store.hpp"

#include <sodium.h>

#include "access/known_browsers.hpp"
#include "access/tokens.hpp"

namespace rapport::access {
namespace {

const store::Query kInsertSession("session.insert", R"(
  INSERT INTO login_session (id, account_id, token_digest, created_at, seen_at, ends_at)
  VALUES ($1, $2, $3, $4, $5, $6))");
const store::Query kSelectSession("session.select", R"(
  SELECT s.id, s.seen_at, s.ends_at, a.id, a.role, a.practice_id, c.confirmed_at,
    (SELECT COUNT(*) FROM passkey p WHERE p.account_id = a.id)
  FROM login_session s JOIN account a ON a.id = s.account_id LEFT JOIN code_secret c ON c.account_id = a.id
  WHERE s.token_digest = $1 AND s.ends_at > $2 AND s.seen_at > $3 AND a.closed_at IS NULL)",
                                  true);
const store::Query kUpdateSeen("session.touch", "UPDATE login_session SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
                               true);
const store::Query kDeleteSession("session.delete", "DELETE FROM login_session WHERE id = $1", true);
const store::Query kDescribe("session.describe", "UPDATE login_session SET sealed_browser = $2 WHERE id = $1", true);
const store::Query kListSessions("session.list", R"(
  SELECT id, created_at, seen_at, sealed_browser FROM login_session
  WHERE account_id = $1 AND ends_at > $2 AND seen_at > $3 ORDER BY seen_at DESC, id DESC)",
                                 true);
const store::Query kDeleteOwn("session.delete_own", "DELETE FROM login_session WHERE id = $1 AND account_id = $2",
                              true);
const store::Query kSessionsOf("session.of_account", "SELECT id FROM login_session WHERE account_id = $1", true);
const store::Query kDeleteAll("session.delete_all", "DELETE FROM login_session");
const store::Query kDeleteOver("session.delete_over", "DELETE FROM login_session WHERE ends_at <= $1 OR seen_at <= $2");

Error no_session() {
  return Error{ErrorKind::unauthenticated, "session.none", "Please log in."};
}

struct SessionRow {
  FoundSession found;
  std::optional<Role> role;
};

SessionRow read_row(const store::Row& row) {
  SessionRow read;
  read.found.viewer.session = row.id<SessionId>(0);
  read.found.seen_at = row.time(1);
  read.found.ends_at = row.time(2);
  read.found.viewer.account = row.id<AccountId>(3);
  read.role = role_from_text(row.text(4));
  read.found.viewer.practice = row.id<PracticeId>(5);
  read.found.viewer.has_second_factor = !row.is_null(6) || row.int64(7) > 0;
  return read;
}

}  // namespace

NewSession create_session(store::WriteTx& tx, AccountId account, Time now, const SessionRules& rules) {
  NewSession made{SessionId::make(now), random_token(), now + rules.lifetime};
  const Bytes digest = plain_digest(as_bytes(made.token));
  tx.execute(kInsertSession, {made.id, account, digest, now, now, made.ends_at});
  return made;
}

Result<FoundSession> find_session(store::ReadTx& tx, std::string_view token, Time now, const SessionRules& rules) {
  if (token.size() != kTokenChars) return fail(no_session());
  const Bytes digest = plain_digest(as_bytes(token));
  auto row = tx.first(kSelectSession, {digest, now, now - rules.idle}, read_row);
  if (!row || !row->role) return fail(no_session());  // a role of a later version may do nothing here
  row->found.viewer.role = *row->role;
  return row->found;
}

bool needs_touch(const FoundSession& session, Time now, const SessionRules& rules) {
  return now - session.seen_at >= rules.touch_every;
}

void touch_session(store::WriteTx& tx, SessionId session, Time now) {
  tx.execute(kUpdateSeen, {session, now});
}

bool end_session(store::WriteTx& tx, SessionId session) {
  return tx.execute(kDeleteSession, {session}) > 0;
}

void describe_session(store::WriteTx& tx, SessionId session, BytesView sealed_browser) {
  tx.execute(kDescribe, {session, sealed_browser});
}

std::vector<ListedSession> list_sessions(store::ReadTx& tx, AccountId account, Time now, const SessionRules& rules) {
  return tx.list(kListSessions, {account, now, now - rules.idle}, [](const store::Row& row) {
    ListedSession listed{row.id<SessionId>(0), row.time(1), row.time(2), std::nullopt};
    if (!row.is_null(3)) listed.sealed_browser.emplace(row.bytes(3).begin(), row.bytes(3).end());
    return listed;
  });
}

bool end_session_of(store::WriteTx& tx, AccountId account, SessionId session) {
  return tx.execute(kDeleteOwn, {session, account}) > 0;
}

std::vector<SessionId> end_sessions_of(store::WriteTx& tx, AccountId account, std::optional<SessionId> kept) {
  auto ended = tx.list(kSessionsOf, {account}, [](const store::Row& row) { return row.id<SessionId>(0); });
  std::erase_if(ended, [&](SessionId one) { return one == kept || !end_session(tx, one); });
  forget_browsers(tx, account);
  return ended;
}

std::int64_t end_all_sessions(store::WriteTx& tx) {
  return tx.execute(kDeleteAll, {});
}

std::int64_t delete_old_sessions(store::WriteTx& tx, Time now, const SessionRules& rules) {
  return tx.execute(kDeleteOver, {now, now - rules.idle});
}

std::string CsrfTokens::make(std::string_view session_token) const {
  return to_base64url(keyed_digest(key_, session_token));
}

bool CsrfTokens::matches(std::string_view session_token, std::string_view csrf_token) const {
  const std::string expected = make(session_token);
  return csrf_token.size() == expected.size() &&
         sodium_memcmp(csrf_token.data(), expected.data(), expected.size()) == 0;
}

}  // namespace rapport::access
