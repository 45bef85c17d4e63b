#include "features/log_in/recovery.hpp"

#include "access/audit.hpp"
#include "access/tokens.hpp"
#include "base/log.hpp"
#include "base/passing.hpp"
#include "features/log_in/proofs.hpp"
#include "features/log_in/second_factor.hpp"
#include "features/notify/notify.hpp"
#include "features/people/people.hpp"
#include "features/people/profiles.hpp"

namespace rapport::log_in {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

constexpr std::int64_t kAtOnce = 100;

const Query kAsk{"recovery.ask",
                 "INSERT INTO recovery_ask (login_digest, asked_at) VALUES ($1, $2)"
                 " ON CONFLICT (login_digest) DO NOTHING",
                 true};
const Query kAsked{"recovery.asked",
                   "SELECT r.login_digest, a.id FROM recovery_ask r"
                   " LEFT JOIN account a ON a.login_digest = r.login_digest AND a.closed_at IS NULL"
                   " ORDER BY r.asked_at LIMIT $1"};
const Query kAnswered{"recovery.answered", "DELETE FROM recovery_ask WHERE login_digest = $1", true};
// One that is vouched for is replaced by another of its kind alone, as long as it works.
const Query kMakeLink{"recovery.make_link",
                      "INSERT INTO recovery_link (account_id, token_digest, ends_at, vouched, vouched_by)"
                      " VALUES ($1, $2, $3, $4, $5) ON CONFLICT (account_id) DO UPDATE SET"
                      " token_digest = excluded.token_digest, ends_at = excluded.ends_at,"
                      " vouched = excluded.vouched, vouched_by = excluded.vouched_by"
                      " WHERE recovery_link.vouched = 0 OR excluded.vouched = 1 OR recovery_link.ends_at <= $6",
                      true};
const Query kLink{"recovery.link",
                  "SELECT l.account_id, l.ends_at, l.vouched, l.vouched_by FROM recovery_link l"
                  " JOIN account a ON a.id = l.account_id LEFT JOIN account v ON v.id = l.vouched_by"
                  " WHERE l.token_digest = $1 AND l.ends_at > $2 AND a.closed_at IS NULL AND v.closed_at IS NULL",
                  true};
const Query kUseLink{"recovery.use_link", "DELETE FROM recovery_link WHERE token_digest = $1", true};
const Query kRequest{"recovery.request",
                     "INSERT INTO recovery_request (account_id, asked_at, ends_at) VALUES ($1, $2, $3)"
                     " ON CONFLICT (account_id) DO UPDATE SET asked_at = excluded.asked_at, ends_at = excluded.ends_at",
                     true};
const Query kRequests{"recovery.requests",
                      "SELECT r.account_id, r.asked_at, r.ends_at FROM recovery_request r"
                      " JOIN account a ON a.id = r.account_id"
                      " WHERE a.practice_id = $1 AND r.ends_at > $2 AND a.closed_at IS NULL"
                      " ORDER BY r.asked_at, r.account_id"};
const Query kEndRequest{"recovery.end_request",
                        "DELETE FROM recovery_request WHERE account_id = $2 AND ends_at > $3"
                        " AND EXISTS (SELECT 1 FROM account a WHERE a.id = $2 AND a.practice_id = $1"
                        " AND a.closed_at IS NULL)",
                        true};
const Query kWhoVouches{"recovery.who_vouches",
                        "SELECT o.id FROM account a JOIN account o ON o.practice_id = a.practice_id"
                        " WHERE a.id = $1 AND o.id <> $1 AND o.role = 'administrator' AND o.closed_at IS NULL"
                        " AND o.password_hash <> ''"};
const Query kAnnounce{"recovery.announce",
                      "INSERT INTO factor_loss (account_id, stop_digest, due_at) VALUES ($1, $2, $3)"
                      " ON CONFLICT (account_id) DO UPDATE SET stop_digest = excluded.stop_digest,"
                      " due_at = excluded.due_at",
                      true};
const Query kEndsAt{"recovery.factor_ends_at", "SELECT due_at FROM factor_loss WHERE account_id = $1", true};
const Query kWhoseStop{"recovery.whose_stop", "SELECT account_id FROM factor_loss WHERE stop_digest = $1", true};
const Query kStop{"recovery.stop", "DELETE FROM factor_loss WHERE account_id = $1", true};
const Query kStopDue{"recovery.stop_due", "DELETE FROM factor_loss WHERE account_id = $1 AND due_at <= $2", true};
const Query kDue{"recovery.due", "SELECT account_id FROM factor_loss WHERE due_at <= $1 ORDER BY due_at LIMIT $2",
                 true};
const Query kReplaceAddress{"recovery.replace_address",
                            "INSERT INTO replaced_address (account_id, replaced_at) VALUES ($1, $2)"
                            " ON CONFLICT (account_id) DO UPDATE SET replaced_at = excluded.replaced_at",
                            true};
const Query kReplacedAt{"recovery.replaced_at", "SELECT replaced_at FROM replaced_address WHERE account_id = $1", true};
const Query kForgetReplaced{"recovery.forget_replaced", "DELETE FROM replaced_address WHERE account_id = $1", true};
const Query kDeleteReplaced{"recovery.delete_replaced", "DELETE FROM replaced_address WHERE replaced_at <= $1"};
const Query kDeleteLinks{"recovery.delete_links", "DELETE FROM recovery_link WHERE ends_at <= $1"};
const Query kDeleteRequests{"recovery.delete_requests", "DELETE FROM recovery_request WHERE ends_at <= $1"};
const Query kEndAsks{"recovery.end_asks", "DELETE FROM recovery_ask"};
const Query kEndLinks{"recovery.end_links", "DELETE FROM recovery_link"};
const Query kEndRequests{"recovery.end_requests", "DELETE FROM recovery_request"};
const Query kEndLosses{"recovery.end_losses", "DELETE FROM factor_loss"};
const Query kForgetLink{"recovery.forget_link", "DELETE FROM recovery_link WHERE account_id = $1", true};
const Query kForgetRequest{"recovery.forget_request", "DELETE FROM recovery_request WHERE account_id = $1", true};

AccountId to_account(const Row& row) {
  return row.id<AccountId>(0);
}

Result<RecoveryLetter> letter_of(House& house, AccountId account, std::string_view page, const std::string& prefix,
                                 Deadline deadline) {
  RecoveryLetter letter;
  letter.token = access::random_token();
  letter.path = std::string(page) + "#" + letter.token;
  letter.notice_prefix = prefix;
  letter.notice_key = prefix + MessageId::make(house.clock.now()).text();
  TRY_ASSIGN(const auto key, house.keys.key_for(account, deadline));
  letter.sealed_path = notify::seal_path(*key, letter.notice_key, letter.path);
  return letter;
}

/// A row of its own: it happens when it is due, by nobody's hand.
access::AuditEntry row_about(AccountId account, Time now) {
  access::AuditEntry entry;
  entry.at = now;
  entry.view = "account " + account.text();
  entry.count = 1;
  entry.outcome = access::Outcome::done;
  entry.origin = "server";
  return entry;
}

struct Asked {
  Bytes login_digest;
  std::optional<AccountId> account;  ///< nobody's name: nothing is sent
};

using MaybeLetter = std::optional<RecoveryLetter>;

/// Nothing for nobody, and for whoever has given no address themselves.
Result<MaybeLetter> letter_to(House& house, const Asked& asked, Deadline deadline) {
  if (!asked.account) return MaybeLetter();
  TRY_ASSIGN(const auto profile, people::profile_of(house, *asked.account, deadline));
  if (!profile.has_own_email()) return MaybeLetter();
  TRY_ASSIGN(auto letter, letter_with_link(house, *asked.account, deadline));
  return MaybeLetter(std::move(letter));
}

Result<bool> answer_asked(House& house, const Asked& asked, const MaybeLetter& letter, Deadline deadline) {
  const auto now = house.clock.now();
  return house.db.write(deadline, [&](WriteTx& tx) -> Result<bool> {
    if (tx.execute(kAnswered, {asked.login_digest}) != 1 || !letter) return false;
    if (!people::lock_account(tx, *asked.account)) return false;
    TRY_ASSIGN(const bool sent, send_recovery_link(tx, *letter, {*asked.account, now + kRecoveryLinkLasts}, now));
    auto entry = row_about(*asked.account, now);
    entry.action = "recovery.send";
    if (sent) access::write_audit(tx, entry);
    return sent;
  });
}

/// The account's row is locked first, as at a log-in: it comes wholly before this or wholly after it.
Result<std::vector<SessionId>> end_lost_factor(WriteTx& tx, AccountId account, Time now) {
  std::vector<SessionId> ended;
  const bool is_open = people::lock_account(tx, account).has_value();
  if (tx.execute(kStopDue, {account, now}) != 1 || !is_open || !end_second_factor(tx, account)) return ended;
  ended = end_other_log_ins(tx, account, std::nullopt);
  const auto key = "log_in:factor_lost:" + MessageId::make(now).text();
  TRY(notify::queue(tx, {key, account, notify::Kind::log_in_changed}, now));
  auto entry = row_about(account, now);
  entry.action = "second_factor.lost";
  access::write_audit(tx, entry);
  return ended;
}

}  // namespace

