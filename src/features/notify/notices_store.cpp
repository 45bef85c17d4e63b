#include "features/notify/notices_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace rapport::notify {
namespace {

using store::Query;
using store::ReadTx;
using store::Row;
using store::WriteTx;

const Query kQueue{
    "notify.queue",
    "INSERT INTO notice (key, account_id, kind, state, tries, queued_at, next_try_at, sealed_path, device_id)"
    " VALUES ($1, $2, $3, 'waiting', 0, $4, $4, $5, $6) ON CONFLICT (key) DO NOTHING",
    true};
const Query kQueueAsOfNow{
    "notify.queue_as_of_now",
    "INSERT INTO notice (key, account_id, kind, state, tries, queued_at, next_try_at, sealed_path,"
    " sealed_profile) VALUES ($1, $2, $3, 'waiting', 0, $4, $4, $5,"
    " (SELECT a.sealed_profile FROM account a WHERE a.id = $2)) ON CONFLICT (key) DO NOTHING",
    true};
const Query kOfPrefix{"notify.of_prefix",
                      "SELECT key, account_id, state, tries, failure, at FROM notice"
                      " WHERE key >= $1 AND key < $2 AND device_id IS NULL ORDER BY key",
                      true};
const Query kLastTest{"notify.last_test",
                      "SELECT key FROM notice WHERE key >= $1 AND key < $2 ORDER BY key DESC LIMIT 1", true};
const Query kLastOfPrefix{"notify.last_of_prefix",
                          "SELECT key, account_id, state, tries, failure, at FROM notice"
                          " WHERE key >= $1 AND key < $2 AND device_id IS NULL ORDER BY key DESC LIMIT 1",
                          true};
const Query kDue{"notify.due",
                 "SELECT key, account_id, kind, tries, queued_at, sealed_path, device_id,"
                 " sealed_profile FROM notice"
                 " WHERE state = 'waiting' AND next_try_at <= $1"
                 " ORDER BY CASE WHEN key >= $3 AND key < $4 THEN 0 ELSE 1 END, next_try_at, key LIMIT $2",
                 true};
const Query kSettle{"notify.settle",
                    "UPDATE notice SET state = $2, tries = $3, failure = $4, at = $5, next_try_at = $6,"
                    " sealed_path = CASE WHEN $2 = 'waiting' THEN sealed_path END,"
                    " sealed_profile = CASE WHEN $2 = 'waiting' THEN sealed_profile END"
                    " WHERE key = $1 AND state = 'waiting'",
                    true};
const Query kDropWaiting{"notify.drop_waiting",
                         "UPDATE notice SET state = 'failed', failure = $3, at = $4, sealed_path = NULL,"
                         " sealed_profile = NULL"
                         " WHERE key >= $1 AND key < $2 AND state = 'waiting'",
                         true};
const Query kDropLinks{"notify.drop_links_and_pushes",
                       "UPDATE notice SET state = 'failed', failure = $1, at = $2, sealed_path = NULL,"
                       " sealed_profile = NULL"
                       " WHERE state = 'waiting' AND (sealed_path IS NOT NULL OR device_id IS NOT NULL)"};
const Query kUndelivered{"notify.undelivered",
                         "SELECT key, account_id, state, tries, failure, at FROM notice"
                         " WHERE account_id = $1 AND queued_at >= $2 AND state <> 'sent' AND failure IS NOT NULL"
                         " AND kind <> 'test' AND failure <> 'not_needed' AND device_id IS NULL"
                         " AND (failure <> 'no_address' OR NOT EXISTS"
                         " (SELECT 1 FROM push_device p WHERE p.account_id = notice.account_id))"
                         " ORDER BY queued_at DESC, key LIMIT $3",
                         true};

const Query kLastToDevice{"notify.last_to_device",
                          "SELECT key, account_id, state, tries, failure, at FROM notice"
                          " WHERE device_id = $1 ORDER BY queued_at DESC, key DESC LIMIT 1",
                          true};

// Those that nobody needed any more were not given up.
const Query kCountWaiting{"notify.count_waiting",
                          "SELECT COUNT(CASE WHEN state = 'waiting' THEN 1 END),"
                          " COUNT(CASE WHEN state = 'failed' AND failure <> 'not_needed' THEN 1 END)"
                          " FROM notice WHERE state IN ('waiting', 'failed')",
                          true};

constexpr std::array<std::string_view, 11> kKindTexts{
    "needs_you", "invitation",  "log_in_changed", "password_changed", "address_changed",
    "recovery",  "factor_loss", "part_changed",   "passkey_refused",  "closing",
    "test"};

Kind kind_from_text(std::string_view text) {
  const auto found = std::find(kKindTexts.begin(), kKindTexts.end(), text);
  if (found == kKindTexts.end()) throw std::logic_error("notice: there is no such kind");
  return static_cast<Kind>(found - kKindTexts.begin());
}

/// The keys of what waits for nobody else: answers that a person must look at.
constexpr std::string_view kUrgent = "safety:";

std::string_view kind_text(Kind kind) {
  return kKindTexts[static_cast<std::size_t>(kind)];
}

bool is_about_log_in(Kind kind) {
  switch (kind) {
    case Kind::log_in_changed:
    case Kind::password_changed:
    case Kind::address_changed:
    case Kind::recovery:
    case Kind::factor_loss:
    case Kind::passkey_refused:
    case Kind::closing:
      return true;
    case Kind::needs_you:
    case Kind::invitation:
    case Kind::part_changed:
    case Kind::test:
      return false;
  }
  return false;
}

bool is_key(std::string_view key) {
  const auto is_plain = [](char c) { return c > ' ' && c <= '~'; };
  return !key.empty() && key.size() <= kLongestKey && std::all_of(key.begin(), key.end(), is_plain);
}

/// No key has a character beyond '~'.
std::string end_of(std::string_view key_prefix) {
  return std::string(key_prefix) + '\x7f';
}

Delivery to_delivery(const Row& row) {
  Delivery delivery;
  delivery.key = as_text(row.bytes(0));
  delivery.to = row.id<AccountId>(1);
  delivery.state = row.text(2);
  delivery.tries = row.int64(3);
  if (!row.is_null(4)) delivery.failure = std::string(row.text(4));
  delivery.at = row.maybe_time(5);
  return delivery;
}

Due to_due(const Row& row) {
  return {std::string(as_text(row.bytes(0))),
          row.id<AccountId>(1),
          kind_from_text(row.text(2)),
          row.int64(3),
          row.time(4),
          row.maybe_bytes(5),
          row.maybe_id<PushDeviceId>(6),
          row.maybe_bytes(7)};
}

const Query kEraseTo{"notify.erase_to", "DELETE FROM notice WHERE account_id = $1", true};

}  // namespace

