#include "server/open_house.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>
#include <future>

#include "migrations/house.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;
/// Beyond the threads made for it, whoever works on a password keeps an ordinary one: a few, never all.
constexpr int kMayWait = 4;
/// When a change was made to the tables is a matter of this computer, not of the practice's time.
const SystemClock kMigrationClock;

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  if (fs::create_directories(folder, error)) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error && fs::is_directory(folder)) return {};
  return fail(
      {ErrorKind::storage, "data.folder",
       fmt::format("The data folder {} cannot be used: {}.", folder, error ? error.message() : "it is a file")});
}

/// A practice that has keys but no master key is not given a new one: that would hide the loss.
Result<access::SealKey> master_key(const config::Settings& settings) {
  const auto file = settings.master_key_file.empty() ? settings.data + "/master.key" : settings.master_key_file;
  const bool has_keys = fs::exists(settings.data + "/keys.db");
  if (has_keys || !settings.master_key_file.empty()) return access::load_master_key(file);
  return access::load_or_create_master_key(file);
}

access::WrongLogIns wrong_log_ins(const config::Settings& settings) {
  return {.of_one_person_per_hour = static_cast<double>(settings.limits_wrong_log_ins_per_hour),
          .of_one_address_per_minute = static_cast<double>(settings.limits_log_ins_per_minute),
          .by_strangers_per_hour = static_cast<double>(settings.limits_strangers_log_ins_per_hour)};
}

}  // namespace

OpenHouse::OpenHouse(const config::Settings& settings, std::unique_ptr<store::DataLock> folder_lock,
                     access::SealKey master)
    : folder_lock_(std::move(folder_lock)),
      master_(std::move(master)),
      csrf_(master_),
      log_in_guard_(master_, wrong_log_ins(settings)),
      passwords_({.at_once = static_cast<int>(settings.password_workers), .may_wait = kMayWait}) {}

Result<std::unique_ptr<OpenHouse>> OpenHouse::open(const config::Settings& settings, const Clock& clock) {
  TRY(make_folder(settings.data));
  // Before anything is looked at: whoever holds it may be making the keys just now.
  TRY_ASSIGN(auto folder_lock, store::lock_folder(settings.data));
  TRY_ASSIGN(auto master, master_key(settings));
  std::unique_ptr<OpenHouse> made(new OpenHouse(settings, std::move(folder_lock), std::move(master)));
  try {
    TRY(made->open_databases(settings));
  } catch (const store::StorageFailure& failure) {
    return fail(
        {failure.error().kind, failure.error().code, fmt::format("{} ({})", failure.error().detail, failure.what())});
  }
  made->keys_ = std::make_unique<access::ClientKeys>(*made->key_store_, made->master_, clock);
  made->house_ = std::make_unique<House>(House{*made->db_, *made->keys_, made->passwords_, made->log_in_guard_,
                                               made->csrf_, made->master_, made->read_audit_, made->hub_, clock});
  const std::chrono::hours log_in_lasts(settings.log_in_hours);
  made->house_->session_rules.lifetime = log_in_lasts;
  made->house_->session_rules.idle = log_in_lasts;
  return made;
}

bool OpenHouse::still_alone(Deadline deadline) {
  return schema_lock_ == nullptr || schema_lock_->keep(deadline);
}

Result<void> OpenHouse::open_databases(const config::Settings& settings) {
  TRY(settings.database.empty() ? open_sqlite(settings) : open_postgres(settings));
  TRY(store::migrate(*key_store_, access::kKeyStoreMigrations, kMigrationClock));
  return {};
}

/// The keys are opened second: a database that is refused leaves them untouched too.
Result<void> OpenHouse::open_sqlite(const config::Settings& settings) {
  db_ =
      store::open_sqlite({.file = settings.data + "/rapport.db", .readers = static_cast<int>(settings.readers)}, &hub_);
  TRY(store::migrate(*db_, house_migrations(), kMigrationClock));
  key_store_ = store::open_sqlite({.file = settings.data + "/keys.db", .readers = 1}, nullptr);
  return {};
}

/// Both at once, because connecting takes longer than all the rest of a start. The keys' tables are still looked at
/// only after the house was found to be in order.
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
  TRY(store::migrate(*db_, house_migrations(), kMigrationClock));
  return {};
}

}  // namespace rapport::server
