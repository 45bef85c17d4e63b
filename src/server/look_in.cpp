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

struct Secrets {
  access::SealKey master;
  access::SealKey root;
};

struct Places {
  std::unique_ptr<store::Database> db;
  std::unique_ptr<store::Database> key_store;
};

Places open_databases(const config::Settings& settings) {
  if (!settings.database.empty()) {
    return {store::open_postgres({.url = settings.database, .schema = "rapport", .connections = 1}, nullptr),
            store::open_postgres({.url = settings.database, .schema = "rapport_keys", .connections = 1}, nullptr)};
  }
  return {store::open_sqlite_to_read(settings.data + "/rapport.db"),
          store::open_sqlite_to_read(settings.data + "/keys.db")};
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
  auto places = open_databases(settings);
  TRY(check_version(*places.db, house_migrations()));
  TRY(check_version(*places.key_store, access::kKeyStoreMigrations));
  TRY_ASSIGN(auto secrets, places.key_store->read(in_time(), [&](store::ReadTx& tx) -> Result<Secrets> {
    TRY_ASSIGN(auto master, access::find_master_key(tx, file));
    TRY_ASSIGN(auto root, access::read_root_secret(tx, master));
    return Secrets{std::move(master), std::move(root)};
  }));
  return LookedIn{std::move(places.db), std::move(places.key_store), std::move(secrets.master),
                  std::move(secrets.root)};
} catch (const store::StorageFailure& failure) {
  return fail(
      {failure.error().kind, failure.error().code, fmt::format("{} ({})", failure.error().detail, failure.what())});
}

}  // namespace rapport::server