Bytes recovery_digest(std::string_view token) {
  return access::plain_digest(as_bytes(token));
}

bool make_recovery_link(WriteTx& tx, const RecoveryLink& link, BytesView token_digest, Time now) {
  return tx.execute(kMakeLink,
                    {link.account, token_digest, link.ends_at, link.vouched ? 1 : 0, link.vouched_by, now}) == 1;
}

std::optional<RecoveryLink> find_recovery_link(ReadTx& tx, BytesView token_digest, Time now) {
  return tx.first(kLink, {token_digest, now}, [](const Row& row) {
    return RecoveryLink{row.id<AccountId>(0), row.time(1), row.int64(2) != 0, row.maybe_id<AccountId>(3)};
  });
}

std::optional<RecoveryLink> use_recovery_link(WriteTx& tx, BytesView token_digest, Time now) {
  auto found = find_recovery_link(tx, token_digest, now);
  if (found && tx.execute(kUseLink, {token_digest}) != 1) return std::nullopt;
  return found;
}

void ask_for_link(WriteTx& tx, BytesView login_digest, Time now) {
  tx.execute(kAsk, {login_digest, now});
}

Result<std::int64_t> send_recovery_links(House& house, Deadline deadline) {
  TRY_ASSIGN(const auto asked, house.db.read(deadline, [](ReadTx& tx) -> Result<std::vector<Asked>> {
    return tx.list(kAsked, {kAtOnce},
                   [](const Row& row) { return Asked{copy_of(row.bytes(0)), row.maybe_id<AccountId>(1)}; });
  }));
  std::int64_t count = 0;
  for (const auto& one : asked) {
    auto letter = letter_to(house, one, deadline);
    if (!letter && is_passing(letter.error())) return fail(letter.error());
    if (!letter) {  // a person without their key, for one: the others must not wait for them
      log::warning("recovery.not_sent", {{"account", one.account->text()}, {"code", letter.error().code}});
      letter = MaybeLetter();
    }
    TRY_ASSIGN(const bool sent, answer_asked(house, one, *letter, deadline));
    count += sent ? 1 : 0;
  }
  return count;
}

