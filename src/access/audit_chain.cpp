#include "access/audit_chain.hpp"

#include <cstring>
#include <utility>

#include "access/audit.hpp"
#include "base/log.hpp"

namespace rapport::access {
namespace {

using store::Query;
using store::Row;

constexpr std::string_view kPurpose = "auditlnk";
/// So few at once that on SQLite nobody who writes waits for it noticeably.
constexpr std::int64_t kRowsAtOnce = 128;

// Both have the columns of a row in the same order.
const Query kWithoutPlace{"audit.without_place", R"(
  SELECT id, at, viewer_id, role, action, client_id, room_id, view_name, count, outcome, origin
    FROM audit WHERE place IS NULL ORDER BY id LIMIT $1)"};
const Query kInOrder{"audit.in_order", R"(
  SELECT id, at, viewer_id, role, action, client_id, room_id, view_name, count, outcome, origin, place, link
    FROM audit WHERE place > $1 ORDER BY place LIMIT $2)",
                     true};
const Query kGivePlace{"audit.give_place", "UPDATE audit SET place = $2, link = $3 WHERE id = $1 AND place IS NULL",
                       true};
const Query kEnd{"audit.end", "SELECT place, link FROM audit WHERE place IS NOT NULL ORDER BY place DESC LIMIT 1"};
const Query kCountWithoutPlace{"audit.count_without_place", "SELECT COUNT(*), MIN(at) FROM audit WHERE place IS NULL"};

constexpr int kPlaceColumn = 11;
constexpr int kLinkColumn = 12;

void add_number(Bytes& bytes, std::int64_t number) {
  for (int shift = 0; shift < 64; shift += 8) {
    bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(number) >> shift));
  }
}

/// With its length before it, so that no two rows are written alike.
void add_bytes(Bytes& bytes, BytesView more) {
  add_number(bytes, static_cast<std::int64_t>(more.size()));
  bytes.insert(bytes.end(), more.begin(), more.end());
}

void add_id(Bytes& bytes, const Row& row, int column) {
  if (row.is_null(column)) return add_bytes(bytes, {});
  add_bytes(bytes, row.uuid(column));
}

/// Nothing is not the same as an empty text.
void add_text(Bytes& bytes, const Row& row, int column) {
  bytes.push_back(row.is_null(column) ? 0 : 1);
  if (!row.is_null(column)) add_bytes(bytes, as_bytes(row.text(column)));
}

Bytes said_by(const Row& row) {
  Bytes said;
  said.reserve(256);
  add_id(said, row, 0);
  add_number(said, row.int64(1));
  add_id(said, row, 2);
  add_text(said, row, 3);
  add_text(said, row, 4);
  add_id(said, row, 5);
  add_id(said, row, 6);
  add_text(said, row, 7);
  add_number(said, row.int64(8));
  add_text(said, row, 9);
  add_text(said, row, 10);
  return said;
}

Bytes copy(BytesView bytes) {
  return {bytes.begin(), bytes.end()};
}

struct NewRow {
  Uuid id;
  Bytes said;
};

Error changed_by_another() {
  return {ErrorKind::conflict, "audit.changed", "Rows of the audit were changed by somebody else."};
}

Result<void> give_places(store::Database& database, const std::vector<store::Values>& values, Deadline deadline) try {
  return database.write(deadline, [&](store::WriteTx& tx) -> Result<void> {
    for (const auto changed : tx.execute_many(kGivePlace, values)) {
      if (changed != 1) return fail(changed_by_another());
    }
    return {};
  });
} catch (const store::ConstraintViolation&) {
  return fail(changed_by_another());
}

}  // namespace

SealKey link_key(const SealKey& root) {
  return root.subkey(kPurpose);
}

Bytes link_of(const SealKey& links, BytesView before, std::int64_t place, BytesView said) {
  Bytes whole;
  whole.reserve(before.size() + said.size() + 16);
  add_bytes(whole, before);
  add_number(whole, place);
  whole.insert(whole.end(), said.begin(), said.end());
  return keyed_digest(links, as_text(whole));
}

