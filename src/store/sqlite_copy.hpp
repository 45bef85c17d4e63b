#pragma once
/// @file Copying a database of SQLite while a server writes to it.
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.hpp"

namespace rapport::store {

/// Pages that are done, and how many there are.
using CopyProgress = std::function<void(std::int64_t done, std::int64_t all)>;

/// Makes the file `to` (mode 0600; there must be none), with what `from` holds at one moment: a server may go on
/// writing, nothing it writes meanwhile is in the copy, and nobody waits for it. Durable when it returns. Errors:
/// storage "backup.copy", with the engine's reason.
Result<void> copy_sqlite(const std::string& from, const std::string& to, const CopyProgress& progress);

/// Reads all of a file that nobody has open. Error: storage "backup.damaged" when it is not whole or a row refers to
/// one that is not there.
Result<void> check_sqlite(const std::string& file);

}  // namespace rapport::store
