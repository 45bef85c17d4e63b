#pragma once
/// @file The routes by which clients download their record, and the names in one for whoever else may read it.
#include "features/context.hpp"
#include "features/record/record_rules.hpp"

namespace rapport::record {

void add_record_routes(Routes& routes);

/// Those of everybody who treated or wrote in it beside the client; somebody whose key is gone has none any more.
Names names_in(House& house, const StoredRecord& stored, Deadline deadline);

}  // namespace rapport::record
