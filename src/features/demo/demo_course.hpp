#pragma once
/// @file The sessions of a demo client with everything around them: agenda, notes and forms.
#include "features/demo/demo_forms.hpp"

namespace rapport::demo {

/// Stores the course of one client, under the client's key. Times are counted back from `now`. An internal error where
/// the file does not fit what the client wrote: a session of which nothing was said, an answer that there is not.
Result<void> store_course(store::WriteTx& tx, const access::SealKey& key, const WrittenClient& written,
                          const WrittenCourse& course, const DemoPair& pair, Time now);

}  // namespace rapport::demo
