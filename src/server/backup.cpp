#include "server/backup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ostream.h>

#include <filesystem>
#include <vector>

#include "access/client_keys.hpp"
#include "base/descriptor.hpp"
#include "server/backup_manifest.hpp"
#include "server/data_places.hpp"
#include "server/look_in.hpp"
#include "server/measure_commands.hpp"
#include "store/data_lock.hpp"
#include "store/sqlite_copy.hpp"

namespace rapport::server {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kHeads = "audit-heads.log";
constexpr std::string_view kMasterKey = "master.key";
constexpr std::string_view kLock = "rapport.lock";
constexpr std::chrono::hours kTimeForAll{6};

const store::Query kCountData{"backup.count_data",
                              "SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM room_event),"
                              " (SELECT COUNT(*) FROM audit)"};
const store::Query kCountKeys{"client_key.count",
                              "SELECT (SELECT COUNT(*) FROM client_key) + (SELECT COUNT(*) FROM locked_key)"};
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

/// Empty, or missing, or with nothing in it but `may_be_there`.
Result<void> check_empty(const std::string& folder, std::string_view may_be_there) {
  std::error_code error;
  if (!fs::exists(folder, error)) return {};
  if (!fs::is_directory(folder, error)) return fail(folder_error(folder, "it is a file"));
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    const auto name = entry.path().filename().string();
    if (name == may_be_there || name == kLock) continue;
    return fail(folder_error(folder, fmt::format("it is not empty ({} is in it)", name)));
  }
  if (error) return fail(folder_error(folder, error.message()));
  return {};
}

Result<void> only_sqlite(const config::Settings& settings) {
  if (settings.database.empty()) return {};
  return fail(invalid("backup.postgres",
                      "This command is for the embedded database. With PostgreSQL use pg_dump and pg_restore, as "
                      "docs/operations/backup.md says."));
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

/// The heads first: what they tell of is then in the database, too.
Result<BackupManifest> copy_data(const config::Settings& settings, const std::string& folder, std::ostream& out) {
  TRY(make_folder(folder));
  BackupManifest manifest;
  manifest.part = "data";
  const auto heads = audit_heads_file(settings);
  const bool has_heads = fs::exists(heads);
  if (has_heads) TRY(copy_file(heads, folder + "/" + std::string(kHeads)));
  const auto copy = folder + "/rapport.db";
  TRY(store::copy_sqlite(settings.data + "/rapport.db", copy, tell_progress("data", out)));
  TRY(look(copy, [&](store::ReadTx& tx) {
    manifest.schema = store::schema_of(tx);
    tx.each(kCountData, {}, [&](const store::Row& row) {
      manifest.accounts = row.int64(0);
      manifest.messages = row.int64(1);
      manifest.audit_rows = row.int64(2);
    });
  }));
  std::vector<std::string> names{"rapport.db"};
  if (has_heads) names.emplace_back(kHeads);
  for (const auto& name : names) {
    TRY_ASSIGN(auto file, describe_file(folder, name));
    manifest.files.push_back(std::move(file));
  }
  return manifest;
}

Result<BackupManifest> copy_keys(const config::Settings& settings, const std::string& folder, std::ostream& out) {
  TRY(make_folder(folder));
  BackupManifest manifest;
  manifest.part = "keys";
  const auto copy = folder + "/keys.db";
  TRY(store::copy_sqlite(settings.data + "/keys.db", copy, tell_progress("keys", out)));
  TRY(look(copy, [&](store::ReadTx& tx) {
    manifest.schema = store::schema_of(tx);
    manifest.keys = tx.first(kCountKeys, {}, [](const store::Row& row) { return row.int64(0); });
  }));
  TRY_ASSIGN(auto file, describe_file(folder, "keys.db"));
  manifest.files.push_back(std::move(file));
  return manifest;
}

/// The keys after the data: everybody who is in the data then has a key, but for who was erased meanwhile.
Result<void> make_backup(const config::Settings& settings, const std::string& to, std::string_view program,
                         std::ostream& out) {
  const auto now = to_rfc3339(SystemClock().now());
  TRY_ASSIGN(auto data, copy_data(settings, to + "/data", out));
  TRY_ASSIGN(auto keys, copy_keys(settings, to + "/keys", out));
  for (auto* manifest : {&data, &keys}) {
    manifest->program = program;
    manifest->made_at = now;
    TRY(write_manifest(to + "/" + manifest->part, *manifest));
  }
  fmt::print(out, "{} accounts, {} messages, {} rows of the audit, {} keys.\n", data.accounts.value_or(0),
             data.messages.value_or(0), data.audit_rows.value_or(0), keys.keys.value_or(0));
  return {};
}

/// Every file under another name first, so that a start half way finds no half of a practice.
Result<void> put_back(const std::string& from, const std::string& data) {
  std::vector<std::pair<std::string, std::string>> files;
  for (const std::string part : {"data", "keys"}) {
    TRY_ASSIGN(const auto manifest, read_manifest(from + "/" + part, part));
    for (const auto& file : manifest.files) files.emplace_back(from + "/" + part, file.name);
  }
  for (const auto& [folder, name] : files) TRY(copy_file(folder + "/" + name, data + "/" + name + ".restored"));
  for (const auto& [folder, name] : files) {
    std::error_code error;
    fs::rename(data + "/" + name + ".restored", data + "/" + name, error);
    if (error) return fail(folder_error(data, error.message()));
  }
  if (!sync_folder_of(data + "/rapport.db")) return fail(folder_error(data, "it could not be made durable"));
  return {};
}

struct Opened {
  std::int64_t accounts = 0;
  std::int64_t without_key = 0;  ///< erased
};

/// That data, keys and master key belong together is known when they open what they are for.
Result<Opened> open_everybody(const config::Settings& settings) {
  TRY(store::check_sqlite(settings.data + "/rapport.db"));
  TRY(store::check_sqlite(settings.data + "/keys.db"));
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
    if (key) TRY(access::unseal(**key, account.bytes(), profile));
  }
  return opened;
}

