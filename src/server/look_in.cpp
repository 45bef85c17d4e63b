#include "server/look_in.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "migrations/house.hpp"
#include "server/data_places.hpp"

namespace rapport::server {
namespace {

Deadline in_time() {
  return std::chrono::steady_clock::now() + std::chrono::seconds(15);
}

/// A wrong folder has no master key either, and that it is the wrong folder helps more.
Result<void> check_is_there(const config::Settings& settings) {
  if (!settings.database.empty()) return {};
  for (const auto* name : {"/rapport.db", "/keys.db"}) {
    if (!std::filesystem::exists(settings.data + name)) {
      return fail({ErrorKind::storage, "data.folder", fmt::format("There is no practice in {}.", settings.data)});
    }
  }
  return {};
}

Result<void> open_databases(const config::Settings& settings, LookedIn& look) {
  if (!settings.database.empty()) {
    look.db = store::open_postgres({.url = settings.database, .schema = "rapport", .connections = 1}, nullptr);
    look.key_store =
        store::open_postgres({.url = settings.database, .schema = "rapport_keys", .connections = 1}, nullptr);
    return {};
  }
  look.db = store::open_sqlite_to_read(settings.data + "/rapport.db");
  look.key_store = store::open_sqlite_to_read(settings.data + "/keys.db");
  return {};
}

Result<void> check_version(store::Database& db, std::span<const store::Migration> migrations) {
  return db.read(in_time(), [&](store::ReadTx& tx) -> Result<void> {
    TRY(store::check_schema(tx, migrations));
    const int found = store::schema_of(tx);
    if (found == migrations.back().number) return {};
    return fail({ErrorKind::conflict, "migration.refused",
                 fmt::format("The database has schema {}, this program needs {}: run `rapport migrate` first.", found,
                             migrations.back().number)});
  });
}

}  // namespace

Result<LookedIn> look_in(const config::Settings& settings) try {
  TRY(check_is_there(settings));
  const auto file = master_key_file(settings);
  TRY_ASSIGN(auto master, access::load_master_key(file));
  LookedIn look{nullptr, nullptr, std::move(master)};
  TRY(open_databases(settings, look));
  TRY(check_version(*look.db, house_migrations()));
  TRY(check_version(*look.key_store, access::kKeyStoreMigrations));
  TRY(look.key_store->read(in_time(),
                           [&](store::ReadTx& tx) { return access::recognise_master_key(tx, look.master, file); }));
  return look;
} catch (const store::StorageFailure& failure) {
  return fail(
      {failure.error().kind, failure.error().code, fmt::format("{} ({})", failure.error().detail, failure.what())});
}

}  // namespace rapport::server
