#include "server/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "access/client_keys.hpp"
#include "base/descriptor.hpp"
#include "migrations/house.hpp"
#include "server/after_restore.hpp"
#include "server/backup_manifest.hpp"
#include "server/data_places.hpp"
#include "server/look_in.hpp"
#include "server/measure_commands.hpp"
#include "store/data_lock.hpp"
#include "store/postgres_copy.hpp"
#include "store/sqlite_copy.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kData = "rapport.db";
constexpr std::string_view kKeys = "keys.db";
constexpr std::string_view kDataDump = "rapport.dump";
constexpr std::string_view kKeysDump = "keys.dump";
constexpr const char* kSchema = "rapport";
constexpr const char* kKeySchema = "rapport_keys";
constexpr std::string_view kHeads = "audit-heads.log";
constexpr std::string_view kMasterKey = "master.key";
constexpr std::string_view kLock = "rapport.lock";
constexpr std::chrono::hours kTimeForAll{6};

const store::Query kCountData{"backup.count_data",
                              "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM room_event),"
                              " (SELECT COUNT(*) FROM audit)"};
const store::Query kCountKeys{"client_key.count",
                              "SELECT (SELECT COUNT(*) FROM client_key) + (SELECT COUNT(*) FROM locked_key)"};
const store::Query kSchemaNumber{"backup.schema_number", "SELECT MAX(number) FROM schema_migration"};
const store::Query kProfiles{"backup.profiles", "SELECT id, sealed_profile FROM account ORDER BY id"};

Deadline deadline() {
  return std::chrono::steady_clock::now() + kTimeForAll;
}

Error folder_error(const std::string& folder, const std::string& why) {
  return {ErrorKind::storage, "backup.folder", fmt::format("The folder {} cannot be used: {}.", folder, why)};
}

Result<void> make_folder(const std::string& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (!error) return {};
  return fail(folder_error(folder, error.message()));
}

/// Empty, or missing, or with nothing in it but what has a name that begins with `may_be_there`.
Result<void> check_empty(const std::string& folder, std::string_view may_be_there) {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  if (!fs::is_directory(folder, error)) return fail(folder_error(folder, "it is a file"));
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if ((!may_be_there.empty() && name.starts_with(may_be_there)) || name == kLock) continue;
    return fail(folder_error(folder, fmt::format("it is not empty ({} is in it)", name)));
  }
  if (error) return fail(folder_error(folder, error.message()));
  return {};
}

bool is_postgres(const config::Settings& settings) {
  return !settings.database.empty();
}

Result<void> copy_file(const std::string& from, const std::string& to) {
  std::error_code error;
  fs::copy_file(from, to, error);
  if (!error) fs::permissions(to, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return fail(folder_error(to, error.message()));
  const Descriptor written(::open(to.c_str(), O_RDONLY | O_CLOEXEC));
  if (written.is_open() && ::fsync(written.get()) == 0 && sync_folder_of(to)) return {};
  return fail(folder_error(to, "it could not be made durable"));
}

/// A line now and then; a small database needs none.
store::CopyProgress tell_progress(std::string_view what, std::ostream& out) {
  return [what, &out, told = std::int64_t{0}](std::int64_t done, std::int64_t all) mutable {
    const auto tenths = all == 0 ? 10 : done * 10 / all;
    if (tenths == told) return;
    told = tenths;
    fmt::print(out, "{}: {} %\n", what, tenths * 10);
    out.flush();
  };
}

template <class F>
Result<void> look(const std::string& file, F f) try {
  store::look_into_sqlite(file, deadline(), f);
  return {};
} catch (const store::StorageFailure& failure) {
  return fail(Error{failure.error().kind, failure.error().code, failure.what()});
}

void take_counts(BackupManifest& manifest, const std::vector<std::int64_t>& counts) {
  if (counts.size() != 3) return;
  manifest.accounts = counts[0];
  manifest.messages = counts[1];
  manifest.audit_rows = counts[2];
}

std::vector<std::int64_t> numbers_of(store::ReadTx& tx, const store::Query& query, int columns) {
  std::vector<std::int64_t> numbers;
  tx.each(query, {}, [&](const store::Row& row) {
    for (int column = 0; column < columns; ++column) numbers.push_back(row.int64(column));
  });
  return numbers;
}

Result<void> describe(BackupManifest& manifest, const std::string& folder, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    TRY_ASSIGN(auto file, describe_file(folder, name));
    manifest.files.push_back(std::move(file));
  }
  return {};
}

