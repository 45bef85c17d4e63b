#pragma once
/// @file Copying schemas of a database of PostgreSQL while a server writes to it, and putting them back. The programs
/// pg_dump and pg_restore do it; how they log in stands in the memory of this process and of theirs alone.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "store/query.hpp"

namespace rapport::store {

/// One moment of a database: all that is asked of one object is of the same. Errors: storage "backup.copy", with the
/// program's reason. What cannot be read is thrown as StorageFailure.
class PostgresMoment {
 public:
  virtual ~PostgresMoment() = default;
  /// The whole numbers in the first row that a statement without parameters and macros finds in a schema.
  virtual std::vector<std::int64_t> numbers(const std::string& schema, const Query& query) = 0;
  /// Makes the file `to` (mode 0600; there must be none), with all of a schema. Durable when it returns.
  virtual Result<void> dump(const std::string& schema, const std::string& to) = 0;
};
/// Throws StorageFailure when the database cannot be used.
std::unique_ptr<PostgresMoment> look_at_postgres(const std::string& url);

/// Error: conflict ("backup.not_empty") when the database has one of these schemas. Throws StorageFailure.
Result<void> check_without_schemas(const std::string& url, const std::vector<std::string>& schemas);
/// Puts the schema in the file into the database: all of it or nothing. Errors as of PostgresMoment.
Result<void> put_back_postgres(const std::string& url, const std::string& file);

/// An empty database on the same server, removed with this object.
class TemporaryDatabase {
 public:
  virtual ~TemporaryDatabase() = default;
  virtual const std::string& url() const = 0;
};
/// Error: storage ("backup.temporary") when the user of the database may not make one. Throws StorageFailure.
Result<std::unique_ptr<TemporaryDatabase>> make_temporary_postgres(const std::string& url);

}  // namespace rapport::store
