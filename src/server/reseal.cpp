#include "server/reseal.hpp"

#include <fmt/format.h>

#include <thread>
#include <utility>

#include "base/log.hpp"
#include "store/data_lock.hpp"

namespace rapport::server {
namespace {

constexpr int kFirstOfKey = 2;  // column of a row of SealedColumn::next

/// As whoever stops the program waits for it: a database that hangs must not hold it up.
Deadline in_time() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(2);
}

/// A look at all rows of a column takes longer where none is left and files are many.
Deadline in_time_for_all_rows() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(30);
}

struct SealedRow {
  AccountId whose;
  Bytes sealed;
  Bytes bound_to;
  std::vector<KeyPart> key;
  Bytes anew;  ///< empty: stays as it is
};

store::Value value_of(const KeyPart& part) {
  if (const auto* id = std::get_if<Uuid>(&part)) return AccountId(*id);  // of whatever kind
  if (const auto* number = std::get_if<std::int64_t>(&part)) return *number;
  return std::get<Bytes>(part);
}

std::vector<KeyPart> key_in(const store::Row& row, const std::vector<KeyPart>& types) {
  std::vector<KeyPart> key;
  for (const auto& type : types) {
    const int column = kFirstOfKey + static_cast<int>(key.size());
    if (std::holds_alternative<Uuid>(type)) {
      key.emplace_back(row.uuid(column));
    } else if (std::holds_alternative<std::int64_t>(type)) {
      key.emplace_back(row.int64(column));
    } else {
      key.emplace_back(copy_of(row.bytes(column)));
    }
  }
  return key;
}

std::vector<SealedRow> read_rows(store::ReadTx& tx, const SealedColumn& column, const std::vector<KeyPart>& after,
                                 BytesView header) {
  store::Values values;
  for (const auto& part : after) values.push_back(value_of(part));
  values.emplace_back(header);
  values.emplace_back(column.at_once);
  return tx.list(column.next, values, [&](const store::Row& row) {
    return SealedRow{
        row.id<AccountId>(0), copy_of(row.bytes(1)), column.bound_to(row), key_in(row, column.before_all), {}};
  });
}

/// Null for whoever was erased: nobody opens what is left of them.
Result<access::ClientKeys::SharedKey> key_of(access::ClientKeys& keys, AccountId whose) {
  auto key = keys.key_for(whose, in_time());
  if (!key && key.error().kind == ErrorKind::not_found) key = keys.locked_key_for(whose, in_time());
  if (!key && key.error().kind == ErrorKind::not_found) return access::ClientKeys::SharedKey();
  return key;
}

Result<void> seal_anew(access::ClientKeys& keys, SealedRow& row, std::string_view column) {
  if (row.sealed.empty()) return {};
  TRY_ASSIGN(const auto key, key_of(keys, row.whose));
  if (key == nullptr) return {};
  const auto text = access::unseal(*key, row.bound_to, row.sealed);
  if (!text) {
    return fail({ErrorKind::internal, "keys.row_broken",
                 fmt::format("A row of {} does not open with its person's key.", column)});
  }
  row.anew = access::seal(*key, row.bound_to, *text);
  return {};
}

Result<std::int64_t> replace_rows(store::Database& db, const SealedColumn& column, const std::vector<SealedRow>& rows) {
  std::vector<store::Values> changes;
  for (const auto& row : rows) {
    if (row.anew.empty()) continue;
    store::Values values{row.anew, row.sealed};
    for (const auto& part : row.key) values.push_back(value_of(part));
    changes.push_back(std::move(values));
  }
  if (changes.empty()) return 0;
  TRY(db.write(in_time(), [&](store::WriteTx& tx) -> Result<void> {
    tx.execute_many(column.replace, changes);
    return {};
  }));
  return std::ssize(changes);
}

}  // namespace

Result<std::int64_t> read_key_version(store::Database& key_store, Deadline deadline) {
  return key_store.read(deadline,
                        [](store::ReadTx& tx) { return Result<std::int64_t>(access::key_version_of_now(tx)); });
}

Resealer::Resealer(House& house, store::Database& key_store, std::string folder, std::int64_t key_version, Pace pace)
    : house_(house), key_store_(key_store), folder_(std::move(folder)), pace_(pace), version_(key_version) {
  house_.keys.seal_with(version_);
}

void Resealer::enter(Phase phase) {
  phase_ = phase;
  since_ = std::chrono::steady_clock::now();
}

Result<void> Resealer::work() {
  if (stopping_) return {};
  TRY_ASSIGN(const auto latest,
             key_store_.read(in_time(), [](store::ReadTx& tx) -> Result<std::optional<access::KeyRotation>> {
               return access::latest_rotation(tx);
             }));
  if (!latest || latest->finished_at) return {};
  const auto coming = latest->key_version;
  if (coming_ != coming) {
    coming_ = coming;
    log::info("keys.renewing", {{"version", coming}});
    house_.keys.forget_all();
    enter(version_ < coming ? Phase::all_open : Phase::all_seal);
    return {};
  }
  if (!has_settled()) return {};
  if (phase_ == Phase::all_open) {
    version_ = coming;
    house_.keys.seal_with(coming);
    enter(Phase::all_seal);
    return {};
  }
  TRY_ASSIGN(const auto sealed, go_through_all(coming));
  if (stopping_ || sealed > 0) return {};
  return finish();
}

Result<void> Resealer::finish() {
  // Whoever copies the keys just now has copied data that the version before opens.
  TRY_ASSIGN(const auto hold, store::hold_keys(folder_, store::Hold::alone));
  TRY(key_store_.write(in_time(), [&](store::WriteTx& tx) -> Result<void> {
    access::finish_rotation(tx, *coming_, house_.clock.now());
    return {};
  }));
  access::wipe_deleted_keys(key_store_);
  house_.keys.forget_all();
  log::info("keys.renewed", {{"version", *coming_}});
  return {};
}

Result<std::int64_t> Resealer::go_through_all(std::int64_t version) {
  std::int64_t sealed = 0;
  for (const auto& column : sealed_columns()) {
    TRY_ASSIGN(const auto rows, go_through(column, version));
    sealed += rows;
  }
  return sealed;
}

Result<std::int64_t> Resealer::go_through(const SealedColumn& column, std::int64_t version) {
  const auto header = access::seal_header(version);
  auto after = column.before_all;
  for (std::int64_t sealed = 0;;) {
    if (stopping_) return sealed;
    TRY_ASSIGN(auto rows,
               house_.db.read(in_time_for_all_rows(), [&](store::ReadTx& tx) -> Result<std::vector<SealedRow>> {
                 return read_rows(tx, column, after, header);
               }));
    for (auto& row : rows) TRY(seal_anew(house_.keys, row, column.name));
    TRY_ASSIGN(const auto replaced, replace_rows(house_.db, column, rows));
    sealed += replaced;
    if (std::ssize(rows) < column.at_once) return sealed;
    after = std::move(rows.back().key);
    std::this_thread::sleep_for(pace_.pause);
  }
}

}  // namespace rapport::server
