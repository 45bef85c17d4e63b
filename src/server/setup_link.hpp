#pragma once
/// @file Opening a practice: the link with which its first administrator comes.
#include <string>

#include "features/context.hpp"

namespace rapport::server {

inline constexpr std::chrono::hours kSetupLinkLasts{24};

/// The path of a link that works once, within kSetupLinkLasts. In an empty database it makes the practice of that name;
/// as long as its first administrator has not come, asked again it makes a new link, and the one before leads nowhere.
/// Error: conflict "setup.done" when an administrator is there; invalid "setup.name" when a practice is to be made
/// without a name.
Result<std::string> make_setup_link(House& house, std::string_view practice_name, Deadline deadline);

}  // namespace rapport::server
