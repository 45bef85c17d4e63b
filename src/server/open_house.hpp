#pragma once
/// @file From settings to a house that can be lived in: databases opened and migrated, keys loaded.
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/settings.hpp"
#include "features/context.hpp"
#include "store/data_lock.hpp"

namespace rapport::server {

/// Everything a practice's server holds, in the order in which it must go.
class OpenHouse {
 public:
  /// Opens, makes and migrates what is needed. Errors are sentences for the one who runs it: a folder that cannot be
  /// written, data that another rapport has open, a database newer than this program (left untouched), a master key
  /// that is missing, readable by others or not the one under which the practice's keys are sealed. A new master key is
  /// made only where there is nothing yet that another could have sealed.
  static Result<std::unique_ptr<OpenHouse>> open(const config::Settings& settings, const Clock& clock);

  House& house() { return *house_; }
  store::Database& key_store() { return *key_store_; }
  /// To be asked now and then. False when the hold on the data was lost and another program has it: end at once.
  bool still_alone(Deadline deadline);

 private:
  /// The master key, the root secret that it opened, and what works with that.
  struct Secrets {
    Secrets(access::SealKey master_key, access::SealKey root_secret, const config::Settings& settings);
    access::SealKey master;
    access::SealKey root;
    access::CsrfTokens csrf;
    access::LogInGuard log_in_guard;
  };

  OpenHouse(const config::Settings& settings, std::unique_ptr<store::DataLock> folder_lock);
  Result<void> open_all(const config::Settings& settings);
  /// The key file is missing: makes one for a new practice, otherwise says what is to be done.
  Result<void> make_master_key(const std::string& file, const config::Settings& settings);
  Result<void> open_databases(const config::Settings& settings);
  Result<void> open_sqlite(const config::Settings& settings);
  Result<void> open_postgres(const config::Settings& settings);

  std::unique_ptr<store::DataLock> folder_lock_;
  std::unique_ptr<store::DataLock> schema_lock_;  ///< none with the embedded database
  std::optional<Secrets> secrets_;
  access::Passwords passwords_;  ///< as many at once as there are threads for it
  access::ReadAudit read_audit_;
  live::Hub hub_;
  std::unique_ptr<store::Database> key_store_;
  std::unique_ptr<store::Database> db_;
  std::unique_ptr<access::ClientKeys> keys_;
  std::unique_ptr<House> house_;
};

}  // namespace rapport::server
