#include "server/open_house.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <span>

#include "base/log.hpp"
#include "features/notify/notify.hpp"
#include "migrations/house.hpp"
#include "server/data_places.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;
/// Beyond the threads made for it, whoever works on a password keeps an ordinary one: a few, never all.
constexpr int kMayWait = 4;
/// When a change was made to the tables is a matter of this computer, not of the practice's time.
const SystemClock kMigrationClock;

const store::Query kInhabited("open_house.inhabited", "SELECT 1 FROM practice UNION ALL SELECT 1 FROM account LIMIT 1");

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error && fs::is_directory(folder)) return {};
  return fail(
      {ErrorKind::storage, "data.folder",
       fmt::format("The data folder {} cannot be used: {}.", folder, error ? error.message() : "it is a file")});
}

Deadline in_time() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(15);
}

/// Whether anybody's data is in the database.
Result<bool> is_inhabited(store::Database& db) {
  return db.read(in_time(), [](store::ReadTx& tx) -> Result<bool> {
    return tx.first(kInhabited, {}, [](const store::Row&) { return true; }).has_value();
  });
}

std::string key_store_name(const config::Settings& settings) {
  return settings.database.empty() ? "file " + settings.data + "/keys.db" : "schema rapport_keys of the database";
}

/// A file of SQLite that this program is too old for must not even be opened: a WAL left by a kill would go.
Result<void> look_first(const std::string& file, std::span<const store::Migration> migrations) {
  Result<void> found;
  store::look_into_sqlite(file, in_time(), [&](store::ReadTx& tx) { found = store::check_schema(tx, migrations); });
  return found;
}

access::WrongLogIns wrong_log_ins(const config::Settings& settings) {
  return {.of_one_person_per_hour = static_cast<double>(settings.limits_wrong_log_ins_per_hour),
          .of_one_address_per_minute = static_cast<double>(settings.limits_log_ins_per_minute),
          .by_strangers_per_hour = static_cast<double>(settings.limits_strangers_log_ins_per_hour)};
}

}  // namespace

OpenHouse::Secrets::Secrets(access::SealKey master_key, access::SealKey root_secret, const config::Settings& settings)
    : master(std::move(master_key)),
      root(std::move(root_secret)),
      csrf(root),
      log_in_guard(root, wrong_log_ins(settings)) {}

OpenHouse::OpenHouse(const config::Settings& settings, std::unique_ptr<store::DataLock> folder_lock)
    : folder_lock_(std::move(folder_lock)),
      passwords_({.at_once = static_cast<int>(settings.password_workers), .may_wait = kMayWait}) {}

Result<std::unique_ptr<OpenHouse>> OpenHouse::open(const config::Settings& settings, const Clock& clock) {
  TRY(make_folder(settings.data));
  // Before anything is looked at: whoever holds it may be making the keys just now.
  TRY_ASSIGN(auto folder_lock, store::lock_folder(settings.data));
  std::unique_ptr<OpenHouse> made(new OpenHouse(settings, std::move(folder_lock)));
  try {
    TRY(made->open_all(settings));
  } catch (const store::StorageFailure& failure) {
    return fail(
        {failure.error().kind, failure.error().code, fmt::format("{} ({})", failure.error().detail, failure.what())});
  }
  made->db_->use_clock(clock);
  auto& secrets = *made->secrets_;
  made->keys_ = std::make_unique<access::ClientKeys>(*made->key_store_, secrets.master, clock);
  made->keys_->find_master_by([file = master_key_file(settings)](store::ReadTx& key_store) {
    return access::find_master_key(key_store, file);
  });
  made->house_ = std::make_unique<House>(House{*made->db_, *made->keys_, made->passwords_, secrets.log_in_guard,
                                               secrets.csrf, secrets.root, made->read_audit_, made->hub_, clock});
  auto& rules = made->house_->session_rules;
  rules.lifetime = std::chrono::hours(settings.log_in_hours);
  rules.idle = std::chrono::minutes(settings.log_in_idle_minutes);
  rules.touch_every = std::min(rules.touch_every, rules.idle / 4);  // or whoever is there is taken for gone
  made->house_->invitations_last = std::chrono::hours(settings.invitation_hours);
  made->house_->recap_lasts = std::chrono::hours(24 * settings.recap_days);
  made->house_->staff_need_second_factor = settings.second_factor == "staff";
  made->house_->practice_address = settings.practice_address;
  made->house_->sends_mail = !settings.mail_server.empty();
  made->house_->mails_go_by = notify::mails_go_by(settings);
  return made;
}

