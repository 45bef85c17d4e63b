#pragma once
/// @file The routes of messages.
#include "features/context.hpp"

namespace rapport::messages {

void add_message_routes(Routes& routes);
void add_draft_routes(Routes& routes);

}  // namespace rapport::messages