struct Manifests {
  BackupManifest data;
  BackupManifest keys;
};

/// The keys after the data: everybody who is in the data then has a key, but for who was erased meanwhile.
Result<void> copy_files(const config::Settings& settings, const std::string& to, Manifests& made, std::ostream& out) {
  const auto data = to + "/data/" + std::string(kData);
  TRY(store::copy_sqlite(settings.data + "/" + std::string(kData), data, tell_progress("data", out)));
  TRY(look(data, [&](store::ReadTx& tx) {
    made.data.schema = store::schema_of(tx);
    take_counts(made.data, numbers_of(tx, kCountData, 3));
  }));
  const auto keys = to + "/keys/" + std::string(kKeys);
  TRY(store::copy_sqlite(settings.data + "/" + std::string(kKeys), keys, tell_progress("keys", out)));
  return look(keys, [&](store::ReadTx& tx) {
    made.keys.schema = store::schema_of(tx);
    made.keys.keys = numbers_of(tx, kCountKeys, 1).front();
  });
}

/// Both of one moment.
Result<void> dump_schemas(const config::Settings& settings, const std::string& to, Manifests& made) try {
  const auto moment = store::look_at_postgres(settings.database);
  TRY(moment->dump(kSchema, to + "/data/" + std::string(kDataDump)));
  TRY(moment->dump(kKeySchema, to + "/keys/" + std::string(kKeysDump)));
  take_counts(made.data, moment->numbers(kSchema, kCountData));
  for (auto [manifest, schema] : {std::pair(&made.data, kSchema), std::pair(&made.keys, kKeySchema)}) {
    for (const auto number : moment->numbers(schema, kSchemaNumber)) manifest->schema = number;
  }
  for (const auto keys : moment->numbers(kKeySchema, kCountKeys)) made.keys.keys = keys;
  return {};
} catch (const store::StorageFailure& failure) {
  return fail({failure.error().kind, failure.error().code, failure.what()});
}

/// The heads first: what they tell of is then in the database, too.
Result<void> copy_all(const config::Settings& settings, const std::string& to, Manifests& made, std::ostream& out) {
  const auto heads = audit_heads_file(settings);
  const bool has_heads = fs::exists(heads);
  if (has_heads) TRY(copy_file(heads, to + "/data/" + std::string(kHeads)));
  TRY(is_postgres(settings) ? dump_schemas(settings, to, made) : copy_files(settings, to, made, out));
  std::vector<std::string> of_data{std::string(is_postgres(settings) ? kDataDump : kData)};
  if (has_heads) of_data.emplace_back(kHeads);
  TRY(describe(made.data, to + "/data", of_data));
  return describe(made.keys, to + "/keys", {std::string(is_postgres(settings) ? kKeysDump : kKeys)});
}

Result<void> make_backup(const config::Settings& settings, const std::string& to, const LookedIn& looked,
                         std::string_view program, std::ostream& out) {
  Manifests made;
  made.data.part = "data";
  made.keys.part = "keys";
  made.keys.master_key = access::mark_of(looked.master);
  const auto now = to_rfc3339(SystemClock().now());
  TRY(make_folder(to + "/data"));
  TRY(make_folder(to + "/keys"));
  TRY(copy_all(settings, to, made, out));
  for (auto* manifest : {&made.data, &made.keys}) {
    manifest->program = program;
    manifest->made_at = now;
    TRY(write_manifest(to + "/" + manifest->part, *manifest));
  }
  fmt::print(out, "{} accounts, {} messages, {} rows of the audit, {} keys.\n", made.data.accounts.value_or(0),
             made.data.messages.value_or(0), made.data.audit_rows.value_or(0), made.keys.keys.value_or(0));
  return {};
}