/// A key file that is there is read first: one that cannot be used leaves the databases as they are.
Result<void> OpenHouse::open_all(const config::Settings& settings) {
  const auto file = master_key_file(settings);
  const auto is_there = [&] { return fs::exists(fs::symlink_status(file)); };
  if (is_there()) TRY(access::load_master_key(file));
  TRY(open_databases(settings));
  TRY(access::settle_master_key(*key_store_, file, in_time()));
  if (!is_there()) TRY(make_master_key(file, settings));
  TRY_ASSIGN(auto master, access::load_master_key(file));
  TRY(access::check_master_key(*key_store_, master, file, in_time()));
  TRY_ASSIGN(auto root,
             key_store_->read(in_time(), [&](store::ReadTx& tx) { return access::read_root_secret(tx, master); }));
  secrets_.emplace(std::move(master), std::move(root), settings);
  return {};
}

Result<void> OpenHouse::make_master_key(const std::string& file, const config::Settings& settings) {
  TRY_ASSIGN(const auto holds, access::look_into_key_store(*key_store_, in_time()));
  if (holds == access::KeyStoreHolds::nothing) {
    TRY(access::load_or_create_master_key(file));
    return {};
  }
  return fail(
      {ErrorKind::storage, "master_key.missing",
       fmt::format("The master key file {} is missing, and what the {} holds is sealed with it. Put it back from "
                   "the backup of the keys; a new one was not made, because it would open nothing.",
                   file, key_store_name(settings))});
}

bool OpenHouse::still_alone(Deadline deadline) {
  return schema_lock_ == nullptr || schema_lock_->keep(deadline);
}

Result<void> OpenHouse::open_databases(const config::Settings& settings) {
  TRY(settings.database.empty() ? open_sqlite(settings) : open_postgres(settings));
  TRY(store::migrate(*db_, house_migrations(), kMigrationClock));
  TRY(store::migrate(*key_store_, access::kKeyStoreMigrations, kMigrationClock));
  TRY_ASSIGN(const auto holds, access::look_into_key_store(*key_store_, in_time()));
  TRY_ASSIGN(const bool inhabited, is_inhabited(*db_));
  if (!inhabited && holds == access::KeyStoreHolds::keys) log::warning("practice.empty");
  if (holds != access::KeyStoreHolds::nothing || !inhabited) return {};
  return fail(
      {ErrorKind::storage, "keys.missing",
       fmt::format("There is a practice, but the {} holds none of its keys. Put them back from the backup of the "
                   "keys; nothing can be read without them.",
                   key_store_name(settings))});
}

Result<void> OpenHouse::open_sqlite(const config::Settings& settings) {
  const auto house = settings.data + "/rapport.db";
  const auto keys = settings.data + "/keys.db";
  TRY(look_first(house, house_migrations()));
  TRY(look_first(keys, access::kKeyStoreMigrations));
  db_ = store::open_sqlite({.file = house, .readers = static_cast<int>(settings.readers)}, &hub_);
  key_store_ = store::open_sqlite({.file = keys, .readers = 1}, nullptr);
  return {};
}

/// Both at once, because connecting takes longer than all the rest of a start. Neither is changed before both were
/// found to be in order.
Result<void> OpenHouse::open_postgres(const config::Settings& settings) {
  auto keys = std::async(std::launch::async, [&] {
    return store::open_postgres({.url = settings.database, .schema = "rapport_keys", .connections = 2}, nullptr);
  });
  const store::PostgresOptions options{
      .url = settings.database, .schema = "rapport", .connections = static_cast<int>(settings.postgres_connections)};
  db_ = store::open_postgres(options, &hub_);
  auto lock = store::lock_postgres(options);
  key_store_ = keys.get();
  TRY_ASSIGN(schema_lock_, std::move(lock));
  TRY(db_->read(in_time(), [](store::ReadTx& tx) { return store::check_schema(tx, house_migrations()); }));
  return key_store_->read(in_time(),
                          [](store::ReadTx& tx) { return store::check_schema(tx, access::kKeyStoreMigrations); });
}

}  // namespace rapport::server
