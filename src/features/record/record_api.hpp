#pragma once
/// @file The routes by which clients download their record.
#include "features/context.hpp"

namespace rapport::record {

void add_record_routes(Routes& routes);

}  // namespace rapport::record