std::vector<ChainedRow> read_chain(store::ReadTx& tx, std::int64_t after, std::int64_t most) {
  return tx.list(kInOrder, {after, most}, [](const Row& row) {
    return ChainedRow{row.int64(kPlaceColumn), row.is_null(kLinkColumn) ? Bytes() : copy(row.bytes(kLinkColumn)),
                      said_by(row), row.time(1)};
  });
}

WithoutPlace rows_without_place(store::ReadTx& tx) {
  return *tx.first(kCountWithoutPlace, {},
                   [](const Row& row) { return WithoutPlace{row.int64(0), row.maybe_time(1)}; });
}

AuditChain::AuditChain(store::Database& database, const SealKey& root, std::string heads_file, const Clock& clock)
    : database_(database), links_(link_key(root)), signer_(root), heads_file_(std::move(heads_file)), clock_(clock) {}

Result<std::int64_t> AuditChain::link_new(std::chrono::milliseconds patience) {
  const auto soon = [&] { return std::chrono::steady_clock::now() + patience; };
  if (!knows_end_) TRY(find_end(soon()));
  std::int64_t done = 0;
  for (std::int64_t some = kRowsAtOnce; some == kRowsAtOnce; done += some) {
    TRY_ASSIGN(some, link_some(soon()));
  }
  TRY(sign_end());
  return done;
}

Result<void> AuditChain::find_end(Deadline deadline) {
  TRY_ASSIGN(auto end, database_.read(deadline, [](store::ReadTx& tx) -> Result<std::optional<AuditHead>> {
    return tx.first(kEnd, {}, [](const Row& row) {
      return AuditHead{{}, row.int64(0), row.is_null(1) ? Bytes() : copy(row.bytes(1))};
    });
  }));
  end_ = std::move(end).value_or(AuditHead{{}, 0, kNoLink});
  TRY_ASSIGN(const auto line, last_head(heads_file_));
  const auto head = line ? signer_.open(*line) : std::nullopt;
  signed_place_ = head ? head->place : -1;
  if (head && head->place > end_.place) {
    log::warning("audit.older_than_heads", {{"rows", end_.place}, {"signed", head->place}});
  }
  if (!line && end_.place > 0) log::warning("audit.heads_missing", {{"rows", end_.place}});
  if (line && !head) log::warning("audit.head_unknown");
  knows_end_ = true;
  return {};
}

Result<std::int64_t> AuditChain::link_some(Deadline deadline) {
  TRY_ASSIGN(const auto rows, database_.read(deadline, [](store::ReadTx& tx) -> Result<std::vector<NewRow>> {
    return tx.list(kWithoutPlace, {kRowsAtOnce}, [](const Row& row) { return NewRow{row.uuid(0), said_by(row)}; });
  }));
  if (rows.empty()) return 0;
  AuditHead end = end_;
  std::vector<Bytes> links;
  std::vector<store::Values> values;
  links.reserve(rows.size());  // the values borrow from it
  for (const auto& row : rows) {
    ++end.place;
    end.link = links.emplace_back(link_of(links_, end.link, end.place, row.said));
    values.push_back({AuditId(row.id), end.place, links.back()});
  }
  knows_end_ = false;  // until the commit is known: its answer may get lost
  TRY(give_places(database_, values, deadline));
  end_ = std::move(end);
  knows_end_ = true;
  return std::ssize(rows);
}

/// Also the end of a database that was put back: from then on it is the one that is added to.
Result<void> AuditChain::sign_end() {
  if (end_.place == signed_place_) return {};
  end_.at = clock_.now();
  TRY(append_head(heads_file_, signer_.sign(end_)));
  signed_place_ = end_.place;
  return {};
}

}  // namespace rapport::access