Result<RecoveryLetter> letter_with_link(House& house, AccountId account, Deadline deadline) {
  return letter_of(house, account, "/recovery", "recovery:" + account.text() + ":", deadline);
}

Result<RecoveryLetter> letter_with_stop(House& house, AccountId account, Deadline deadline) {
  return letter_of(house, account, "/recovery/stop", "factor_loss:" + account.text() + ":", deadline);
}

Result<bool> send_recovery_link(WriteTx& tx, const RecoveryLetter& letter, const RecoveryLink& link, Time now) {
  if (!make_recovery_link(tx, link, recovery_digest(letter.token), now)) return false;
  notify::drop_waiting(tx, letter.notice_prefix, now);
  TRY(notify::queue(tx, {letter.notice_key, link.account, notify::Kind::recovery, letter.sealed_path}, now));
  return true;
}

void ask_for_confirmation(WriteTx& tx, AccountId account, Time now) {
  tx.execute(kRequest, {account, now, now + kRecoveryRequestLasts});
}

std::vector<RecoveryRequest> list_recovery_requests(ReadTx& tx, PracticeId practice, Time now) {
  return tx.list(kRequests, {practice, now},
                 [](const Row& row) { return RecoveryRequest{row.id<AccountId>(0), row.time(1), row.time(2)}; });
}