Bytes seal_path(const access::SealKey& key, std::string_view notice_key, std::string_view path) {
  return access::seal(key, as_bytes(notice_key), path);
}

Result<bool> queue(WriteTx& tx, const NewNotice& notice, Time now) {
  if (!is_key(notice.key)) return fail({ErrorKind::internal, "internal", "A notice was queued without a right key."});
  const auto kind = kind_text(notice.kind);
  if (is_about_log_in(notice.kind)) {
    return tx.execute(kQueueAsOfNow, {as_bytes(notice.key), notice.to, kind, now, notice.sealed_path}) == 1;
  }
  if (tx.execute(kQueue, {as_bytes(notice.key), notice.to, kind, now, notice.sealed_path, nullptr}) == 0) return false;
  if (notice.kind != Kind::needs_you) return true;  // the others belong into a mail
  for (const auto& device : devices_of(tx, notice.to)) queue_push(tx, notice.key, device, notice.kind, now);
  return true;
}

bool queue_push(WriteTx& tx, std::string_view key, const PushDevice& device, Kind kind, Time now) {
  // Below the key of the mail, so that what drops the one drops the other.
  const auto own = std::string(key) + ":push:" + device.id.text();
  return tx.execute(kQueue, {as_bytes(own), device.account, kind_text(kind), now, nullptr, device.id}) == 1;
}

std::optional<Delivery> last_delivery_to(ReadTx& tx, PushDeviceId device) {
  return tx.first(kLastToDevice, {device}, to_delivery);
}

std::vector<Delivery> deliveries_of(ReadTx& tx, std::string_view key_prefix) {
  const std::string end = end_of(key_prefix);
  return tx.list(kOfPrefix, {as_bytes(key_prefix), as_bytes(end)}, to_delivery);
}

void drop_waiting(WriteTx& tx, std::string_view key_prefix, Time now) {
  const std::string end = end_of(key_prefix);
  tx.execute(kDropWaiting, {as_bytes(key_prefix), as_bytes(end), to_text(Failure::not_needed), now});
}

void drop_links_and_pushes(WriteTx& tx, Time now) {
  tx.execute(kDropLinks, {to_text(Failure::not_needed), now});
}

std::optional<Delivery> last_delivery_of(ReadTx& tx, std::string_view key_prefix) {
  const std::string end = end_of(key_prefix);
  return tx.first(kLastOfPrefix, {as_bytes(key_prefix), as_bytes(end)}, to_delivery);
}

std::string test_key(std::string_view key_prefix, Time now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch();
  return fmt::format("{}{:012}", key_prefix, second.count());
}

std::chrono::seconds wait_before_test(ReadTx& tx, std::string_view key_prefix, Time now) {
  const auto first = test_key(key_prefix, now - kBetweenTests + std::chrono::seconds{1});
  const auto end = test_key(key_prefix, now + std::chrono::seconds{1});
  // Those after `end` are of a clock that was ahead: they hold nobody up.
  const auto last = tx.first(kLastTest, {as_bytes(first), as_bytes(end)},
                             [](const Row& row) { return std::string(as_text(row.bytes(0))); });
  if (!last) return {};
  std::int64_t second = 0;
  const auto digits = std::string_view(*last).substr(key_prefix.size());
  std::from_chars(digits.data(), digits.data() + digits.size(), second);
  return std::chrono::ceil<std::chrono::seconds>(Time(std::chrono::seconds(second)) + kBetweenTests - now);
}

std::vector<Due> due_notices(ReadTx& tx, Time now, std::int64_t limit) {
  return tx.list(kDue, {now, limit, as_bytes(kUrgent), as_bytes(end_of(kUrgent))}, to_due);
}

void note_sent(WriteTx& tx, const Due& notice, Time now) {
  tx.execute(kSettle, {as_bytes(notice.key), "sent", notice.tries + 1, nullptr, now, now});
}

void note_failed(WriteTx& tx, const Due& notice, Failure why, bool was_tried, Time now, std::optional<Time> next) {
  tx.execute(kSettle, {as_bytes(notice.key), next ? "waiting" : "failed", notice.tries + (was_tried ? 1 : 0),
                       to_text(why), now, next.value_or(now)});
}

std::vector<Delivery> undelivered_to(ReadTx& tx, AccountId account, Time since, std::int64_t limit) {
  return tx.list(kUndelivered, {account, since, limit}, to_delivery);
}

Waiting count_waiting(ReadTx& tx) {
  return tx.first(kCountWaiting, {}, [](const Row& row) { return Waiting{row.int64(0), row.int64(1)}; })
      .value_or(Waiting());
}

void erase_notices_to(WriteTx& tx, AccountId account) {
  tx.execute(kEraseTo, {account});
}

}  // namespace rapport::notify