void print_opened(const Opened& opened, std::ostream& out) {
  fmt::print(
      out, "{} accounts can be read{}.\n", opened.accounts,
      opened.without_key > 0 ? fmt::format("; without a key, because they were erased: {}", opened.without_key) : "");
}

Result<void> verify_backup(const config::Settings& settings, const std::string& to, std::ostream& out) {
  auto elsewhere = settings;
  elsewhere.data = to + "/restored-to-verify";
  elsewhere.master_key_file = master_key_file(settings);
  TRY(make_folder(elsewhere.data));
  auto opened = put_back(to, elsewhere.data).and_then([&] { return open_everybody(elsewhere); });
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

Result<void> restore_all(const config::Settings& settings, const std::string& from, std::ostream& out) {
  TRY(only_sqlite(settings));
  TRY(check_empty(settings.data, kMasterKey));
  TRY(make_folder(settings.data));
  TRY_ASSIGN(const auto lock, store::lock_folder(settings.data));
  TRY(put_back(from, settings.data));
  const auto master = master_key_file(settings);
  if (!fs::exists(master)) {
    fmt::print(out, "Restored to {}. Put the master key into {} (mode 0600) before you start the server.\n",
               settings.data, master);
    return {};
  }
  TRY_ASSIGN(const auto opened, open_everybody(settings));
  fmt::print(out, "Restored to {}. ", settings.data);
  print_opened(opened, out);
  return {};
}

}  // namespace

int back_up(const config::Settings& settings, const std::string& to, bool verify, std::string_view program,
            std::ostream& out, std::ostream& errors) {
  if (const auto fit = only_sqlite(settings); !fit) return say(errors, fit.error());
  if (const auto empty = check_empty(to, ""); !empty) return say(errors, empty.error());
  if (const auto looked = look_in(settings); !looked) return say(errors, looked.error());
  auto made = make_backup(settings, to, program, out);
  if (made && verify) made = verify_backup(settings, to, out);
  if (made) return fmt::print(out, "The backup is in {}. Keep {}/keys apart from {}/data.\n", to, to, to), kDone;
  std::error_code ignored;
  for (const auto* part : {"/data", "/keys"}) fs::remove_all(to + part, ignored);
  return say(errors, made.error());
}

int restore(const config::Settings& settings, const std::string& from, std::ostream& out, std::ostream& errors) {
  const auto restored = restore_all(settings, from, out);
  return restored ? kDone : say(errors, restored.error());
}

}  // namespace rapport::server