bool end_recovery_request(WriteTx& tx, PracticeId practice, AccountId account, Time now) {
  return tx.execute(kEndRequest, {practice, account, now}) == 1;
}

std::vector<AccountId> who_vouches(ReadTx& tx, AccountId asking) {
  return tx.list(kWhoVouches, {asking}, to_account);
}

void announce_factor_loss(WriteTx& tx, AccountId account, BytesView stop_digest, Time due_at) {
  tx.execute(kAnnounce, {account, stop_digest, due_at});
}

std::optional<Time> factor_ends_at(ReadTx& tx, AccountId account) {
  return tx.first(kEndsAt, {account}, [](const Row& row) { return row.time(0); });
}

std::optional<AccountId> stop_factor_loss(WriteTx& tx, BytesView stop_digest) {
  const auto whose = tx.first(kWhoseStop, {stop_digest}, to_account);
  if (whose && tx.execute(kStop, {*whose}) != 1) return std::nullopt;
  return whose;
}

void stop_factor_loss_of(WriteTx& tx, AccountId account) {
  tx.execute(kStop, {account});
}

Result<std::int64_t> end_lost_factors(House& house, Deadline deadline) {
  const auto now = house.clock.now();
  TRY_ASSIGN(const auto due, house.db.read(deadline, [&](ReadTx& tx) -> Result<std::vector<AccountId>> {
    return tx.list(kDue, {now, kAtOnce}, to_account);
  }));
  for (const auto account : due) {
    TRY_ASSIGN(const auto ended,
               house.db.write(deadline, [&](WriteTx& tx) { return end_lost_factor(tx, account, now); }));
    for (const auto session : ended) house.session_ended(session);
  }
  return std::ssize(due);
}

void note_replaced_address(WriteTx& tx, AccountId account, Time now) {
  tx.execute(kReplaceAddress, {account, now});
}

std::optional<Time> factor_stays_until(ReadTx& tx, AccountId account, Time now) {
  const auto replaced = tx.first(kReplacedAt, {account}, [](const Row& row) { return row.time(0); });
  if (!replaced || *replaced + kAddressIsNewFor <= now) return std::nullopt;
  return *replaced + kAddressIsNewFor;
}

std::int64_t delete_old_recoveries(WriteTx& tx, Time now) {
  return tx.execute(kDeleteLinks, {now}) + tx.execute(kDeleteRequests, {now}) +
         tx.execute(kDeleteReplaced, {now - kAddressIsNewFor});
}

std::int64_t end_all_recoveries(WriteTx& tx) {
  std::int64_t ended = 0;
  for (const auto* query : {&kEndAsks, &kEndLinks, &kEndRequests, &kEndLosses}) ended += tx.execute(*query, {});
  return ended;
}

void forget_recovery_of(WriteTx& tx, AccountId account) {
  for (const auto* query : {&kForgetLink, &kForgetRequest, &kStop, &kForgetReplaced}) tx.execute(*query, {account});
}

}  // namespace rapport::log_in
