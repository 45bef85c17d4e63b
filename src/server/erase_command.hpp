#pragma once
/// @file The command that closes a client's account where nobody can do it on the page.
#include <ostream>
#include <string>

#include "config/settings.hpp"

namespace rapport::server {

/// Says on `out` what becomes of the client's record, and, if `is_sure`, closes the account. Exit status as of
/// server/measure_commands.hpp; what is wrong is one line on `errors`.
int erase_client(const config::Settings& settings, const std::string& login, bool is_sure, std::ostream& out,
                 std::ostream& errors);

}  // namespace rapport::server