bool has_file(const BackupManifest& manifest, std::string_view name) {
  return std::ranges::find(manifest.files, name, &BackupFile::name) != manifest.files.end();
}

/// When the data was as it is in the backup.
Result<Time> state_of(const Manifests& manifests) {
  const auto time = from_rfc3339(manifests.data.made_at);
  if (time) return *time;
  return fail(invalid("backup.manifest", "The manifest of the data does not say when it was made."));
}

/// Of the engine that the settings name.
Result<Manifests> read_manifests(const config::Settings& settings, const std::string& from) {
  TRY_ASSIGN(auto data, read_manifest(from + "/data", "data"));
  TRY_ASSIGN(auto keys, read_manifest(from + "/keys", "keys"));
  if (!has_file(data, is_postgres(settings) ? kDataDump : kData) ||
      !has_file(keys, is_postgres(settings) ? kKeysDump : kKeys)) {
    return fail(invalid("backup.engine", is_postgres(settings)
                                             ? "This is no backup of a practice with PostgreSQL: leave --database out."
                                             : "This is a backup of a practice with PostgreSQL: name an empty database "
                                               "with --database."));
  }
  return Manifests{std::move(data), std::move(keys)};
}

/// The heads lie where the server looks for them.
std::string place_of(const config::Settings& settings, const std::string& file) {
  const auto name = fs::path(file).filename().string();
  return name == kHeads ? audit_heads_file(settings) : settings.data + "/" + name;
}

/// Every file under another name first, so that a start half way finds no half of a practice, nor one in which what had
/// ended holds again.
Result<void> put_files(const config::Settings& settings, const std::vector<std::string>& files,
                       const std::function<Result<void>(const std::string& database)>& end_in) {
  const auto place = [&](const std::string& file) { return place_of(settings, file); };
  for (const auto& file : files) TRY(copy_file(file, place(file) + ".restored"));
  const auto database = settings.data + "/" + std::string(kData);
  if (fs::exists(database + ".restored")) TRY(end_in(database + ".restored"));
  for (const auto& file : files) {
    std::error_code error;
    fs::rename(place(file) + ".restored", place(file), error);
    if (error) return fail(folder_error(settings.data, error.message()));
    if (!sync_folder_of(place(file))) return fail(folder_error(settings.data, "it could not be made durable"));
  }
  return {};
}

/// The keys last: without them nobody is served.
Result<EndedByRestore> put_dumps(const config::Settings& settings, const std::string& from, Time state_of) try {
  TRY(store::put_back_postgres(settings.database, from + "/data/" + std::string(kDataDump)));
  const auto db = store::open_postgres({.url = settings.database, .schema = kSchema, .connections = 1}, nullptr);
  TRY_ASSIGN(const auto ended, end_what_may_have_ended(*db, state_of));
  TRY(store::put_back_postgres(settings.database, from + "/keys/" + std::string(kKeysDump)));
  return ended;
} catch (const store::StorageFailure& failure) {
  return fail({failure.error().kind, failure.error().code, failure.what()});
}

Result<EndedByRestore> put_back(const config::Settings& settings, const std::string& from, const Manifests& manifests) {
  TRY_ASSIGN(const auto time, state_of(manifests));
  std::vector<std::string> files;
  for (const auto* manifest : {&manifests.data, &manifests.keys}) {
    for (const auto& file : manifest->files) {
      const bool is_dump = file.name == kDataDump || file.name == kKeysDump;
      // Heads that outlived the data know more than those of the backup.
      const bool is_there = file.name == kHeads && fs::exists(audit_heads_file(settings));
      if (!is_dump && !is_there) files.push_back(from + "/" + manifest->part + "/" + file.name);
    }
  }
  EndedByRestore ended;
  if (is_postgres(settings)) {
    TRY_ASSIGN(ended, put_dumps(settings, from, time));
  }
  TRY(put_files(settings, files, [&](const std::string& database) -> Result<void> {
    const auto db = store::open_sqlite({.file = database, .readers = 1}, nullptr);
    TRY_ASSIGN(ended, end_what_may_have_ended(*db, time));
    return {};
  }));
  return ended;
}

