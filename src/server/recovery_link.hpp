#pragma once
/// @file For a practice whose administrator cannot log in any more: whoever has the data and the master key vouches for
/// them.
#include <string>
#include <string_view>

#include "features/context.hpp"

namespace rapport::server {

/// The path of a link that works once, within log_in::kRecoveryLinkLasts, asks for no recovery code and ends the second
/// factor, for the administrator with this log-in name; with none for the only one there is. It is in the audit, and
/// a mail tells them once it was used. Errors: not_found when there is no such administrator; invalid "recovery.login"
/// when it has to be said which.
Result<std::string> make_recovery_link(House& house, std::string_view login, Deadline deadline);

}  // namespace rapport::server
