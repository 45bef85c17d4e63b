#include "server/open_house.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <filesystem>

#include "migrations/house.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

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

}  // namespace

Result<std::unique_ptr<OpenHouse>> OpenHouse::open(const config::Settings& settings, const Clock& clock) {
  TRY(make_folder(settings.data));
  TRY_ASSIGN(auto master, master_key(settings));
  std::unique_ptr<OpenHouse> made(new OpenHouse(std::move(master), clock));
  try {
    TRY(made->open_databases(settings));
  } catch (const store::StorageFailure& failure) {
    return fail(
        {failure.error().kind, failure.error().code, fmt::format("{} ({})", failure.error().detail, failure.what())});
  }
  made->keys_ = std::make_unique<access::ClientKeys>(*made->key_store_, made->master_, clock);
  made->house_ = std::make_unique<House>(House{*made->db_, *made->keys_, made->passwords_, made->csrf_, made->master_,
                                               made->read_audit_, made->hub_, clock, made->room_clients_});
  return made;
}

Result<void> OpenHouse::open_databases(const config::Settings& settings) {
  if (settings.database.empty()) {
    db_ = store::open_sqlite({.file = settings.data + "/rapport.db", .readers = static_cast<int>(settings.readers)},
                             &hub_);
  } else {
    db_ = store::open_postgres(
        {.url = settings.database, .schema = "rapport", .connections = static_cast<int>(settings.postgres_connections)},
        &hub_);
  }
  TRY(store::migrate(*db_, house_migrations(), clock_));
  // The keys are opened second: a database that is refused leaves them untouched too.
  if (settings.database.empty()) {
    key_store_ = store::open_sqlite({.file = settings.data + "/keys.db", .readers = 1}, nullptr);
  } else {
    key_store_ = store::open_postgres({.url = settings.database, .schema = "rapport_keys", .connections = 2}, nullptr);
  }
  TRY(store::migrate(*key_store_, access::kKeyStoreMigrations, clock_));
  return {};
}

}  // namespace rapport::server