struct Opened {
  std::int64_t accounts = 0;
  std::int64_t without_key = 0;  ///< erased
};

/// That data, keys and master key belong together is known when they open what they are for.
Result<Opened> open_everybody(const config::Settings& settings) {
  if (!is_postgres(settings)) {
    for (const auto name : {kData, kKeys}) TRY(store::check_sqlite(settings.data + "/" + std::string(name)));
  }
  TRY_ASSIGN(const auto looked, look_in(settings));
  const SystemClock clock;
  access::ClientKeys keys(*looked.key_store, looked.master, clock);
  TRY_ASSIGN(const auto people,
             looked.db->read(deadline(), [](store::ReadTx& tx) -> Result<std::vector<std::pair<AccountId, Bytes>>> {
               return tx.list(kProfiles, {}, [](const store::Row& row) {
                 return std::pair(row.id<AccountId>(0), Bytes(row.bytes(1).begin(), row.bytes(1).end()));
               });
             }));
  Opened opened;
  for (const auto& [account, profile] : people) {
    auto key = keys.key_for(account, deadline());
    if (!key && key.error().kind == ErrorKind::not_found) key = keys.locked_key_for(account, deadline());
    if (!key && key.error().kind != ErrorKind::not_found) return fail(key.error());
    ++(key ? opened.accounts : opened.without_key);
    if (key && !access::unseal(**key, account.bytes(), profile)) {
      return fail({ErrorKind::conflict, "backup.keys",
                   "There is an account that its key does not open: the data and the keys do not belong together. Data "
                   "from before keys were renewed needs the keys of then, and later data those of since."});
    }
  }
  return opened;
}

void print_opened(const Opened& opened, std::ostream& out) {
  fmt::print(
      out, "{} accounts can be read{}.\n", opened.accounts,
      opened.without_key > 0 ? fmt::format("; without a key, because they were erased: {}", opened.without_key) : "");
}

/// Into a folder, and with PostgreSQL a database, of its own.
Result<Opened> try_out(config::Settings elsewhere, const std::string& to) {
  TRY(make_folder(elsewhere.data));
  std::unique_ptr<store::TemporaryDatabase> database;
  if (is_postgres(elsewhere)) {
    TRY_ASSIGN(database, store::make_temporary_postgres(elsewhere.database));
    elsewhere.database = database->url();
  }
  TRY_ASSIGN(const auto manifests, read_manifests(elsewhere, to));
  TRY(put_back(elsewhere, to, manifests));
  return open_everybody(elsewhere);
}

Result<void> verify_backup(const config::Settings& settings, const std::string& to, std::ostream& out) {
  auto elsewhere = settings;
  elsewhere.data = to + "/restored-to-verify";
  elsewhere.audit_heads.clear();
  elsewhere.master_key_file = master_key_file(settings);
  auto opened = try_out(elsewhere, to);
  std::error_code error;
  fs::remove_all(elsewhere.data, error);
  TRY_ASSIGN(const auto everybody, std::move(opened));
  fmt::print(out, "Restored and opened: ");
  print_opened(everybody, out);
  return {};
}

int say(std::ostream& errors, const Error& error) {
  fmt::print(errors, "rapport: {}\n", error.detail);
  return kNotDone;
}

/// Said before anything is put in place. Backups of before the mark was written down have none.
Result<void> check_master(const std::string& file, const BackupManifest& keys) {
  TRY_ASSIGN(const auto master, access::load_master_key(file));
  if (!keys.master_key || *keys.master_key == access::mark_of(master)) return {};
  return fail({ErrorKind::conflict, "backup.master_key",
               fmt::format("The keys in this backup are sealed with the master key whose mark is {}; that of {} is {}. "
                           "Put the right one in its place.",
                           *keys.master_key, file, access::mark_of(master))});
}

