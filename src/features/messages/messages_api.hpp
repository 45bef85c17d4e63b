#pragma once
/// @file The routes of messages.
#include "features/context.hpp"

namespace rapport::messages {

/// A message takes at most `most_files` along.
void add_message_routes(Routes& routes, std::int64_t most_files);
void add_draft_routes(Routes& routes);

}  // namespace rapport::messages
