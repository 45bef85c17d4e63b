#pragma once
/// @file `rapport serve`: from settings to a running server, until a signal ends it.
#include <string>

#include "config/settings.hpp"

namespace rapport::server {

/// Blocks until SIGTERM or SIGINT, then lets what runs finish. The program's exit status: 0, or 1 after one clear
/// sentence on standard error.
/// `clock_file`, unless empty, says what time it is (base/file_clock.hpp); for a practice of made-up people only.
int serve(const config::Settings& settings, const std::string& clock_file);

}  // namespace rapport::server
