#pragma once
/// @file One program at a time on one practice's data: two would not tell each other's events to their lines, and each
/// believes that what it remembers is what is stored. A lock ends with the process, however that ends.
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/database.hpp"

namespace rapport::store {

class DataLock {
 public:
  virtual ~DataLock() = default;
  /// To be called now and then. False when the lock was lost and another program has it: this one must end. True also
  /// while the database cannot be reached, since then nobody can do anything.
  virtual bool keep(Deadline deadline) = 0;
};

/// Locks an existing folder by a file in it, "rapport.lock". Errors: "data.in_use" when another program has it,
/// "data.folder" when the file cannot be made.
Result<std::unique_ptr<DataLock>> lock_folder(const std::string& folder);
/// Holds the keys of the practice in a folder, for as long as the lock lives: together with others who only copy keys,
/// or alone to change them. Servers do not hold them. Errors: "keys.in_use" when others hold them so that it cannot be,
/// "data.folder".
enum class Hold { with_others, alone };
Result<std::unique_ptr<DataLock>> hold_keys(const std::string& folder, Hold hold);
/// Locks the schema of a PostgreSQL database, which must exist, on a connection of its own. Error: "data.in_use".
/// Throws StorageFailure when the database cannot be used.
Result<std::unique_ptr<DataLock>> lock_postgres(const PostgresOptions& options);

}  // namespace rapport::store
