#pragma once
/// @file Opening a stored record. No database and no route.
#include <map>

#include "access/client_keys.hpp"
#include "features/record/record.hpp"
#include "features/record/record_shapes.hpp"

namespace rapport::record {

/// Names by account, for those of whom there are any.
using Names = std::map<AccountId, std::string>;

/// Opens everything under the client's key.
Result<RecordAnswer> open_record(const StoredRecord& stored, const access::SealKey& key, const Names& names, Time now);

/// As `reader`, a therapist or supervisor, sees it: of forms without what the client did not show the therapist.
Result<RecordAnswer> open_for_exception(const StoredRecord& stored, const access::SealKey& key, const Names& names,
                                        Time now, AccountId reader);

/// Who it was and what they did, in words.
AccessLine describe_access(const StoredAccess& stored, const Names& names, std::string_view language);

}  // namespace rapport::record