bool has_older_keys(const BackupManifest& keys) {
  return keys.schema < access::kKeyStoreMigrations.back().number;
}

/// Nothing where there is no master key yet, or the keys are of an earlier version.
Result<std::optional<Opened>> open_restored(const config::Settings& settings, const BackupManifest& keys) {
  if (!fs::exists(master_key_file(settings)) || has_older_keys(keys)) return std::nullopt;
  TRY_ASSIGN(const auto opened, open_everybody(settings));
  return opened;
}

void print_put_back(const config::Settings& settings, const BackupManifest& keys, const std::optional<Opened>& opened,
                    std::ostream& out) {
  fmt::print(out, "Restored to {}. ", is_postgres(settings) ? "the database and " + settings.data : settings.data);
  if (opened) return print_opened(*opened, out);
  if (!fs::exists(master_key_file(settings))) {
    fmt::print(out, "Put the master key{} into {} (mode 0600) before you start the server.\n",
               keys.master_key ? " whose mark is " + *keys.master_key : "", master_key_file(settings));
  } else {
    fmt::print(out, "Its keys are of an earlier version: the server brings them up to date at its start.\n");
  }
}

Result<void> restore_all(const config::Settings& settings, const std::string& from, std::ostream& out) {
  TRY(check_empty(settings.data, kMasterKey));
  if (is_postgres(settings)) TRY(store::check_without_schemas(settings.database, {kSchema, kKeySchema}));
  TRY(make_folder(settings.data));
  TRY_ASSIGN(const auto lock, store::lock_folder(settings.data));
  const auto master = master_key_file(settings);
  TRY_ASSIGN(const auto manifests, read_manifests(settings, from));
  if (fs::exists(master)) TRY(check_master(master, manifests.keys));
  TRY_ASSIGN(const auto ended, put_back(settings, from, manifests));
  TRY_ASSIGN(const auto time, state_of(manifests));
  TRY_ASSIGN(const auto opened, open_restored(settings, manifests.keys));
  print_put_back(settings, manifests.keys, opened, out);
  print_restored(ended, time, out);
  return print_missing_audit(settings, opened.has_value(), out);
}

/// While it is made no master key takes another's place, and no version of a key is deleted that the data needs.
Result<void> back_up_all(const config::Settings& settings, const std::string& to, bool verify, std::string_view program,
                         std::ostream& out) {
  TRY_ASSIGN(const auto hold, store::hold_keys(settings.data, store::Hold::with_others));
  TRY_ASSIGN(const auto looked, look_in(settings));
  auto made = make_backup(settings, to, looked, program, out);
  if (made && verify) made = verify_backup(settings, to, out);
  if (made) {
    fmt::print(out, "The backup is in {}. Keep {}/keys apart from {}/data; the master key to them has the mark {}.\n",
               to, to, to, access::mark_of(looked.master));
    return {};
  }
  std::error_code ignored;
  for (const auto* part : {"/data", "/keys"}) fs::remove_all(to + part, ignored);
  return made;
}

}  // namespace

int back_up(const config::Settings& settings, const std::string& to, bool verify, std::string_view program,
            std::ostream& out, std::ostream& errors) {
  if (const auto empty = check_empty(to, ""); !empty) return say(errors, empty.error());
  const auto made = back_up_all(settings, to, verify, program, out);
  return made ? kDone : say(errors, made.error());
}

int restore(const config::Settings& settings, const std::string& from, std::ostream& out, std::ostream& errors) {
  try {
    const auto restored = restore_all(settings, from, out);
    return restored ? kDone : say(errors, restored.error());
  } catch (const store::StorageFailure& failure) {
    return say(errors, {failure.error().kind, failure.error().code, failure.what()});
  }
}

}  // namespace rapport::server
