#include "server/keys_command.hpp"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "access/key_rotation.hpp"
#include "features/closing_account/closing_account.hpp"
#include "server/data_places.hpp"
#include "server/look_in.hpp"
#include "server/measure_commands.hpp"
#include "store/data_lock.hpp"

namespace rapport::server {
namespace {

Deadline in_time() {
  return std::chrono::steady_clock::now() + std::chrono::minutes(10);
}

/// A server that is running has it open as well: the engine sees to it that they do not meet.
std::unique_ptr<store::Database> open_key_store(const config::Settings& settings) {
  if (settings.database.empty()) return store::open_sqlite({.file = settings.data + "/keys.db", .readers = 1}, nullptr);
  return store::open_postgres({.url = settings.database, .schema = "rapport_keys", .connections = 1}, nullptr);
}

Result<void> renew_master(const config::Settings& settings, std::ostream& out) {
  TRY(look_in(settings));
  TRY_ASSIGN(const auto hold, store::hold_keys(settings.data, store::Hold::alone));
  const auto file = master_key_file(settings);
  const auto key_store = open_key_store(settings);
  TRY_ASSIGN(const auto replaced, access::replace_master_key(*key_store, file, in_time()));
  fmt::print(out,
             "The master key in {} is a new one; its mark is {}. Copy it now to where you keep it.\n"
             "Backups of the keys made until now need the one before, whose mark is {}. It is in {}: move it to where "
             "you keep it, and delete it together with the last of those backups.\n",
             file, replaced.new_mark, replaced.old_mark, replaced.old_file);
  return {};
}

Result<void> renew_clients(const config::Settings& settings, std::ostream& out) {
  TRY_ASSIGN(const auto looked, look_in(settings));
  TRY_ASSIGN(const auto hold, store::hold_keys(settings.data, store::Hold::with_others));
  const auto key_store = open_key_store(settings);
  TRY_ASSIGN(const auto rotation, key_store->write(in_time(), [&](store::WriteTx& tx) {
    return access::begin_rotation(tx, looked.master, SystemClock().now());
  }));
  fmt::print(out,
             "Everybody's key has a new version ({}). The server seals anew with it what was written, while people go "
             "on; if it is not running, when it is started. `rapport keys show` says when it is done.\n",
             rotation.key_version);
  return {};
}

std::string day_of(Time time) {
  return to_rfc3339(time).substr(0, 10);
}

Result<void> show(const config::Settings& settings, std::ostream& out) {
  TRY_ASSIGN(const auto looked, look_in(settings));
  TRY_ASSIGN(const auto rotation,
             looked.key_store->read(in_time(), [](store::ReadTx& tx) -> Result<std::optional<access::KeyRotation>> {
               return access::latest_rotation(tx);
             }));
  fmt::print(out, "The mark of the master key in {} is {}.\n", master_key_file(settings),
             access::mark_of(looked.master));
  if (!rotation) return fmt::print(out, "The keys of people are of version 1.\n"), Result<void>();
  fmt::print(out, "The keys of people are of version {}, since {}.\n", rotation->key_version,
             to_rfc3339(rotation->asked_at));
  if (!rotation->finished_at) {
    fmt::print(out, "The version before is kept: the server is sealing anew what was written until then.\n");
    return {};
  }
  const auto kept = closing_account::rules_of(settings).keys_kept;
  fmt::print(out,
             "Nothing is sealed with the version before since {}, and it was deleted. From {} on no backup of the keys "
             "holds it, if you keep them for {} days.\n",
             to_rfc3339(*rotation->finished_at), day_of(*rotation->finished_at + kept + std::chrono::days(1)),
             kept.count());
  return {};
}

template <class F>
int run(const config::Settings& settings, std::ostream& out, std::ostream& errors, F command) {
  std::string why;
  try {
    const auto done = command(settings, out);
    if (done) return kDone;
    why = done.error().detail;
  } catch (const store::StorageFailure& failure) {
    why = fmt::format("{} ({})", failure.error().detail, failure.what());
  }
  fmt::print(errors, "rapport: {}\n", why);
  return kNotDone;
}

}  // namespace

int rotate_master(const config::Settings& settings, std::ostream& out, std::ostream& errors) {
  return run(settings, out, errors, renew_master);
}

int rotate_clients(const config::Settings& settings, std::ostream& out, std::ostream& errors) {
  return run(settings, out, errors, renew_clients);
}

int show_keys(const config::Settings& settings, std::ostream& out, std::ostream& errors) {
  return run(settings, out, errors, show);
}

}  // namespace rapport::server
